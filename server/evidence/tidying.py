"""What crashes and broken-off uploads left behind; the worker sweeps it out every night."""

from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from flask import current_app
from sqlalchemy import delete, select

from server.evidence.erasures import wipe_leftovers
from server.evidence.models import Upload
from server.evidence.uploads import KEPT
from server.platform.clock import now
from server.platform.config import Settings
from server.platform.db import db


class Tidied(NamedTuple):
    """How many files of uploads went, and how many bytes that were erased just before a crash."""

    uploads: int
    erased: int


def tidy() -> Tidied:
    """Forget uploads that nobody finished; remove bytes whose tombstone stands already."""
    settings: Settings = current_app.extensions["settings"]
    erased = wipe_leftovers()
    db.session.execute(delete(Upload).where(Upload.expires_at <= now()))
    waiting = set(db.session.scalars(select(Upload.id).where(Upload.done.is_(False))))
    return Tidied(_forget_files(settings.uploads_folder, waiting, now() - KEPT), erased)


def _forget_files(folder: Path, waiting: set[str], before: datetime) -> int:
    """Remove files of uploads that no row knows and that nobody has touched for long; returns how many."""
    count = 0
    for file in folder.rglob("*"):
        if file.is_file() and file.name not in waiting and _touched(file) < before:
            file.unlink(missing_ok=True)
            count += 1
    return count


def _touched(file: Path) -> datetime:
    try:
        return datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except FileNotFoundError:  # it became a blob meanwhile
        return datetime.max.replace(tzinfo=UTC)
