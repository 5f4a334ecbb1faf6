"""Fixtures for the stages' stories: an app with a fresh database per test, on SQLite and on a real PostgreSQL."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.routing import Rule

from server import create_app
from server.accounts import passwords
from server.platform.clock import SetClock
from server.platform.config import Settings
from server.platform.db import Base, db
from tests import factories
from tests.browser import ApartClient, Browser

VISIT_DAY = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


@pytest.fixture(scope="session", autouse=True)
def little_work() -> Iterator[None]:
    """What every story would do again at length: stretch passwords, and compile the same two hundred routes."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    compiled = Rule._compile_builder
    known: dict[tuple[object, ...], object] = {}

    def once(rule: Rule, append_unknown: bool = True) -> object:
        what = (rule.rule, rule.subdomain, repr(rule.defaults), append_unknown)
        if what not in known:
            known[what] = compiled(rule, append_unknown)
        return known[what]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", quick)
        patch.setattr(passwords, "_nobody", quick.hash("nobody has this password"))
        patch.setattr(factories, "_HASH", quick.hash(factories.PASSWORD))
        patch.setattr(Rule, "_compile_builder", once)
        yield


def make_tables(url: str, instance: Path) -> None:
    """All tables and no rows. Copying them is ten times faster than making them for each story."""
    app = create_app(Settings(instance=instance, database_url=url, testing=True))
    with app.app_context():
        Base.metadata.create_all(db.engine)
        db.engine.dispose()


@pytest.fixture(scope="session")
def sqlite_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tables")
    make_tables(f"sqlite:///{folder / 'suicha.db'}", folder)
    return folder / "suicha.db"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL of the tests' own; stops with the session."""
    from tests.postgres import running_server

    with running_server() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_tables(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    from tests.postgres import fresh_database

    with fresh_database(postgres_server) as url:
        make_tables(url, tmp_path_factory.mktemp("tables"))
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh database with all tables and no rows."""
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_tables"), tmp_path / "suicha.db")
        yield f"sqlite:///{tmp_path / 'suicha.db'}"
        return
    from tests.postgres import fresh_database

    tables = request.getfixturevalue("postgres_tables")
    with fresh_database(request.getfixturevalue("postgres_server"), tables) as url:
        yield url


@pytest.fixture
def clock() -> SetClock:
    return SetClock(VISIT_DAY)


@pytest.fixture
def app(database_url: str, tmp_path: Path, clock: SetClock) -> Iterator[Flask]:
    settings = Settings(
        instance=tmp_path / "instance", database_url=database_url, testing=True, login_tries="1000 per minute"
    )
    app = create_app(settings, clock)
    app.test_client_class = ApartClient
    with app.app_context():
        if database_url.startswith("sqlite"):
            event.listen(db.engine, "connect", _unsynced)
        yield app
        db.session.remove()
        db.engine.dispose()


def _unsynced(connection: object, _record: object) -> None:
    """A story ends with its machine: nothing has to reach the disk. tests/postgres.py tells PostgreSQL the same."""
    connection.execute("PRAGMA synchronous=OFF")  # type: ignore[attr-defined]


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def bureau(app: Flask) -> factories.Bureau:
    """A small bureau: units and one person per role."""
    return factories.make_bureau()


@pytest.fixture
def browser(app: Flask, bureau: factories.Bureau) -> Browser:
    """Signs people in and sends their requests: `browser.of(person).post(...)`."""
    return Browser(app)
