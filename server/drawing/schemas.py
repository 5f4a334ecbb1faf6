"""What drawing takes over HTTP; what it answers is in `answers`."""

from datetime import UTC, datetime
from typing import Any

from flask_smorest.fields import Upload
from marshmallow import fields, validate

from server.core.draw import COUNTED, PUBLIC_FLAGS, UNCOUNTED, VOIDING_REASONS
from server.platform.stage import Body, Query, text_field, uuid_field

FIRST, LAST = datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
PARTY = validate.Regexp(r"^[a-z][a-z0-9-]{0,30}$")


def hex_field(**options: Any) -> fields.String:
    """32 bytes as 64 lower-case hexadecimal characters."""
    return fields.String(validate=validate.Regexp(r"^[0-9a-f]{64}$"), **options)


def moment_field(**options: Any) -> fields.AwareDateTime:
    """An instant in this century: others overflow where they are turned into UTC."""
    return fields.AwareDateTime(validate=validate.Range(FIRST, LAST), **options)


class RatioBody(Body):
    num = fields.Integer(strict=True, required=True, validate=validate.Range(1, 1_000_000))
    den = fields.Integer(strict=True, required=True, validate=validate.Range(1, 1_000_000))


class WindowBody(Body):
    from_ = fields.Date(data_key="from", required=True)
    to = fields.Date(required=True)


class WitnessBody(Body):
    """The witness of the short ceremony. `post` is published, the name is not; `person_id` when he has an account."""

    name = text_field(60, required=True)
    post = text_field(100, required=True)
    person_id = uuid_field(load_default=None, allow_none=True)


class PartyBody(Body):
    """A further party of a full ceremony; `label` is published."""

    party = fields.String(required=True, validate=PARTY)
    label = text_field(100, required=True)
    kind = fields.String(required=True, validate=validate.OneOf(["committed", "open"]))
    commitment = hex_field(load_default=None, allow_none=True)
    name = text_field(60, load_default=None, allow_none=True)
    person_id = uuid_field(load_default=None, allow_none=True)


class SourceBody(Body):
    """A public number that does not exist yet, and the moment from which it does."""

    name = text_field(200, required=True)
    moment = moment_field(required=True)


class SealedBody(Body):
    commitment = hex_field(required=True)
    holders = fields.List(text_field(100), required=True, validate=validate.Length(2, 5))
    release_on = fields.Date(required=True)


class RulesBody(Body):
    senior = fields.Boolean(load_default=True)
    household = fields.Boolean(load_default=True)
    district = fields.Boolean(load_default=False)


class OverrideBody(Body):
    """A premises inspected this year that can be drawn all the same; the note is published."""

    item = text_field(40, required=True)
    subject_id = uuid_field(required=True)
    note = text_field(200, required=True)


class ExclusionBody(Body):
    item = text_field(40, required=True)
    subject_id = uuid_field(required=True)
    reason = fields.String(required=True, validate=validate.OneOf([*COUNTED, *UNCOUNTED]))
    note = text_field(200, required=True)


class TargetBody(Body):
    """A targeted draw (定向): internal credit classes and their ratio; its certificate is restricted."""

    classes = fields.List(fields.String(validate=validate.OneOf(list("ABCD"))), required=True)
    ratio = fields.Nested(RatioBody, required=True)


class AnnouncementBody(Body):
    """The short ceremony needs `id`, `batch_id`, `commitment`, `witness` and `source`; everything else has defaults.

    `id` is made in the browser, because the office's commitment is made to it.
    """

    id = uuid_field(required=True)
    batch_id = uuid_field(required=True)
    title = text_field(150, load_default=None, allow_none=True)
    commitment = hex_field(required=True)
    witness = fields.Nested(WitnessBody, load_default=None, allow_none=True)
    parties = fields.List(fields.Nested(PartyBody), load_default=list, validate=validate.Length(max=10))
    source = fields.Nested(SourceBody, load_default=None, allow_none=True)
    deadline = moment_field(load_default=None, allow_none=True)
    sealed = fields.Nested(SealedBody, load_default=None, allow_none=True)
    window = fields.Nested(WindowBody, load_default=None, allow_none=True)
    alternates = fields.Integer(strict=True, load_default=5, validate=validate.Range(0, 50))
    rules = fields.Nested(RulesBody, load_default=lambda: {"senior": True, "household": True, "district": False})
    items = fields.List(text_field(40), load_default=None, allow_none=True)
    raised = fields.Dict(
        keys=fields.String(validate=validate.OneOf(PUBLIC_FLAGS)), values=fields.Nested(RatioBody), load_default=dict
    )
    overrides = fields.List(fields.Nested(OverrideBody), load_default=list)
    exclusions = fields.List(fields.Nested(ExclusionBody), load_default=list)
    pseudonyms = fields.Boolean(load_default=False)
    targeted = fields.Nested(TargetBody, load_default=None, allow_none=True)


class CommitmentBody(Body):
    party = fields.String(required=True, validate=PARTY)
    commitment = fields.String(required=True, validate=validate.Length(max=64))


class RevealBody(Body):
    """A witness's number, or what a party committed to."""

    party = fields.String(required=True, validate=PARTY)
    reveal = fields.String(required=True, validate=validate.Length(1, 400))
    name = text_field(60, load_default=None, allow_none=True)
    post = text_field(100, load_default=None, allow_none=True)


class AbsenceBody(Body):
    party = fields.String(required=True, validate=PARTY)


class SourceNumberBody(Body):
    """The public number, typed twice."""

    text = fields.String(required=True, validate=validate.Length(1, 400))
    again = fields.String(required=True, validate=validate.Length(1, 400))


class ExecutionBody(Body):
    k = hex_field(load_default=None, allow_none=True)


class VoidingBody(Body):
    reason = fields.String(required=True, validate=validate.OneOf(VOIDING_REASONS))
    note = text_field(200, required=True)


class ReleaseBody(Body):
    """A sealed result before its date: the holder, the share he kept, and why now. The reason is published."""

    holder = text_field(100, required=True)
    k = hex_field(required=True)
    reason = text_field(200, required=True)


class ExternalQuery(Query):
    """A draw made elsewhere: who drew, and what its proof is called. `id` is made in the browser."""

    id = uuid_field(required=True)
    batch_id = uuid_field(required=True)
    organiser = text_field(100, required=True)
    note = text_field(200, required=True)
    proof_name = text_field(100, required=True)


class ExternalFiles(Body):
    """`result`: the Excel list of premises, items and inspectors. `proof`: the platform's record, of any format."""

    result = Upload(required=True)
    proof = Upload(required=True)


class WitnessCommitmentBody(Body):
    commitment = fields.String(required=True, validate=validate.Length(max=64))


class WitnessNumberBody(Body):
    reveal = fields.String(required=True, validate=validate.Length(1, 400))
    name = text_field(60, load_default=None, allow_none=True)
    post = text_field(100, load_default=None, allow_none=True)


class PreparationQuery(Query):
    batch_id = uuid_field(required=True)


class BundleQuery(Query):
    full = fields.Boolean(load_default=False)
