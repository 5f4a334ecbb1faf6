"""Long lists over HTTP, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from marshmallow import fields, validate
from sqlalchemy import Select, func, select

from server.platform.db import db
from server.platform.stage import Answer, Query

Row = TypeVar("Row")


class PageQuery(Query):
    """Which page, counted from 1, and how many rows on it."""

    page = fields.Integer(load_default=1, validate=validate.Range(1, 1_000_000))
    size = fields.Integer(load_default=50, validate=validate.Range(1, 200))


class PageAnswer(Answer):
    """Schemas of lists add `rows`."""

    total = fields.Integer()
    page = fields.Integer()
    size = fields.Integer()


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of `total` rows."""

    rows: Sequence[Row]
    total: int
    page: int
    size: int


def page_of(query: Select[Row], page: int, size: int) -> Page[Row]:
    """Read one page of an ordered query; the total counts all of it."""
    total = db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    rows = db.session.scalars(query.limit(size).offset((page - 1) * size)).all()
    return Page(rows, total, page, size)
