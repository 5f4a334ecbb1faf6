"""Sealed files from phones, taken in at a desk: the same rules and outcomes as push, the same checks as an upload.

Entries are committed before the first photo is opened, each photo as it is whole: what a broken stick still gives is
kept, the rest is told by name, and a second try of the same file adds what the first could not read.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from flask import current_app
from sqlalchemy import select

from server.accounts.models import Device
from server.core.journal.values import ID, UUID
from server.evidence.uploads import Announced, announce, take_whole
from server.inspection.models import Parcel
from server.inspection.push import Outcome, push
from server.platform.auth import Actor, Role
from server.platform.clock import now
from server.platform.config import Settings
from server.platform.db import db
from server.platform.errors import Problem
from server.platform.keys import Jwk, bureau_keys
from server.platform.packets import Packet, Source, open_packet
from server.platform.trail import record

LARGEST_LIST = 24 * 1024 * 1024
"""Bytes of part 0, which is parsed in memory: some five hundred inspections."""
MOST_AT_ONCE = 1000
LISTED = 100


@dataclass
class Taken:
    """What a file brought. Counts are of what is safely here now, whether this file was the first to bring it."""

    entries: int = 0
    evidence: int = 0
    inspections: list[str] = field(default_factory=list)
    refusals: list[dict[str, Any]] = field(default_factory=list)
    faults: list[dict[str, Any]] = field(default_factory=list)


def take_parcel(actor: Actor, source: Source, size: int | None) -> Parcel:
    """Take a phone's file in, part by part.

    Raises what `open_packet` raises, `packet_kind_wrong` for a file that is not a phone's; then nothing was taken.
    """
    settings: Settings = current_app.extensions["settings"]
    packet = open_packet(
        source, size, bureau_keys().recovery, _key_of, lambda n: settings.photo_bytes if n else LARGEST_LIST
    )
    if packet.kind != "entries":
        raise Problem("packet_kind_wrong")
    journals, evidence = _contents(next(packet.parts))
    if len(evidence) != len(packet.lengths) - 1:
        raise Problem("packet_damaged")
    taken = Taken()
    for journal in journals:
        _take_journal(actor, journal, taken)
        db.session.commit()
    _take_evidence(actor, packet, evidence, taken)
    return _noted(actor, packet, taken)


def _key_of(device_id: str) -> Jwk | None:
    """The sender's key; no transaction is left open, for most of the file is still to come."""
    device = db.session.get(Device, device_id) if UUID(device_id) else None
    key = device.public_key if device else None
    db.session.rollback()
    return key


def _contents(part: bytes) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Part 0: journals `{id, entries, runs}` and what the following parts are `{inspection, value}`."""
    try:
        told = json.loads(part)
        journals, evidence = told["inspections"], told["evidence"]
        right = all(
            isinstance(rows, list) and all(isinstance(row, dict) for row in rows) for rows in (journals, evidence)
        )
        right = right and all(isinstance(j["entries"], list) and isinstance(j["runs"], list) for j in journals)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Problem("packet_damaged") from error
    if not right:
        raise Problem("packet_damaged")
    return journals, evidence


def _take_journal(actor: Actor, journal: dict[str, Any], taken: Taken) -> None:
    """Push one inspection's entries, in pieces that do not hold the database for long."""
    entries, runs = journal["entries"], journal["runs"]
    for start in range(0, len(entries), MOST_AT_ONCE):
        piece = entries[start : start + MOST_AT_ONCE]
        named = {entry["id"] for entry in piece if isinstance(entry, dict) and isinstance(entry.get("id"), str)}
        outcomes = push(actor, [run for run in runs if _names(run, named)], piece)
        taken.entries += sum(outcome.status in ("accepted", "known") for outcome in outcomes)
        taken.refusals += [_row(outcome) for outcome in outcomes if outcome.status in ("held", "refused")]
    key = journal.get("id")
    if UUID(key):
        taken.inspections.append(str(key))


def _names(run: Any, ids: set[str]) -> bool:
    named = run.get("ids") if isinstance(run, dict) else None
    return isinstance(named, list) and any(isinstance(key, str) and key in ids for key in named)


def _row(outcome: Outcome) -> dict[str, Any]:
    return {"id": outcome.id[:64], "status": outcome.status, "code": outcome.code}


def _take_evidence(actor: Actor, packet: Packet, evidence: list[dict[str, Any]], taken: Taken) -> None:
    """The bytes, one at a time; one that cannot be kept does not keep back the next."""
    for row, part in zip(evidence, _pieces(packet, len(evidence)), strict=True):
        code = part if isinstance(part, str) else _keep(actor, row, part)
        db.session.commit()
        if code is None:
            taken.evidence += 1
            continue
        sha256 = str(_told(row).get("sha256"))[:64]
        taken.faults.append({"inspection": str(row.get("inspection"))[:36], "sha256": sha256, "code": code})


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """What the row says of its evidence; the file may say anything."""
    return row["value"] if isinstance(row.get("value"), dict) else {}


def _pieces(packet: Packet, count: int) -> Iterator[bytes | str]:
    """Each part, or the code of why it is none; after the end of a cut stream they are all cut."""
    for _ in range(count):
        try:
            yield next(packet.parts)
        except Problem as problem:
            yield problem.code


def _keep(actor: Actor, row: dict[str, Any], data: bytes) -> str | None:
    """Keep the bytes as an upload would; None, or the code of the refusal."""
    told = _told(row)
    inspection, sha256, media_type = row.get("inspection"), told.get("sha256"), told.get("media_type")
    if not UUID(inspection) or not ID(sha256):
        return "packet_damaged"
    new = Announced(str(inspection), str(sha256), len(data), media_type if isinstance(media_type, str) else "")
    try:
        standing = announce(actor, new)
        if not standing.complete:
            take_whole(actor.id, standing, new, BytesIO(data), None)
    except Problem as problem:
        return problem.code
    return None


def _noted(actor: Actor, packet: Packet, taken: Taken) -> Parcel:
    row = db.session.get(Parcel, packet.digest) or Parcel(id=packet.digest, device_id=packet.sender)
    row.taken_by_id, row.taken_at, row.packed_at = actor.id, now(), packet.at[:40]
    row.entries, row.evidence, row.inspections = taken.entries, taken.evidence, taken.inspections
    row.refusals, row.faults = taken.refusals, taken.faults
    db.session.add(row)
    record(
        "parcel.taken",
        "parcel",
        row.id,
        device=row.device_id,
        entries=row.entries,
        evidence=row.evidence,
        not_taken=len(row.refusals) + len(row.faults),
    )
    db.session.flush()
    return row


def parcels_for(actor: Actor) -> list[tuple[Parcel, Device]]:
    """The last files that were taken in, newest first: all for the office, else one's own."""
    query = select(Parcel, Device).join(Device, Device.id == Parcel.device_id)
    if Role.OFFICE not in actor.role_set:
        query = query.where((Parcel.taken_by_id == actor.id) | (Device.person_id == actor.id))
    rows = db.session.execute(query.order_by(Parcel.taken_at.desc(), Parcel.id).limit(LISTED)).unique()
    return [(parcel, device) for parcel, device in rows]


def parcel_of(actor: Actor, parcel_id: str) -> Parcel:
    """One of them. Raises `not_found`."""
    row = db.session.get(Parcel, parcel_id)
    if row is None:
        raise Problem("not_found")
    owner = db.session.get_one(Device, row.device_id).person_id
    if Role.OFFICE not in actor.role_set and actor.id not in (row.taken_by_id, owner):
        raise Problem("not_found")
    return row


def device_of(parcel: Parcel) -> Device:
    """The phone that made it."""
    return db.session.get_one(Device, parcel.device_id)
