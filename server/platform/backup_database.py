"""The database in and out of a backup: SQLite by itself, PostgreSQL by its own programs. Rows are counted by table."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pysqlite3.dbapi2 as sqlite
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, func, inspect, select, text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.sql import table

from server.platform.blobs import NAMED, sync_folder
from server.platform.config import PROJECT, Settings
from server.platform.db import db, reading

SQLITE_FILE, POSTGRES_FILE = "suicha.db", "suicha.dump"
Counts = dict[str, int]


class BackupFailed(Exception):
    """The backup cannot be made, or is not whole. The text says what is wrong."""


def file_of(settings: Settings) -> str:
    """The name of the dump of this kind of database."""
    return SQLITE_FILE if settings.is_sqlite else POSTGRES_FILE


class Dumped(NamedTuple):
    """What a copy of the database holds: rows by table, hashes of the bytes that belong to it, the schema's revision
    ("" where no migration made it)."""

    tables: Counts
    named: set[str]
    revision: str


def dump(settings: Settings, target: Path) -> Dumped:
    """Write a consistent copy of the database, which may be in use."""
    if not settings.is_sqlite:
        with _snapshot() as (connection, name):
            words = ["pg_dump", "--format=custom", "--snapshot", name, "--file", str(target)]
            _postgres([*words, "--dbname", _libpq(settings.database_url)])
            return Dumped(_counts(connection), _named(connection), _revision(connection))
    connection = sqlite.connect(sqlite_file(settings))
    try:
        connection.execute("VACUUM INTO ?", [str(target)])
    finally:
        connection.close()
    counts = sqlite_counts(target)
    with _opened(target) as copy:
        return Dumped(counts, _named(copy), _revision(copy))


def named_here() -> set[str]:
    """The hashes of the bytes that belong to this installation's database now."""
    with reading(), db.engine.connect() as connection:
        return _named(connection)


def is_empty(settings: Settings) -> bool:
    """Whether there is no database of this installation yet, or one without tables."""
    if settings.is_sqlite:
        return not sqlite_file(settings).exists()
    return not inspect(db.engine).get_table_names()


def sqlite_file(settings: Settings) -> Path:
    """Where the SQLite database lies."""
    return Path(make_url(settings.database_url).database or "")


def restore(settings: Settings, source: Path) -> None:
    """Fill the empty database of this installation."""
    if settings.is_sqlite:
        shutil.move(source, sqlite_file(settings))
        sync_folder(sqlite_file(settings).parent)
        return
    words = ["pg_restore", "--exit-on-error", "--no-owner", "--single-transaction"]
    _postgres([*words, "--dbname", _libpq(settings.database_url), str(source)])


def counts_here() -> Counts:
    """The rows of this installation's database, by table."""
    with db.engine.connect() as connection:
        return _counts(connection)


def sqlite_counts(database: Path) -> Counts:
    """The rows of a SQLite file, by table, after it has checked itself. Raises BackupFailed."""
    connection = sqlite.connect(database)
    try:
        if connection.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise BackupFailed(f"{database} 已损坏")
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        return {
            name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
            for (name,) in sorted(names.fetchall())
        }
    except sqlite.DatabaseError as error:
        raise BackupFailed(f"{database} 已损坏") from error
    finally:
        connection.close()


def _counts(connection: Connection) -> Counts:
    names = sorted(inspect(connection).get_table_names())
    return {name: connection.scalar(select(func.count()).select_from(table(name))) or 0 for name in names}


def _named(connection: Connection) -> set[str]:
    return {sha256 for query in NAMED for sha256 in connection.scalars(query)}


def _revision(connection: Connection) -> str:
    if "alembic_version" not in inspect(connection).get_table_names():
        return ""
    return connection.scalar(text("SELECT version_num FROM alembic_version")) or ""


def knows(revision: str) -> bool:
    """Whether this program can bring a schema of that revision up to date: one of a newer program it cannot."""
    migrations = ScriptDirectory(str(PROJECT / "migrations"))
    return not revision or revision in {known.revision for known in migrations.walk_revisions()}


@contextmanager
def _opened(database: Path) -> Iterator[Connection]:
    engine = create_engine(f"sqlite:///{database}", module=sqlite)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


@contextmanager
def _snapshot() -> Iterator[tuple[Connection, str]]:
    """A moment of PostgreSQL that the dump and the counts share."""
    with db.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        yield connection, str(connection.scalar(text("SELECT pg_export_snapshot()")))


def _libpq(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _postgres(words: list[str]) -> None:
    """Run one of PostgreSQL's own programs, which have to be as new as the server."""
    if shutil.which(words[0]) is None:
        raise BackupFailed(f"找不到 {words[0]}，请先安装 PostgreSQL 客户端程序")
    done = subprocess.run(words, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise BackupFailed(f"{words[0]}: {done.stderr.strip()}")
