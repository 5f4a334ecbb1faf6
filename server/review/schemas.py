"""Shapes of review over HTTP."""

from marshmallow import fields, validate

from server.core.journal.types import ROLES
from server.platform.stage import Answer, Body, sha256_field, text_field, uuid_field


class QueueRow(Answer):
    id = uuid_field()
    number = fields.String()
    subject_name = fields.String()
    trade = fields.String()
    phase = fields.String()
    state = fields.String()
    round = fields.Integer()
    submitted_at = fields.String(allow_none=True)
    due_on = fields.Date(allow_none=True)
    inspectors = fields.List(fields.String())
    outstanding = fields.Integer()
    conflicts = fields.Integer()
    late = fields.Integer()
    apart = fields.Integer()
    unit = fields.String()
    may_decide = fields.Boolean()


class Outstanding(Answer):
    device = fields.String()
    person_name = fields.String()
    entries = fields.Integer()
    evidence = fields.List(fields.String())


class LostVault(Answer):
    device = fields.String()
    person_name = fields.String()
    lost_at = fields.DateTime()
    last_seq = fields.Integer()
    missing = fields.Integer()


class ApartEntry(Answer):
    """A statement that is no part of the record, as it was said; nothing of it was checked but the hash."""

    id = fields.String()
    author = fields.String()
    at = fields.String()
    kind = fields.String()
    path = fields.String()
    value = fields.Raw(allow_none=True)


class Apart(Answer):
    device = fields.String()
    person_name = fields.String()
    label = fields.String()
    code = fields.String()
    detail = fields.String()
    entries = fields.List(fields.Nested(ApartEntry))


class ApartRow(Answer):
    id = uuid_field()
    number = fields.String()
    subject_name = fields.String()
    entries = fields.Integer()


class KnownDevice(Answer):
    id = fields.String()
    person_id = uuid_field()
    person_name = fields.String()
    label = fields.String()
    public_key = fields.Dict()
    revoked_at = fields.DateTime(allow_none=True)


class Seal(Answer):
    """The hash of a file held elsewhere, as somebody found it at a desk."""

    entry = fields.String(attribute="entry_id")
    sha256 = fields.String()
    size = fields.Integer()
    by = fields.String(attribute="by.name")
    at = fields.DateTime()


class ErasedPhoto(Answer):
    """What stood here and was erased by lead and legal office."""

    sha256 = fields.String()
    erased_at = fields.DateTime()
    reason = fields.String(allow_none=True)


class NewSeal(Body):
    entry = sha256_field(required=True)
    sha256 = sha256_field(required=True)
    size = fields.Integer(required=True, strict=True, validate=validate.Range(1, 2**50))


class ReviewAnswer(Answer):
    """`feed` goes back as `seen` with a decision; `restricted` are lines that never reach the party."""

    task = fields.Dict()
    definitions = fields.List(fields.Dict())
    entries = fields.List(fields.Dict())
    runs = fields.List(fields.Dict())
    state = fields.Dict()
    evaluation = fields.Dict()
    restricted = fields.List(fields.Dict())
    outstanding = fields.List(fields.Nested(Outstanding))
    lost = fields.List(fields.Nested(LostVault))
    apart = fields.List(fields.Nested(Apart))
    seals = fields.List(fields.Nested(Seal))
    erased = fields.List(fields.Nested(ErasedPhoto))
    devices = fields.List(fields.Nested(KnownDevice))
    people = fields.Dict(keys=fields.String(), values=fields.String())
    feed = fields.Integer()
    may_decide = fields.Boolean()


class Decision(Body):
    """`seen` is the `feed` that the lead has read; with it, a decision is refused when something came meanwhile."""

    seen = fields.Integer(strict=True, load_default=None, allow_none=True)


class ItemComment(Body):
    path = fields.String(required=True, validate=validate.Length(0, 120))
    text = text_field(4000, required=True)


class GivingBack(Decision):
    text = fields.String(load_default="", validate=validate.Length(0, 4000))
    comments = fields.List(fields.Nested(ItemComment), load_default=list, validate=validate.Length(0, 200))
    signatures = fields.List(
        fields.String(validate=validate.OneOf([role for role in ROLES if role != "lead"])), load_default=list
    )


class SigningOff(Decision):
    text = fields.String(load_default="", validate=validate.Length(0, 4000))


class Admission(Decision):
    ids = fields.List(sha256_field(), required=True, validate=validate.Length(1, 10_000))
    reason = text_field(2000, required=True)


class SignedOffAnswer(Answer):
    inspection_id = uuid_field()
    at = fields.DateTime()
    round = fields.Integer()
    result_code = fields.String(allow_none=True)
