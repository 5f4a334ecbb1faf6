"""Shapes of evidence over HTTP; uploads speak tus, not JSON."""

from marshmallow import fields, validate

from server.evidence.previews import WIDTHS
from server.platform.stage import Answer, Body, Query, sha256_field, text_field, uuid_field


class PreviewQuery(Query):
    width = fields.Integer(load_default=WIDTHS[0], validate=validate.OneOf(WIDTHS))


class NewErasure(Body):
    inspection = uuid_field(required=True)
    sha256 = sha256_field(required=True)
    reason = text_field(400, required=True)


class ErasureDecision(Body):
    agreed = fields.Boolean(required=True)


class ErasureAnswer(Answer):
    id = uuid_field()
    inspection = fields.String(attribute="inspection_id")
    number = fields.String()
    subject_name = fields.String()
    sha256 = sha256_field()
    reason = fields.String()
    asked_by = fields.String()
    asked_at = fields.AwareDateTime()
    agreed = fields.Boolean(allow_none=True)
