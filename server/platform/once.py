"""Inserting what may be there already: the same statement on SQLite and PostgreSQL."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from server.platform.db import Base, db


def insert_once(model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows whose key is not there yet, in one statement; a key that is there keeps its row."""
    if not rows:
        return
    table = model.__table__
    assert isinstance(table, Table)
    dialect = sqlite if db.session.get_bind().dialect.name == "sqlite" else postgresql
    db.session.execute(dialect.insert(table).on_conflict_do_nothing(), list(rows))
