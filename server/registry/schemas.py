"""Shapes of the registries over HTTP."""

from marshmallow import fields, validate

from server.platform.paging import PageAnswer, PageQuery
from server.platform.stage import Answer, Query, uuid_field
from server.registry.models import FlagKind, SubjectStatus


class UnitRef(Answer):
    id = uuid_field()
    name = fields.String()


class ItemAnswer(Answer):
    """The eleven columns of Annex 2, and what the system adds. The ratio is `ratio_num`/`ratio_den`."""

    id = uuid_field()
    position = fields.Integer()
    department = fields.String()
    name = fields.String()
    basis = fields.String()
    authority = fields.String()
    category = fields.String()
    subjects = fields.String()
    ratio_num = fields.Integer()
    ratio_den = fields.Integer()
    frequency = fields.Integer()
    methods = fields.String()
    remark = fields.String()
    code = fields.String()
    trade = fields.String()
    unit = fields.Nested(UnitRef)
    contents = fields.List(fields.String())
    checklist_id = fields.String()
    inspectors_needed = fields.Integer()
    effective_from = fields.Date()
    effective_to = fields.Date(allow_none=True)


class ItemQuery(Query):
    versions = fields.Boolean(load_default=False)


class FlagAnswer(Answer):
    kind = fields.String()
    source = fields.String()
    since = fields.Date()
    until = fields.Date(allow_none=True)


class RatingAnswer(Answer):
    """For the office only; null for everybody else."""

    credit_class = fields.String(allow_none=True)
    classed_on = fields.Date(allow_none=True)
    internal_flags = fields.List(fields.Dict(keys=fields.String(), values=fields.String()))


class SubjectAnswer(Answer):
    id = uuid_field()
    statutory_id = fields.String()
    code_kind = fields.String()
    code = fields.String()
    site = fields.String(allow_none=True)
    name = fields.String()
    address = fields.String()
    township = fields.String()
    station = fields.Nested(UnitRef, allow_none=True)
    legal_rep = fields.String(allow_none=True)
    contact = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)
    size = fields.Integer(allow_none=True)
    lat = fields.String(allow_none=True)
    lng = fields.String(allow_none=True)
    attributes = fields.Dict()
    status = fields.String()
    status_since = fields.Date(allow_none=True)
    status_reason = fields.String(allow_none=True)
    items = fields.Pluck("SubjectItemAnswer", "item_code", many=True)
    flags = fields.List(fields.Nested(FlagAnswer))
    rating = fields.Nested(RatingAnswer, allow_none=True)


class SubjectItemAnswer(Answer):
    item_code = fields.String()


class SubjectPage(PageAnswer):
    rows = fields.List(fields.Nested(SubjectAnswer))


class SubjectQuery(PageQuery):
    item = fields.String()
    trade = fields.String()
    township = fields.String()
    station = uuid_field()
    status = fields.String(validate=validate.OneOf([status.value for status in SubjectStatus]))
    flag = fields.String(validate=validate.OneOf([kind.value for kind in FlagKind]))
    search = fields.String(validate=validate.Length(max=100))


class LeaveAnswer(Answer):
    from_on = fields.Date()
    to_on = fields.Date()
    kind = fields.String()


class InspectorPerson(Answer):
    id = uuid_field()
    name = fields.String()
    badge_no = fields.String()
    unit = fields.Nested(UnitRef)


class InspectorAnswer(Answer):
    id = uuid_field()
    person = fields.Nested(InspectorPerson)
    cert_no = fields.String()
    cert_expires_on = fields.Date()
    certificate_valid = fields.Boolean()
    on_leave = fields.Boolean()
    available = fields.Boolean()
    competences = fields.List(fields.String())
    senior = fields.Boolean()
    status = fields.String()
    leaves = fields.List(fields.Nested(LeaveAnswer))
    interests = fields.Integer()


class InspectorQuery(Query):
    unit = uuid_field()
    item = fields.String()
