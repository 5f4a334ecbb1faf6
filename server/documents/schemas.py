"""Shapes of documents over HTTP."""

from marshmallow import fields, validate

from server.documents.models import Copy
from server.platform.paging import PageAnswer, PageQuery
from server.platform.stage import Answer, Body, Query, uuid_field


class FinishedQuery(PageQuery):
    unit = fields.String()
    trade = fields.String()
    result = fields.String()
    first = fields.Date(data_key="from")
    last = fields.Date(data_key="to")
    search = fields.String()


class FinishedRow(Answer):
    id = uuid_field()
    number = fields.String()
    record_number = fields.String(allow_none=True)
    subject_name = fields.String()
    statutory_id = fields.String(allow_none=True)
    trade = fields.String()
    unit = fields.String()
    joint = fields.Boolean()
    result_code = fields.String(allow_none=True)
    signed_off_at = fields.DateTime()
    signed_off_by = fields.String()


class FinishedPage(PageAnswer):
    rows = fields.List(fields.Nested(FinishedRow))


class CopyQuery(Query):
    copy = fields.String(load_default=Copy.FULL.value, validate=validate.OneOf([c.value for c in Copy]))


class PaperAnswer(Answer):
    number = fields.String(attribute="number.number")
    copy = fields.String()
    version = fields.Integer()
    sha256 = fields.String()
    size = fields.Integer()
    pages = fields.Integer()
    fonts = fields.List(fields.String())
    issued_at = fields.DateTime()
    voided_at = fields.DateTime(attribute="number.voided_at", allow_none=True)
    void_reason = fields.String(attribute="number.void_reason", allow_none=True)


class BundleBody(Body):
    inspections = fields.List(uuid_field(), required=True, validate=validate.Length(1, 200))
    form = fields.String(load_default="zip", validate=validate.OneOf(["zip", "joined"]))
    copy = fields.String(load_default=Copy.FULL.value, validate=validate.OneOf([c.value for c in Copy]))


class Voiding(Body):
    reason = fields.String(required=True, validate=[validate.Length(1, 400), validate.Regexp(r"(?s).*\S")])
