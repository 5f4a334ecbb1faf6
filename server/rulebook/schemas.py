"""Shapes of the rulebook over HTTP."""

from marshmallow import fields, validate

from server.platform.stage import Answer, Body, Query, sha256_field, text_field
from server.rulebook.editions import LONGEST_TEXT


class ScheduleAnswer(Answer):
    id = fields.String()
    effective_from = fields.Date()
    state = fields.String()
    reason = fields.String()
    proposed_by = fields.String(allow_none=True)
    proposed_at = fields.DateTime()
    decided_by = fields.String(allow_none=True)
    decided_at = fields.DateTime(allow_none=True)
    decision = fields.String(allow_none=True)


class EditionAnswer(Answer):
    """One edition without its items."""

    hash = fields.String()
    definition_id = fields.String()
    version = fields.String()
    origin = fields.String()
    title = fields.Dict(keys=fields.String(), values=fields.String())
    effective_from = fields.Date()
    effective_to = fields.Date(allow_none=True)
    items = fields.Integer()
    core = fields.Integer()
    brought_by = fields.String(allow_none=True)
    brought_at = fields.DateTime()
    in_force = fields.Boolean()
    schedules = fields.List(fields.Nested(ScheduleAnswer))


class EditionWhole(EditionAnswer):
    """With the definition, and the YAML that it was made from."""

    definition = fields.Dict()
    source = fields.String()


class SwitchRow(Answer):
    """One item of the checklist beyond the core, for one item of the published list."""

    code = fields.String()
    title = fields.Dict(keys=fields.String(), values=fields.String())
    section = fields.Dict(keys=fields.String(), values=fields.String())
    content = fields.Dict(keys=fields.String(), values=fields.String())
    published = fields.Boolean()
    on = fields.Boolean()
    needs = fields.List(fields.String())


class SwitchAct(Answer):
    code = fields.String()
    on = fields.Boolean()
    reason = fields.String()
    by = fields.String()
    at = fields.DateTime()


class ListedItem(Answer):
    """An item of the published list that goes by the checklist."""

    code = fields.String()
    name = fields.String()
    unit = fields.String()
    on = fields.List(fields.String())
    beyond = fields.List(fields.String())


class ListedSwitches(ListedItem):
    rows = fields.List(fields.Nested(SwitchRow))
    history = fields.List(fields.Nested(SwitchAct))


class ListedChecklist(Answer):
    """A checklist: which edition holds today, what waits for the legal office, which items of the list use it."""

    id = fields.String()
    title = fields.Dict(keys=fields.String(), values=fields.String())
    in_force = fields.Nested(EditionAnswer, allow_none=True)
    waiting = fields.Integer()
    coming = fields.Nested(ScheduleAnswer, allow_none=True)
    items = fields.List(fields.Nested(ListedItem))


class WholeChecklist(ListedChecklist):
    editions = fields.List(fields.Nested(EditionAnswer))


class TextBody(Body):
    """A definition as YAML."""

    text = fields.String(required=True, validate=validate.Length(1, LONGEST_TEXT))


class FaultAnswer(Answer):
    file = fields.String()
    line = fields.Integer()
    code = fields.String()
    text = fields.String()


class CheckAnswer(Answer):
    """What a check of a text found: its faults, or what the checklist is."""

    faults = fields.List(fields.Nested(FaultAnswer))
    edition = fields.Nested(EditionAnswer, allow_none=True)


class Proposal(Body):
    effective_from = fields.Date(required=True)
    reason = text_field(400, required=True)


class Decision(Body):
    approved = fields.Boolean(required=True)
    words = text_field(400, required=True)


class Words(Body):
    words = text_field(400, required=True)


class CompareQuery(Query):
    old = sha256_field(required=True)
    new = sha256_field(required=True)


class DifferenceAnswer(Answer):
    where = fields.String()
    what = fields.String()
    kind = fields.String()
    before = fields.String(allow_none=True)
    after = fields.String(allow_none=True)


class SwitchBody(Body):
    codes = fields.List(text_field(12), required=True, validate=validate.Length(1, 60))
    on = fields.Boolean(required=True)
    reason = text_field(400, required=True)


class ProvisionAnswer(Answer):
    """One provision that a checklist in force cites."""

    law = fields.String()
    law_title = fields.Dict(keys=fields.String(), values=fields.String())
    version = fields.String()
    provision = fields.String()
    article = fields.String()
    summary = fields.Dict(keys=fields.String(), values=fields.String())
    confidence = fields.String()
    effective_from = fields.String()
    effective_to = fields.String(allow_none=True)
    text = fields.String(allow_none=True)
    source = fields.String(allow_none=True)
    checker = fields.String(allow_none=True)
    checked_on = fields.Date(allow_none=True)


class LawTextBody(Body):
    law = text_field(80, required=True)
    version = text_field(40, required=True)
    provision = text_field(80, required=True)
    text = fields.String(required=True, validate=validate.Length(0, 20_000))
    source = text_field(200, required=True)
    checker = text_field(60, required=True)
    date = fields.Date(required=True)


class Taken(Answer):
    made = fields.Integer()
