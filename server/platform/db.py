"""The database: one session per request, the same tables on SQLite and PostgreSQL.

SQLite comes bundled (pysqlite3), because versions up to 3.51.2 can corrupt a WAL file that has several connections.
Writers take `BEGIN IMMEDIATE`: a plain BEGIN that reads first and writes later fails under load whatever the
busy timeout says. What is acknowledged is synced (`synchronous=FULL`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite
from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Engine, MetaData, String, event
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from server.platform.config import PROJECT, Settings
from server.platform.ids import new_id
from server.platform.private import begin_private

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(TypeDecorator[datetime]):
    """An instant, stored in UTC, always with its zone in Python. Naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """All tables. `datetime` columns are UTC instants."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: UTCDateTime()}


class Keyed:
    """A row with a UUIDv7 key."""

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)


STATEMENTS = 500
"""How many statements a connection to SQLite keeps compiled. The driver's own 100 are soon full of what an office asks
now and then, and what comes after them, a push perhaps, would be compiled at every execution."""

db = SQLAlchemy(metadata=Base.metadata)
migrate = Migrate()
_reading: ContextVar[bool] = ContextVar("reading", default=False)


@contextmanager
def reading() -> Iterator[None]:
    """Transactions begun inside take no write lock."""
    token = _reading.set(True)
    try:
        yield
    finally:
        _reading.reset(token)


def is_reading() -> bool:
    """Whether we are inside `reading()`."""
    return _reading.get()


@contextmanager
def transaction() -> Iterator[None]:
    """One transaction around a use case outside HTTP (a command, a job): commits, or rolls back and raises."""
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise


def _on_connect(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=20000"):
        connection.execute(f"PRAGMA {pragma}")


def _on_begin(connection: Connection) -> None:
    # Straight to the driver: SQLAlchemy's way costs as much as the statement that follows.
    connection.connection.cursor().execute("BEGIN" if is_reading() else "BEGIN IMMEDIATE")


def _attach_sqlite(engine: Engine) -> None:
    file = engine.url.database
    if file and file != ":memory:":
        event.listen(engine, "do_connect", lambda *_: begin_private(Path(file)))
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)


def init_db(app: Flask, settings: Settings) -> None:
    """Bind the app to its database and to the migrations."""
    # What a failing statement was given must not reach a log: it may be somebody's name or number.
    options: dict[str, Any] = {"pool_pre_ping": not settings.is_sqlite, "hide_parameters": True}
    if settings.is_sqlite:
        options |= {"module": sqlite, "connect_args": {"cached_statements": STATEMENTS}}
    url = settings.database_url
    if url.startswith("postgresql://"):
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    app.config |= {"SQLALCHEMY_DATABASE_URI": url, "SQLALCHEMY_ENGINE_OPTIONS": options}
    db.init_app(app)
    migrate.init_app(app, db, directory=str(PROJECT / "migrations"), render_as_batch=settings.is_sqlite)
    if settings.is_sqlite:
        with app.app_context():
            _attach_sqlite(db.engine)
