"""What drawing answers over HTTP. Certificates, chain and rosters are documents of core/draw and leave as files."""

from marshmallow import fields

from server.platform.stage import Answer, uuid_field


class ReasonAnswer(Answer):
    reason = fields.String()
    count = fields.Integer()
    text = fields.String()


class PoolAnswer(Answer):
    id = fields.String()
    name = fields.String()
    members = fields.Integer()
    eligible = fields.Integer()
    out = fields.List(fields.Nested(ReasonAnswer))


class StratumHead(Answer):
    id = fields.String()
    item = fields.String()
    item_name = fields.String()
    authority = fields.String()
    label = fields.String()
    ratio = fields.String()


class PreparedStratum(StratumHead):
    """What a draw of the batch would start from; `n` is how many would be drawn."""

    n_base = fields.Integer()
    excluded = fields.List(fields.Nested(ReasonAnswer))
    available = fields.Integer()
    n = fields.Integer()
    pool = fields.String()


class PreparationAnswer(Answer):
    batch_id = uuid_field()
    title = fields.String()
    window = fields.Dict(keys=fields.String(), values=fields.String())
    strata = fields.List(fields.Nested(PreparedStratum))
    pools = fields.List(fields.Nested(PoolAnswer))


class CertificateRef(Answer):
    """`number` is the record's number in the chain."""

    number = fields.Integer()
    digest = fields.String()
    at = fields.AwareDateTime()


class DrawRow(Answer):
    id = uuid_field()
    number = fields.String()
    title = fields.String()
    kind = fields.String()
    state = fields.String()
    batch_id = fields.String(allow_none=True)
    plan_digest = fields.String()
    announced_at = fields.AwareDateTime()
    release_on = fields.Date(allow_none=True)
    certificate = fields.Nested(CertificateRef, allow_none=True)
    drawn = fields.Integer(allow_none=True)


class PartyAnswer(Answer):
    party = fields.String()
    label = fields.String()
    kind = fields.String()
    commitment = fields.String(allow_none=True)
    committed_at = fields.AwareDateTime(allow_none=True)
    reveal = fields.String(allow_none=True)
    revealed_at = fields.AwareDateTime(allow_none=True)
    channel = fields.String(allow_none=True)
    name = fields.String(allow_none=True)
    post = fields.String(allow_none=True)
    absent = fields.Boolean()
    link = fields.String(allow_none=True)


class SourceAnswer(Answer):
    name = fields.String()
    moment = fields.String()
    text = fields.String(allow_none=True)
    at = fields.AwareDateTime(allow_none=True)


class ReleaseAnswer(Answer):
    """Who opened a sealed result before its date, and why."""

    at = fields.AwareDateTime()
    holder = fields.String()
    reason = fields.String()


class SealedAnswer(Answer):
    """`open`: the certificate is public. `released` is null where it opened on its date."""

    commitment = fields.String()
    holders = fields.List(fields.String())
    release_on = fields.String()
    open = fields.Boolean()
    released = fields.Nested(ReleaseAnswer, allow_none=True)


class VoidedAnswer(Answer):
    number = fields.Integer()
    digest = fields.String()
    at = fields.AwareDateTime()
    reason = fields.String()
    note = fields.String()


class CeremonyAnswer(Answer):
    """Where a draw stands. `next` says what has to happen now, null when it has ended; `now` is the server's clock,
    for the time left."""

    deadline = fields.String()
    now = fields.AwareDateTime()
    source = fields.Nested(SourceAnswer, allow_none=True)
    sealed = fields.Nested(SealedAnswer, allow_none=True)
    parties = fields.List(fields.Nested(PartyAnswer))
    next = fields.String(allow_none=True)
    void_reason = fields.String(allow_none=True)
    voided = fields.Nested(VoidedAnswer, allow_none=True)


class FaceAnswer(Answer):
    code = fields.String()
    text = fields.String()


class SubjectRef(Answer):
    id = uuid_field()
    name = fields.String()
    address = fields.String()
    township = fields.String()


class TicketAnswer(Answer):
    id = fields.String()
    ticket = fields.String()
    subject = fields.Nested(SubjectRef, allow_none=True)


class StratumResult(Answer):
    n_base = fields.Integer()
    excluded = fields.List(fields.Nested(ReasonAnswer))
    available = fields.Integer()
    n = fields.Integer()
    line = fields.String(allow_none=True)
    note = fields.String(allow_none=True)
    drawn = fields.List(fields.Nested(TicketAnswer))
    alternates = fields.List(fields.Nested(TicketAnswer))


class StratumAnswer(StratumHead):
    raised_by = fields.String(allow_none=True)
    result = fields.Nested(StratumResult, allow_none=True)


class DealtAnswer(Answer):
    id = fields.String()
    person_id = uuid_field()
    name = fields.String()
    badge_no = fields.String()
    senior = fields.Boolean()


class GroupAnswer(Answer):
    """One brigade's team; `report` says in a sentence why it could not be filled."""

    pool = fields.String()
    unit = fields.String()
    inspectors = fields.List(fields.Nested(DealtAnswer))
    report = fields.String(allow_none=True)


class TaskAnswer(Answer):
    task = fields.String()
    subject = fields.Nested(SubjectRef, allow_none=True)
    items = fields.List(fields.String())
    joint = fields.Boolean()
    groups = fields.List(fields.Nested(GroupAnswer))


class RecordAnswer(Answer):
    number = fields.Integer()
    kind = fields.String()
    digest = fields.String()
    at = fields.AwareDateTime()


class ItemRef(Answer):
    code = fields.String()
    name = fields.String()


class DrawAnswer(DrawRow, CeremonyAnswer):
    """A draw in words."""

    announced_by = fields.String()
    items = fields.List(fields.Nested(ItemRef))
    window = fields.Dict(keys=fields.String(), values=fields.String())
    rules = fields.Dict(keys=fields.String(), values=fields.Boolean())
    face = fields.List(fields.Nested(FaceAnswer))
    pools = fields.List(fields.Nested(PoolAnswer))
    strata = fields.List(fields.Nested(StratumAnswer))
    tasks = fields.List(fields.Nested(TaskAnswer))
    seed = fields.String(allow_none=True)
    records = fields.List(fields.Nested(RecordAnswer))


class KeyAnswer(Answer):
    """The bureau's signing key (JWK) and its RFC 7638 thumbprint in hex."""

    alg = fields.String()
    key = fields.Dict(keys=fields.String(), values=fields.String())
    thumbprint = fields.String()


class PublishedAnswer(Answer):
    """One certificate as anybody sees it. `access` is `open`, `sealed` or `restricted`; what is not open is only a
    number and a digest, and says nothing of its draw."""

    number = fields.Integer()
    digest = fields.String()
    at = fields.AwareDateTime()
    access = fields.String()
    draw = fields.String(allow_none=True)
    title = fields.String(allow_none=True)
    release_on = fields.Date(allow_none=True)


class RoomItemAnswer(ItemRef):
    """`lines`: how many premises stand in the roster; null in a targeted draw."""

    ratio = fields.String()
    lines = fields.Integer(allow_none=True)


class ProceedingsAnswer(CeremonyAnswer):
    """What everybody in the room may see of a draw. `result` is `none`, `open`, `sealed` or `restricted`; an open one
    is read from the chain's record; `sealed_until` may come from an earlier draw of the year."""

    draw_id = fields.String()
    number = fields.String()
    title = fields.String()
    kind = fields.String()
    state = fields.String()
    bureau = fields.String()
    plan_digest = fields.String()
    announced_at = fields.AwareDateTime()
    items = fields.List(fields.Nested(RoomItemAnswer))
    result = fields.String()
    sealed_until = fields.Date(allow_none=True)
    certificate = fields.Nested(CertificateRef, allow_none=True)


class WitnessAnswer(ProceedingsAnswer):
    """What a party sees on its own phone before it speaks, and afterwards."""

    you = fields.Nested(PartyAnswer)
