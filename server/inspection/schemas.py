"""Shapes of synchronisation over HTTP. marshmallow checks the envelope; entries are core's to check, one by one."""

from typing import Any

from marshmallow import fields, validate

from server.platform.stage import Answer, Body, Query, sha256_field, uuid_field

MOST_ENTRIES = 2000
MOST_RUNS = 500


class Untouched(fields.List[Any]):
    """A list whose members are none of marshmallow's business."""

    def __init__(self, most: int) -> None:
        super().__init__(fields.Raw(allow_none=True), required=True, validate=validate.Length(max=most))

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> list[Any]:
        if not isinstance(value, list):
            raise self.make_error("invalid")
        return value


class PushBody(Body):
    runs = Untouched(MOST_RUNS)
    entries = Untouched(MOST_ENTRIES)


class OutcomeAnswer(Answer):
    id = fields.String()
    status = fields.String(validate=validate.OneOf(["accepted", "known", "held", "refused"]))
    code = fields.String(allow_none=True)
    detail = fields.String(allow_none=True)


class PushAnswer(Answer):
    outcomes = fields.List(fields.Nested(OutcomeAnswer))
    server_time = fields.String()


class PullQuery(Query):
    cursor = fields.String(load_default="", validate=validate.Length(max=8000))
    device = fields.String(load_default="", validate=validate.Length(max=36))


class ChecklistAnswer(Answer):
    hash = fields.String()
    body = fields.Dict()


class DeviceKeyAnswer(Answer):
    id = uuid_field()
    person_id = uuid_field()
    person_name = fields.String()
    public_key = fields.Dict()


class JournalAnswer(Answer):
    id = uuid_field()
    entries = fields.List(fields.Dict())
    runs = fields.List(fields.Dict())


class ErasedAnswer(Answer):
    """What lead and legal office have erased: when, and why."""

    inspection = uuid_field()
    sha256 = fields.String()
    erased_at = fields.String()
    reason = fields.String(allow_none=True)


class PullAnswer(Answer):
    cursor = fields.String()
    more = fields.Boolean()
    epoch = fields.String()
    server_time = fields.String()
    tasks = fields.List(fields.Dict())
    removed = fields.List(fields.String())
    checklists = fields.List(fields.Nested(ChecklistAnswer))
    devices = fields.List(fields.Nested(DeviceKeyAnswer))
    inspections = fields.List(fields.Nested(JournalAnswer))
    erased = fields.List(fields.Nested(ErasedAnswer))


class ManifestQuery(Query):
    inspection = uuid_field(required=True)


class EvidenceReceipt(Answer):
    sha256 = fields.String()
    state = fields.String(validate=validate.OneOf(["stored", "erased"]))


class ManifestAnswer(Answer):
    inspection = uuid_field()
    entries = fields.List(fields.String())
    evidence = fields.List(fields.Nested(EvidenceReceipt))
    may_forget = fields.Boolean()
    reason = fields.String(allow_none=True)


class ParcelAnswer(Answer):
    """A file that was taken in. `refusals`: entries that were not plainly accepted; `faults`: photos that were not."""

    id = fields.String()
    device = fields.String(attribute="device_id")
    person_name = fields.String()
    label = fields.String()
    taken_at = fields.DateTime()
    packed_at = fields.String()
    entries = fields.Integer()
    evidence = fields.Integer()
    refusals = fields.List(fields.Dict())
    faults = fields.List(fields.Dict())


class NewPack(Body):
    """`parcel`: the file that this one answers."""

    device = uuid_field(required=True)
    parcel = sha256_field(load_default=None, allow_none=True)
