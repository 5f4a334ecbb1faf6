"""Fixtures for the stages' stories: an app with a fresh database per test, on SQLite and on a real PostgreSQL."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server import create_app
from server.platform.clock import SetClock
from server.platform.config import Settings
from server.platform.db import Base, db
from tests import factories
from tests.browser import ApartClient, Browser

VISIT_DAY = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL of the tests' own; stops with the session."""
    from tests.postgres import running_server

    with running_server() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_tables(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL database with all tables and no rows: copying it is ten times faster than making them anew."""
    from tests.postgres import fresh_database

    with fresh_database(postgres_server) as url:
        app = create_app(Settings(instance=tmp_path_factory.mktemp("tables"), database_url=url, testing=True))
        with app.app_context():
            Base.metadata.create_all(db.engine)
            db.engine.dispose()
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh database with all tables and no rows."""
    if request.param == "sqlite":
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
            Base.metadata.create_all(db.engine)
        yield app
        db.session.remove()
        db.engine.dispose()


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
