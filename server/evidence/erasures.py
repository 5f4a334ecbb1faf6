"""Erasure: a guest photographed by mistake. The lead asks, the legal office decides; two people, one act.

The bytes and their previews go, the hash and the reason stay as a tombstone that counts as stored, so that no phone
offers them again and the journal's entry can still be read.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from server.accounts.models import Person
from server.dispatch.feed import note_change
from server.dispatch.service import people_of, task_by_id, tasks_by_id
from server.evidence.models import Blob, BlobInspection, Erasure
from server.evidence.previews import forget_previews, previews_of
from server.evidence.sight import may_see
from server.platform.auth import Actor
from server.platform.blobs import blobs
from server.platform.clock import now
from server.platform.db import db
from server.platform.errors import Problem
from server.platform.trail import record

SHORTEST = 5


def ask(actor: Actor, inspection_id: str, sha256: str, reason: str) -> Erasure:
    """A lead asks for stored bytes of one of the brigade's inspections to be erased; asking twice is asking once.

    The reason outlives the bytes and has to say something: `SHORTEST` characters at least.

    Raises `not_found`, `already_erased`, `erasure_reason_short`.
    """
    if len(reason.strip()) < SHORTEST:
        raise Problem("erasure_reason_short", shortest=SHORTEST)
    if not may_see(actor, inspection_id) or db.session.get(BlobInspection, (sha256, inspection_id)) is None:
        raise Problem("not_found")
    if db.session.get_one(Blob, sha256).erased_at is not None:
        raise Problem("already_erased")
    open_one = select(Erasure).where(Erasure.sha256 == sha256, Erasure.decided_at.is_(None))
    known = db.session.scalar(open_one)
    if known is not None:
        return known
    row = Erasure(sha256=sha256, inspection_id=inspection_id, reason=reason, asked_by_id=actor.id, asked_at=now())
    db.session.add(row)
    db.session.flush()
    record("erasure.asked", "erasure", row.id, inspection=inspection_id)
    return row


def waiting(actor: Actor) -> Sequence[Erasure]:
    """Erasures nobody has decided yet, that concern inspections the actor may see."""
    rows = db.session.scalars(select(Erasure).where(Erasure.decided_at.is_(None)).order_by(Erasure.asked_at)).all()
    return [row for row in rows if may_see(actor, row.inspection_id)]


def told(row: Erasure) -> dict[str, Any]:
    """An erasure in the words that a person decides by: of which inspection, who asked, why."""
    task, asker = task_by_id(row.inspection_id), db.session.get_one(Person, row.asked_by_id)
    names = ("id", "inspection_id", "sha256", "reason", "asked_at", "agreed")
    row_told = {name: getattr(row, name) for name in names}
    return row_told | {"number": task.number, "subject_name": task.subject.name, "asked_by": asker.name}


def decide(actor: Actor, erasure_id: str, agreed: bool) -> Erasure:
    """The legal office agrees, and the bytes go; or refuses, and they stay. Whoever asked cannot decide.

    Raises `not_found`, `erasure_decided`, `erasure_needs_two`.
    """
    row = db.session.scalar(select(Erasure).where(Erasure.id == erasure_id).with_for_update())
    if row is None:
        raise Problem("not_found")
    if row.decided_at is not None:
        raise Problem("erasure_decided")
    if row.asked_by_id == actor.id:
        raise Problem("erasure_needs_two")
    row.decided_by_id, row.decided_at, row.agreed = actor.id, now(), agreed
    record("erasure.decided", "erasure", row.id, inspection=row.inspection_id, agreed=agreed)
    if agreed:
        blob = db.session.get_one(Blob, row.sha256)
        blob.erased_at, blob.erased_reason = now(), row.reason
        sha256 = blob.sha256
        _tell_phones(sha256)
        db.session.commit()
        wipe(sha256)
    return row


def _tell_phones(sha256: str) -> None:
    """The next pull of everybody who may have a copy names the hash, and the copy goes."""
    used = db.session.scalars(select(BlobInspection.inspection_id).where(BlobInspection.sha256 == sha256)).all()
    for inspection_id, task in sorted(tasks_by_id(used).items()):
        note_change(inspection_id, people_of(task))


def wipe(sha256: str) -> None:
    """Remove the bytes of a tombstone; it stands in the database before, so that no crash loses both.

    The previews after the bytes: whoever makes one now looks afterwards whether the bytes are still there.
    """
    blobs().erase(sha256)
    forget_previews(sha256)


def wipe_leftovers() -> int:
    """Remove bytes whose tombstone was written just before a crash; returns how many there were."""
    erased = db.session.scalars(select(Blob.sha256).where(Blob.erased_at.is_not(None))).all()
    left = [sha256 for sha256 in erased if blobs().has(sha256) or previews_of(sha256)]
    for sha256 in left:
        wipe(sha256)
    return len(left)
