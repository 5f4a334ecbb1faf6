"""Attestations: a signed statement of what trail and journal hold at a moment, to be kept outside the server.

Rows can be altered, removed or slipped in by whoever holds the database, and nothing inside it can prevent that. What
was attested and lies elsewhere (printed, on a disc, with the legal office) shows every such change:
`verify/verify_records.py` recomputes the roots from the database and shares no code with this.

Roots are Merkle roots as in RFC 6962 (leaf: 0x00, node: 0x01) over rows in the order of their keys; a leaf is the
canonical JSON of the row's columns. Left out is what changes rightly: how far a trail row was delivered, and whether a
held entry, and the run that proves it, was taken in later; which entries were part of the record is a root of its own.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from server.core.canonical import canonical, digest
from server.inspection.models import InspectionHead, JournalEntry, JournalRun, Status
from server.platform.clock import iso, now
from server.platform.db import Base, db
from server.platform.keys import bureau_keys
from server.platform.trail import TrailRow, record

TRAIL = ("id", "at", "actor_id", "action", "subject_kind", "subject_id", "detail", "reference")
ENTRY = ("id", "inspection_id", "device_id", "seq", "sha256", "pushed_by", "received_at", "body")
RUN = ("id", "inspection_id", "feed", "body")


def attest(until: datetime) -> dict[str, Any]:
    """State and sign what trail and journal hold of the time up to `until`, which lies in the past so far that no
    transaction is still on its way. Writes a trail row with the statement's digest."""
    feeds = dict(db.session.execute(select(InspectionHead.id, InspectionHead.feed)).all())
    entries, taken = _journal(until, feeds)
    statement = {
        "kind": "attestation",
        "version": 1,
        "made_at": iso(now()),
        "until": iso(until),
        "feeds": feeds,
        "trail": _root((row.id, _leaf(row, TRAIL)) for row in _rows(TrailRow, TRAIL) if row.at <= until),
        "entries": _root(entries),
        "taken": _root(taken),
        "runs": _root((row.id, _leaf(row, RUN)) for row in _rows(JournalRun, RUN) if _is_fed(row, feeds)),
    }
    record("records.attested", "attestation", digest(statement))
    keys = bureau_keys()
    return statement | {"key": keys.signing_jwk, "signature": keys.sign(canonical(statement))}


Leaf = tuple[str, bytes]


def _journal(until: datetime, feeds: Mapping[str, int]) -> tuple[list[Leaf], list[Leaf]]:
    """The leaves of all entries of the time, and of those that are part of the record; each row is read once."""
    entries: list[Leaf] = []
    taken: list[Leaf] = []
    for row in _rows(JournalEntry, (*ENTRY, "status", "feed")):
        if row.received_at <= until:
            entries.append((row.id, _leaf(row, ENTRY)))
        if row.status == Status.ACCEPTED and _is_fed(row, feeds):
            taken.append((row.id, _leaf(row, ("id", "feed"))))
    return entries, taken


def _rows(model: type[Base], columns: Sequence[str]) -> Iterable[Any]:
    """All rows, some at a time: a year's journal is larger than what may be held at once."""
    query = select(*(getattr(model, name) for name in columns))
    return db.session.execute(query.execution_options(yield_per=1000))


def _is_fed(row: Any, feeds: Mapping[str, int]) -> bool:
    """Whether it was part of the record: what is held has no count, and its runs have none yet (0)."""
    return bool(row.feed) and row.feed <= feeds.get(row.inspection_id, 0)


def _leaf(row: Any, columns: Sequence[str]) -> bytes:
    told = canonical([_told(getattr(row, name)) for name in columns])
    return hashlib.sha256(b"\0" + told).digest()


def _told(value: Any) -> Any:
    return iso(value) if isinstance(value, datetime) else value


def _root(leaves: Iterable[Leaf]) -> dict[str, Any]:
    """The root over leaves in the order of their keys (RFC 6962, section 2.1), and how many they are."""
    level = [leaf for _, leaf in sorted(leaves)]
    told = {"rows": len(level)}
    while len(level) > 1:
        pairs = [hashlib.sha256(b"\1" + a + b).digest() for a, b in zip(level[::2], level[1::2], strict=False)]
        level = pairs + ([level[-1]] if len(level) % 2 else [])
    return told | {"root": (level[0] if level else hashlib.sha256(b"").digest()).hex()}
