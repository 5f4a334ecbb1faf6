"""Inserting what may be there already: the same statement on SQLite and PostgreSQL."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from server.platform.db import Base, db


def dialect_name() -> str:
    """ "sqlite" or "postgresql": the key by which statements that differ are kept."""
    return db.engine.dialect.name


def upsert(model: type[Base], dialect_key: str) -> Any:
    """An insert into the model's table that knows `on_conflict_do_nothing` and `on_conflict_do_update`.

    Building a statement costs as much as running it: hot paths build theirs once per dialect.
    """
    dialect = sqlite if dialect_key == "sqlite" else postgresql
    return dialect.insert(cast(Table, model.__table__))


def insert_once(model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows whose key is not there yet, in one statement; a key that is there keeps its row."""
    if rows:
        db.session.execute(upsert(model, dialect_name()).on_conflict_do_nothing(), list(rows))
