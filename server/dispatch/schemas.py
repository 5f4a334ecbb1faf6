"""Shapes of dispatch over HTTP. The task is the phone's Task."""

from marshmallow import fields, validate

from server.core.draw import INSPECTOR_REASONS, PREMISES_REASONS
from server.dispatch.models import TaskState
from server.platform.paging import PageAnswer, PageQuery
from server.platform.stage import Answer, Body, text_field, uuid_field


class TaskSubject(Answer):
    id = uuid_field()
    statutory_id = fields.String()
    name = fields.String()
    trade = fields.String()
    address = fields.String()
    township = fields.String()
    station = fields.String()
    phone = fields.String(allow_none=True)
    contact = fields.String(allow_none=True)
    legal_rep = fields.String(allow_none=True)
    size = fields.Integer(allow_none=True)
    lat = fields.String(allow_none=True)
    lng = fields.String(allow_none=True)
    attributes = fields.Dict()


class TaskItemAnswer(Answer):
    code = fields.String()
    name = fields.String()
    unit = fields.String()


class TaskInspectorAnswer(Answer):
    person_id = uuid_field()
    name = fields.String()
    badge_no = fields.String()
    cert_no = fields.String()
    cert_expires_on = fields.String()
    slot = fields.Integer()


class WindowAnswer(Answer):
    from_ = fields.String(data_key="from", attribute="from")
    to = fields.String()


class ApprovalAnswer(Answer):
    number = fields.String()
    approved_by = fields.String()
    approved_on = fields.String()


class NoticeAnswer(Answer):
    number = fields.String()


class TaskDraw(Answer):
    number = fields.String()
    certificate_digest = fields.String()


class PhoneTask(Answer):
    id = uuid_field()
    number = fields.String()
    state = fields.String()
    source = fields.String()
    joint = fields.Boolean()
    subject = fields.Nested(TaskSubject)
    items = fields.List(fields.Nested(TaskItemAnswer))
    checklists = fields.List(fields.String())
    inspectors = fields.List(fields.Nested(TaskInspectorAnswer))
    window = fields.Nested(WindowAnswer)
    approval = fields.Nested(ApprovalAnswer)
    notice = fields.Nested(NoticeAnswer)
    visit_number = fields.Integer()
    visit_cap = fields.Integer(allow_none=True)
    bring = fields.List(fields.String())
    draw = fields.Nested(TaskDraw, allow_none=True)


class TaskPage(PageAnswer):
    rows = fields.List(fields.Nested(PhoneTask))


class TaskQuery(PageQuery):
    year = fields.Integer()
    state = fields.String(validate=validate.OneOf([state.value for state in TaskState]))
    unit = uuid_field()
    item = fields.String()
    draw = uuid_field()
    person = uuid_field()
    search = fields.String(validate=validate.Length(max=100))


class CardAnswer(Answer):
    """One card that was dealt to a task, also the replaced ones."""

    person_id = uuid_field()
    name = fields.String()
    pool = fields.String()
    slot = fields.Integer()
    since = fields.DateTime()
    removed_at = fields.DateTime(allow_none=True)
    removed_reason = fields.String(allow_none=True)


class ItemApproval(ApprovalAnswer):
    item_code = fields.String()


class TaskDetail(PhoneTask):
    """For the office and the leads: every approval, and every card with why it went."""

    draw_id = uuid_field(allow_none=True)
    dispatched_at = fields.DateTime()
    state_reason = fields.String(allow_none=True)
    approvals = fields.List(fields.Nested(ItemApproval))
    cards = fields.List(fields.Nested(CardAnswer))


class HeldAnswer(Answer):
    subject_name = fields.String()
    statutory_id = fields.String()
    code = fields.String()
    reason = fields.String()
    reports = fields.List(fields.String())


class DispatchedAnswer(Answer):
    tasks = fields.List(fields.Nested(PhoneTask))
    held = fields.List(fields.Nested(HeldAnswer))


class Replacement(Body):
    """Why an inspector cannot make a visit, and who (a post) approved the next card."""

    person_id = uuid_field(required=True)
    reason = fields.String(required=True, validate=validate.OneOf(INSPECTOR_REASONS))
    note = text_field(200, required=True)
    approved_by = text_field(60, required=True)


class Withdrawal(Body):
    """Why a premises cannot be visited, and who (a post) approved that."""

    reason = fields.String(required=True, validate=validate.OneOf(PREMISES_REASONS))
    note = text_field(200, required=True)
    approved_by = text_field(60, required=True)


class NewApproval(Body):
    batch_id = uuid_field(required=True)
    item_code = text_field(40, required=True)


class ApprovalQuery(Body):
    batch_id = uuid_field(required=True)


class ApprovalRow(Answer):
    """One item of a batch, and its approval if there is one."""

    item_code = fields.String()
    item_name = fields.String()
    unit = fields.String()
    approval = fields.Nested(ApprovalAnswer, allow_none=True)
