"""`flask evidence tidy`: what crashes and broken-off uploads left behind."""

from datetime import UTC, datetime
from pathlib import Path

import click
from flask import current_app
from sqlalchemy import select

from server.evidence.erasures import wipe_leftovers
from server.evidence.models import Upload
from server.evidence.uploads import KEPT
from server.platform.clock import now
from server.platform.config import Settings
from server.platform.db import db, transaction


@click.group()
def evidence() -> None:
    """Evidence."""


@evidence.command()
def tidy() -> None:
    """Forget uploads that nobody finished; remove bytes that were erased just before a crash."""
    settings: Settings = current_app.extensions["settings"]
    with transaction():
        wiped = wipe_leftovers()
        for row in db.session.scalars(select(Upload).where(Upload.expires_at <= now())):
            db.session.delete(row)
        db.session.flush()
        waiting = set(db.session.scalars(select(Upload.id).where(Upload.done.is_(False))))
        forgotten = _forget_files(settings.uploads_folder, waiting, now() - KEPT)
    click.echo(f"uploads forgotten: {forgotten}, erased bytes removed: {wiped}")


def _forget_files(folder: Path, waiting: set[str], before: datetime) -> int:
    """Remove files of uploads that no row knows and that nobody has touched for long; returns how many."""
    count = 0
    for file in folder.glob("*/*"):
        touched = datetime.fromtimestamp(file.stat().st_mtime, UTC)
        if file.name not in waiting and touched < before:
            file.unlink()
            count += 1
    return count


COMMANDS = (evidence,)
