"""Attestations: a signed statement of what trail and journal hold at a moment, to be kept outside the server.

Rows can be altered, removed or slipped in by whoever holds the database, and nothing inside it can prevent that. What
was attested and lies elsewhere (printed, on a disc, with the legal office) shows every such change:
`verify/verify_records.py` recomputes the roots from the database and shares no code with this.

Roots are Merkle roots as in RFC 6962 (leaf: 0x00, node: 0x01) over rows in the order of their keys; a leaf is the
canonical JSON of the row's columns. Left out is what changes rightly: how far a trail row was delivered, and whether a
held entry was taken in later; which entries were part of the record is a root of its own.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from server.core.canonical import canonical, digest
from server.inspection.models import InspectionHead, JournalEntry, JournalRun, Status
from server.platform.clock import iso, now
from server.platform.db import db
from server.platform.keys import bureau_keys
from server.platform.trail import TrailRow, record

TRAIL = ("id", "at", "actor_id", "action", "subject_kind", "subject_id", "detail", "reference")
ENTRY = ("id", "inspection_id", "device_id", "seq", "sha256", "pushed_by", "received_at", "body")
RUN = ("id", "inspection_id", "feed", "body")


def attest(until: datetime) -> dict[str, Any]:
    """State and sign what trail and journal hold of the time up to `until`, which lies in the past so far that no
    transaction is still on its way. Writes a trail row with the statement's digest."""
    feeds = {head.id: head.feed for head in db.session.scalars(select(InspectionHead))}
    entries = db.session.scalars(select(JournalEntry)).all()
    taken = [row for row in entries if row.status == Status.ACCEPTED and _is_fed(row, feeds)]
    runs = [row for row in db.session.scalars(select(JournalRun)) if row.feed <= feeds.get(row.inspection_id, 0)]
    trail = db.session.scalars(select(TrailRow).where(TrailRow.at <= until))
    statement = {
        "kind": "attestation",
        "version": 1,
        "made_at": iso(now()),
        "until": iso(until),
        "feeds": feeds,
        "trail": _root(trail, TRAIL),
        "entries": _root([row for row in entries if row.received_at <= until], ENTRY),
        "taken": _root(taken, ("id", "feed")),
        "runs": _root(runs, RUN),
    }
    record("records.attested", "attestation", digest(statement))
    keys = bureau_keys()
    return statement | {"key": keys.signing_jwk, "signature": keys.sign(canonical(statement))}


def _is_fed(row: JournalEntry, feeds: dict[str, int]) -> bool:
    return row.feed is not None and row.feed <= feeds.get(row.inspection_id, 0)


def _root(rows: Iterable[Any], columns: Sequence[str]) -> dict[str, Any]:
    leaves = [canonical([_told(getattr(row, name)) for name in columns]) for row in sorted(rows, key=lambda r: r.id)]
    return {"rows": len(leaves), "root": merkle(leaves).hex()}


def _told(value: Any) -> Any:
    return iso(value) if isinstance(value, datetime) else value


def merkle(leaves: Sequence[bytes]) -> bytes:
    """The root over leaves (RFC 6962, section 2.1)."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    level = [hashlib.sha256(b"\0" + leaf).digest() for leaf in leaves]
    while len(level) > 1:
        pairs = [hashlib.sha256(b"\1" + a + b).digest() for a, b in zip(level[::2], level[1::2], strict=False)]
        level = pairs + ([level[-1]] if len(level) % 2 else [])
    return level[0]
