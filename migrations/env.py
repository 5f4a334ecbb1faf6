"""How migrations run: on the app's own engine, in one transaction, the same steps on SQLite and PostgreSQL.

`flask --app wsgi db migrate --message "what"` writes the next step from the models; read it before it is committed.
Own column types are written as what the database sees, so that old steps do not change when the code does.
"""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from flask import current_app

from server.platform.db import UTCDateTime


def render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Alembic asks for each type how to write it; False means: as usual."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    """Bring the app's database to the wanted step."""
    migrate = current_app.extensions["migrate"]
    with migrate.db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=migrate.db.metadata,
            render_item=render_item,
            compare_server_default=True,
            transaction_per_migration=False,
            **migrate.configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
