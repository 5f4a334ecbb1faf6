"""Shapes of planning over HTTP."""

from marshmallow import fields, validate

from server.platform.stage import Answer, Body, text_field, uuid_field


class NewPlan(Body):
    year = fields.Integer(required=True, strict=True, validate=validate.Range(2020, 2100))
    visit_cap = fields.Integer(strict=True, validate=validate.Range(1, 52), load_default=None, allow_none=True)


class Filing(Body):
    filing_no = text_field(60, required=True)


class PlanUnit(Answer):
    id = uuid_field()
    name = fields.String()


class PlanItem(Answer):
    id = uuid_field()
    code = fields.String()
    name = fields.String()
    trade = fields.String()
    basis = fields.String()
    contents = fields.List(fields.String())
    methods = fields.String()
    inspectors_needed = fields.Integer()


class LineAnswer(Answer):
    """计划的一行. `pool` is how many open premises the item has now."""

    id = uuid_field()
    position = fields.Integer()
    item = fields.Nested(PlanItem)
    unit = fields.Nested(PlanUnit)
    ratio_num = fields.Integer()
    ratio_den = fields.Integer()
    frequency = fields.Integer()
    months = fields.List(fields.Integer())
    pool = fields.Integer()


class BatchAnswer(Answer):
    id = uuid_field()
    number = fields.Integer()
    title = fields.String()
    window_from = fields.Date()
    window_to = fields.Date()
    items = fields.List(fields.String())
    current = fields.Boolean()


class PlanAnswer(Answer):
    id = uuid_field()
    year = fields.Integer()
    title = fields.String()
    state = fields.String()
    visit_cap = fields.Integer(allow_none=True)
    made_on = fields.Date()
    approved_on = fields.Date(allow_none=True)
    approved_by = fields.String(allow_none=True)
    filed_on = fields.Date(allow_none=True)
    filing_no = fields.String(allow_none=True)
    lines = fields.List(fields.Nested(LineAnswer))
    batches = fields.List(fields.Nested(BatchAnswer))


class PlanRow(Answer):
    year = fields.Integer()
    title = fields.String()
    state = fields.String()
