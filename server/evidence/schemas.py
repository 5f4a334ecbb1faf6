"""Shapes of evidence over HTTP; uploads speak tus, not JSON."""

from typing import Any

from marshmallow import fields, validate

from server.evidence.previews import WIDTHS
from server.platform.stage import Answer, Body, Query, text_field, uuid_field


def sha256_field(**options: Any) -> fields.String:
    """A SHA-256 in lower-case hex."""
    return fields.String(validate=validate.Regexp(r"^[0-9a-f]{64}$"), **options)


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
    sha256 = sha256_field()
    reason = fields.String()
    asked_at = fields.AwareDateTime()
    agreed = fields.Boolean(allow_none=True)
