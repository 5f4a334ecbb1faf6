"""Small pieces that every stage's rooms are built with: its blueprint, its schemas' base, paging."""

from typing import Any

from flask import Request
from flask.json.provider import DefaultJSONProvider
from flask_smorest import Blueprint
from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, missing, validate
from webargs.flaskparser import FlaskParser


class Body(Schema):
    """What a route takes: unknown fields are an error, not silence."""

    class Meta:
        unknown = RAISE


class Query(Schema):
    """What a route takes from the address."""

    class Meta:
        unknown = EXCLUDE


class Answer(Schema):
    """What a route gives."""

    class Meta:
        unknown = EXCLUDE


class Nothing(Body):
    """A write that needs no body: `{}`."""


class Done(Answer):
    """A write that has nothing to tell."""

    ok = fields.Boolean(dump_default=True)


class Whole(validate.Regexp):
    """The whole text fits the pattern: "$" alone would let a line break pass behind it."""

    def __call__(self, value: Any) -> Any:
        if self.regex.fullmatch(value) is None:
            raise ValidationError(self._format_error(value))
        return value


def uuid_field(**options: Any) -> fields.String:
    """A key as 36 characters."""
    pattern = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
    return fields.String(validate=Whole(pattern), **options)


def sha256_field(**options: Any) -> fields.String:
    """A SHA-256 in lower-case hex."""
    return fields.String(validate=Whole(r"^[0-9a-f]{64}$"), **options)


def text_field(most: int, **options: Any) -> fields.String:
    """Text that is not blank and not longer than `most` characters."""
    return fields.String(validate=[validate.Length(1, most), validate.Regexp(r"(?s).*\S")], **options)


class BodyJson(DefaultJSONProvider):
    """The app's JSON: Chinese as it is, members in their order. What nests too deep to be read is no JSON."""

    ensure_ascii = False
    sort_keys = False

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        try:
            return super().loads(s, **kwargs)
        except RecursionError as error:
            raise ValueError("nested too deep") from error


class BodyParser(FlaskParser):
    """Reads JSON bodies as the request itself does, once for whoever asks; one that is none is bad."""

    def load_json(self, req: Request, schema: Schema) -> Any:
        return req.get_json() if req.is_json and req.get_data() else missing


class StageBlueprint(Blueprint):
    """The routes of a stage."""

    ARGUMENTS_PARSER = BodyParser()


def stage_blueprint(name: str, prefix: str | None = None) -> Blueprint:
    """The blueprint of a stage under `/api/<name>`."""
    return StageBlueprint(name, name, url_prefix=prefix or f"/api/{name}")
