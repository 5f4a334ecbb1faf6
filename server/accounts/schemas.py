"""Shapes of accounts over HTTP."""

from marshmallow import fields, validate

from server.platform.stage import Answer, Body, text_field, uuid_field


class UnitAnswer(Answer):
    id = uuid_field()
    name = fields.String()
    kind = fields.String()


class PersonAnswer(Answer):
    id = uuid_field()
    name = fields.String()
    login = fields.String()
    badge_no = fields.String(allow_none=True)
    unit = fields.Nested(UnitAnswer)
    roles = fields.List(fields.String())


class Jwk(Body):
    kty = fields.String(required=True)
    crv = fields.String(required=True)
    x = fields.String(required=True)
    y = fields.String(required=True)


class Credentials(Body):
    login = text_field(60, required=True)
    password = fields.String(required=True, validate=validate.Length(1, 200), load_only=True)


class NewPassword(Body):
    password = fields.String(required=True, validate=validate.Length(1, 200), load_only=True)
    new_password = fields.String(required=True, validate=validate.Length(1, 200), load_only=True)


class BureauAnswer(Answer):
    name = fields.String()
    short = fields.String()
    division_code = fields.String()


class KeysAnswer(Answer):
    bureau = fields.Nested(Jwk)
    recovery = fields.Nested(Jwk)


class LimitsAnswer(Answer):
    photo_bytes = fields.Integer()
    chunk_bytes = fields.Integer()
    offline_hours = fields.Integer()
    evening_hour = fields.Integer()


class DemoAccountAnswer(Answer):
    login = fields.String()
    password = fields.String()
    name = fields.String()
    role_text = fields.String()


class DemoAnswer(Answer):
    accounts = fields.List(fields.Nested(DemoAccountAnswer))


class SessionAnswer(Answer):
    person = fields.Nested(PersonAnswer, allow_none=True)
    csrf = fields.String(allow_none=True)
    expires_at = fields.String(allow_none=True)
    server_time = fields.String()
    epoch = fields.String()
    bureau = fields.Nested(BureauAnswer)
    keys = fields.Nested(KeysAnswer)
    limits = fields.Nested(LimitsAnswer)
    demo = fields.Nested(DemoAnswer, allow_none=True)


class NewDevice(Body):
    id = uuid_field(required=True)
    label = text_field(120, required=True)
    public_key = fields.Nested(Jwk, required=True)
    alg = fields.String(required=True)
    wrapped_key = fields.String(required=True, validate=validate.Length(1, 4000))


class DeviceAnswer(Answer):
    id = uuid_field()
    person_id = uuid_field()
    person_name = fields.String(attribute="person.name")
    label = fields.String()
    alg = fields.String()
    enrolled_at = fields.DateTime()
    last_seen_at = fields.DateTime(allow_none=True)
    revoked_at = fields.DateTime(allow_none=True)
    lost_at = fields.DateTime(allow_none=True)


class Revocation(Body):
    reason = text_field(200, required=True)


class NewRecovery(Body):
    device = uuid_field(required=True)
    request = text_field(40, required=True)
    reason = text_field(400, required=True)


class RestoreAnswer(Answer):
    """The server was put back to a backup that goes up to `snapshot_at`."""

    id = uuid_field()
    restored_at = fields.DateTime()
    snapshot_at = fields.DateTime()


class RecoveryDecision(Body):
    agreed = fields.Boolean(required=True)


class RecoveryAnswer(Answer):
    """`code` only in the answer to the decision, once."""

    id = uuid_field()
    device = fields.String(attribute="device_id")
    label = fields.String(attribute="device.label")
    person_name = fields.String(attribute="device.person.name")
    reason = fields.String()
    asked_by = fields.String(attribute="asked_by.name")
    asked_at = fields.DateTime()
    agreed = fields.Boolean(allow_none=True)


class DecidedRecovery(Answer):
    recovery = fields.Nested(RecoveryAnswer)
    code = fields.String(allow_none=True)
