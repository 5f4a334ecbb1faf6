"""Which backups were verified, and how far they reach: phones forget only what such a backup holds."""

from datetime import datetime

from sqlalchemy import Index, String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from server.platform.db import Base, Keyed, db

RESTORED = "backup.restored"
"""On the trail, with `snapshot_at`: what was decided after that moment is gone."""


class BackupRecord(Keyed, Base):
    """A backup that was read back and found whole. Everything committed before `snapshot_at` is in it."""

    __tablename__ = "backup_record"
    __table_args__ = (Index(None, "snapshot_at"),)

    name: Mapped[str] = mapped_column(String(80))
    snapshot_at: Mapped[datetime]
    verified_at: Mapped[datetime]
    rows: Mapped[int]
    blobs: Mapped[int]


def last_verified() -> datetime | None:
    """How far the newest verified backup reaches; None before the first."""
    return db.session.scalar(select(func.max(BackupRecord.snapshot_at)))
