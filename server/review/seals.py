"""The files of a body camera, a disc or a stick: gigabytes that stay where they are, while their hash stays here.

A recording is too long for the line of a phone and often copied out days later. So the journal's entry names the
carrier at the visit, and whoever imports the file at a desk has it hashed there; what he says is kept beside the
journal. It changes no fold and no signature, may come after sign-off, and is never taken back: the same file again
is the same seal, another one (a camera writes several) is one more.
"""

from typing import Any

from sqlalchemy import select

from server.core.journal.fold import fold
from server.evidence.sight import require_sight
from server.inspection.service import entries_of, lock_heads
from server.platform.auth import Actor
from server.platform.clock import now
from server.platform.db import db
from server.platform.errors import Problem
from server.platform.trail import record
from server.review.models import HeldSeal


def seals_of(inspection_id: str) -> list[HeldSeal]:
    """Every seal of an inspection, oldest first."""
    query = select(HeldSeal).where(HeldSeal.inspection_id == inspection_id)
    return list(db.session.scalars(query.order_by(HeldSeal.at, HeldSeal.id)).unique())


def seals_for(actor: Actor, inspection_id: str) -> list[HeldSeal]:
    """`seals_of` for somebody who may see the inspection. Raises `not_found`."""
    require_sight(actor, inspection_id)
    return seals_of(inspection_id)


def seal(actor: Actor, inspection_id: str, entry_id: str, sha256: str, size: int) -> list[HeldSeal]:
    """State the hash of a file that an entry says is held elsewhere. `size` in bytes; answers with all seals.

    Raises `not_found`, `held_not_registered` where the entry is none of these or was withdrawn, `held_hash_differs`
    where the entry itself has named another hash.
    """
    require_sight(actor, inspection_id)
    lock_heads([inspection_id])
    value = _held(inspection_id, entry_id)
    if value["sha256"] not in (None, sha256):
        raise Problem("held_hash_differs")
    known = seals_of(inspection_id)
    if all((row.entry_id, row.sha256) != (entry_id, sha256) for row in known):
        row = HeldSeal(
            inspection_id=inspection_id, entry_id=entry_id, sha256=sha256, size=size, by_id=actor.id, at=now()
        )
        db.session.add(row)
        db.session.flush()
        record("evidence.sealed", "inspection", inspection_id, entry=entry_id, sha256=sha256, size=size)
    return seals_of(inspection_id)


def _held(inspection_id: str, entry_id: str) -> dict[str, Any]:
    """What the entry says; a late one counts too, a withdrawn one does not."""
    entries = entries_of(inspection_id)
    gone = {entry["id"] for withdrawn in fold(entries)["withdrawn"].values() for entry in withdrawn}
    for entry in entries:
        if entry["id"] == entry_id and entry_id not in gone and entry["kind"] == "evidence":
            value: dict[str, Any] = entry["value"]
            if value["purpose"] == "held_elsewhere":
                return value
    raise Problem("held_not_registered")
