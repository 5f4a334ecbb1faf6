"""Small pieces that every stage's rooms are built with: its blueprint, its schemas' base, paging."""

from json import JSONDecodeError
from typing import Any

from flask import Request
from flask_smorest import Blueprint
from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, validate
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


class BodyParser(FlaskParser):
    """Reads JSON bodies; one that no machine can read is bad, however it is: too deep, or a number too long."""

    def _raw_load_json(self, req: Request) -> Any:
        try:
            return super()._raw_load_json(req)
        except (JSONDecodeError, UnicodeDecodeError):
            raise
        except (RecursionError, ValueError) as error:
            raise JSONDecodeError("not readable", "body", 0) from error


class StageBlueprint(Blueprint):
    """The routes of a stage."""

    ARGUMENTS_PARSER = BodyParser()


def stage_blueprint(name: str, prefix: str | None = None) -> Blueprint:
    """The blueprint of a stage under `/api/<name>`."""
    return StageBlueprint(name, name, url_prefix=prefix or f"/api/{name}")
