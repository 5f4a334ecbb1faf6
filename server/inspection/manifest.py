"""The receipt for one inspection: what the server has of it, and whether a phone may forget it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import select

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
    rows = db.session.execute(
        select(JournalEntry.id, JournalEntry.sha256, JournalEntry.pushed_by)
        .where(JournalEntry.inspection_id == inspection_id)
        .order_by(JournalEntry.id)
    ).all()
    if not any(pushed_by == actor.id for _, _, pushed_by in rows):
        require_sight(actor, inspection_id)
    named = {sha256 for _, sha256, _ in rows if sha256 is not None}
    here = kept(named)
    evidence = [here[sha256] for sha256 in sorted(here)]
    reason = _reason(db.session.get(InspectionHead, inspection_id), named, evidence)
    return Manifest(inspection_id, [key for key, _, _ in rows], evidence, reason)


def _reason(head: InspectionHead | None, named: set[str], evidence: list[Kept]) -> Reason | None:
    """Signed off, all bytes here, and a verified backup newer than the last change of either."""
    if head is None or head.signed_off_at is None:
        return "not_signed_off"
    if len(evidence) < len(named):
        return "evidence_missing"
    reached: datetime | None = last_verified()
    last_change = max([head.changed_at, *(item.stored_at for item in evidence)])
    return None if reached is not None and reached > last_change + SLACK else "no_backup_yet"
