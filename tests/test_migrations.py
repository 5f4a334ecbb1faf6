"""The migrations lead, in one line of steps, to exactly what the models say: on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect

from server import create_app
from server.platform.config import PROJECT, Settings
from server.platform.db import Base, db
from tests.postgres import fresh_database


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'suicha.db'}"
        return
    with fresh_database(request.getfixturevalue("postgres_server")) as url:
        yield url


@pytest.fixture
def bare(empty_database: str, tmp_path: Path) -> Iterator[Flask]:
    """An app whose database has no tables yet."""
    app = create_app(Settings(tmp_path / "instance", empty_database, testing=True))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def test_there_is_one_line_of_steps() -> None:
    assert len(ScriptDirectory(str(PROJECT / "migrations")).get_heads()) == 1


def test_the_last_step_is_what_the_models_say(bare: Flask) -> None:
    upgrade()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
        connection.rollback()


def test_every_step_can_be_undone(bare: Flask) -> None:
    upgrade()
    downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
