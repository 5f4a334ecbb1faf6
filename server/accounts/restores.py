"""After a restore: what was decided since the backup is undone, and nobody but people knows what that was.

The trail is all there is to it: a restore waits on the desk until somebody says there that it was looked after.
"""

from typing import Any

from sqlalchemy import select

from server.platform.backup_record import RESTORED
from server.platform.clock import parse_iso
from server.platform.db import db
from server.platform.errors import Problem
from server.platform.trail import TrailRow, record

CHECKED = "restore.checked"


def restores_waiting() -> list[dict[str, Any]]:
    """Restores that nobody has looked after yet, the oldest first."""
    checked = select(TrailRow.subject_id).where(TrailRow.action == CHECKED)
    waiting = select(TrailRow).where(TrailRow.action == RESTORED, TrailRow.id.not_in(checked)).order_by(TrailRow.id)
    return [
        {"id": row.id, "restored_at": row.at, "snapshot_at": parse_iso(row.detail["snapshot_at"])}
        for row in db.session.scalars(waiting)
        if "snapshot_at" in row.detail  # earlier programs wrote none
    ]


def check_restore(restore_id: str) -> None:
    """Note that what was decided between backup and restore was looked at and made again; noted once.

    Raises `not_found`.
    """
    row = db.session.get(TrailRow, restore_id)
    if row is None or row.action != RESTORED:
        raise Problem("not_found")
    if any(waiting["id"] == restore_id for waiting in restores_waiting()):
        record(CHECKED, "restore", restore_id)
