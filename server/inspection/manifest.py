"""The receipt for one inspection: what the server has of it, and whether a phone may forget it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import exists, select

from server.accounts.vaults import lost_devices
from server.evidence.service import Kept, kept
from server.evidence.sight import require_sight
from server.inspection.models import InspectionHead, JournalEntry
from server.platform.auth import Actor
from server.platform.backup_record import last_verified
from server.platform.db import db

SLACK = timedelta(minutes=5)
"""Longer than any request lasts: what was stamped before a backup began may have been committed after it."""
Reason = Literal["not_signed_off", "evidence_missing", "no_backup_yet"]


@dataclass(frozen=True)
class Manifest:
    """Ids of all stored entries, held ones too; evidence that is stored or erased. `reason`: why not to forget yet."""

    inspection: str
    entries: list[str]
    evidence: list[Kept]
    reason: Reason | None

    @property
    def may_forget(self) -> bool:
        return self.reason is None


def manifest_for(actor: Actor, inspection_id: str) -> Manifest:
    """The receipt; raises `not_found` for what the actor neither sees nor has contributed to."""
    brought = exists().where(JournalEntry.inspection_id == inspection_id, JournalEntry.pushed_by == actor.id)
    if not db.session.scalar(select(brought)):
        require_sight(actor, inspection_id)
    return manifest_of(inspection_id)


def manifest_of(inspection_id: str) -> Manifest:
    """The receipt, whoever asks."""
    rows = db.session.execute(
        select(
            JournalEntry.id, JournalEntry.sha256, JournalEntry.device_id, JournalEntry.code, JournalEntry.received_at
        )
        .where(JournalEntry.inspection_id == inspection_id)
        .order_by(JournalEntry.id)
    ).all()
    here = kept(row.sha256 for row in rows if row.sha256 is not None)
    evidence = [here[sha256] for sha256 in sorted(here)]
    gone = lost_devices({row.device_id for row in rows})
    due = {row.sha256 for row in rows if row.sha256 and row.code is None and row.device_id not in gone}
    stored = [row.received_at for row in rows] + [item.stored_at for item in evidence]
    reason = _reason(db.session.get(InspectionHead, inspection_id), due - here.keys(), stored)
    return Manifest(inspection_id, [row.id for row in rows], evidence, reason)


def _reason(head: InspectionHead | None, missing: set[str], stored: list[datetime]) -> Reason | None:
    """Signed off, the record's bytes here, and a verified backup newer than the last change and all that is stored.

    What came late or is held is stored like everything else and counts so, whether it is ever admitted. Its bytes, and
    those of a phone whose vault is gone, are not waited for: a phone that has them offers them, because it compares
    every hash it holds with this list before it forgets anything.
    """
    if head is None or head.signed_off_at is None:
        return "not_signed_off"
    if missing:
        return "evidence_missing"
    reached: datetime | None = last_verified()
    last_change = max([head.changed_at, *stored])
    return None if reached is not None and reached > last_change + SLACK else "no_backup_yet"
