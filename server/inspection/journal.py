"""The journal as the server keeps it: reading and folding it, and the server's own chain in it."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Table, Update, bindparam, select, update
from sqlalchemy.engine import Row

from server.core.canonical import canonical
from server.core.journal.chain import absent, cover, covers_of, run_bytes
from server.core.journal.entry import seal
from server.core.journal.fold import fold
from server.core.journal.types import SERVER, Entry, Run, State
from server.core.journal.values import ID
from server.dispatch.feed import note_change
from server.dispatch.models import Task, TaskState
from server.dispatch.service import set_state
from server.evidence.service import kept
from server.inspection.heads import Head, lock_heads, save_head
from server.inspection.models import JournalEntry, JournalRun, Status
from server.platform.clock import iso, now
from server.platform.db import db
from server.platform.keys import ALG, bureau_keys
from server.platform.once import upsert
from server.platform.prepared import Prepared
from server.platform.trail import record

TASKS = cast(Table, Task.__table__)
ENTRIES = cast(Table, JournalEntry.__table__)


def wire_of(entry_key: str, body: str) -> str:
    """An entry as JSON text, from its id and its stored body."""
    return f'{{"id":"{entry_key}",{body[1:]}'


def entries_of(inspection_id: str) -> list[Entry]:
    """Every accepted entry of an inspection, late ones too; held ones are not part of the journal."""
    rows = db.session.execute(
        select(JournalEntry.id, JournalEntry.body)
        .where(JournalEntry.inspection_id == inspection_id, JournalEntry.status == Status.ACCEPTED)
        .order_by(JournalEntry.feed, JournalEntry.device_id, JournalEntry.seq)
    )
    return [cast(Entry, {"id": key, **json.loads(body)}) for key, body in rows]


def runs_of(inspection_id: str) -> list[Run]:
    """Every run of an inspection: with the entries and the devices' keys anybody can check who said what."""
    bodies = db.session.scalars(
        select(JournalRun.body).where(JournalRun.inspection_id == inspection_id).order_by(JournalRun.feed)
    )
    return [cast(Run, json.loads(body)) for body in bodies]


def held_of(inspection_id: str) -> Sequence[Row[str, str, str | None, str]]:
    """The quarantine of an inspection: id, device, code, body."""
    query = select(JournalEntry.id, JournalEntry.device_id, JournalEntry.code, JournalEntry.body)
    return db.session.execute(
        query.where(JournalEntry.inspection_id == inspection_id, JournalEntry.status == Status.HELD)
    ).all()


def state_of(inspection_id: str) -> State:
    """The folded state of an inspection as the server knows it now."""
    return fold(entries_of(inspection_id))


def row_of(
    entry: Entry | dict[str, Any],
    body: str,
    verdict: tuple[str, str | None],
    feed: int | None,
    pushed_by: str | None = None,
) -> dict[str, Any]:
    """An entry as a row of the narrow table, but for the moment at which it is received."""
    value = entry.get("value")
    evidence = value.get("sha256") if entry.get("kind") == "evidence" and isinstance(value, dict) else None
    elsewhere = isinstance(value, dict) and value.get("purpose") == "held_elsewhere"
    status, code = verdict
    return {
        "id": entry["id"],
        "inspection_id": entry["inspection"],
        "device_id": entry["device"],
        "seq": entry["seq"],
        "status": status,
        "code": code,
        "feed": feed,
        "sha256": evidence if ID(evidence) and not elsewhere else None,
        "pushed_by": pushed_by,
        "body": body,
    }


def append_server_entry(inspection_id: str, kind: str, path: str, value: Any, author_id: str) -> Entry:
    """Let the server say something about an inspection, in its own chain, signed with the bureau's key.

    The head, the task's state and what is late follow: `received` closes the round, `return` opens the next,
    `admit` takes in, the lead's `sign` ends it. Whether it may be said is the caller's business (`core.lifecycle`).
    Raises `BadEntry` for a value that is none.
    """
    head = lock_heads([inspection_id])[inspection_id]
    head.feed += 1
    said = say(head, kind, path, value, author_id)
    append_rows([said.row])
    store_runs([said.run], {head.id: head.feed})
    save_head(head)
    return said.entry


def append_rows(rows: Iterable[dict[str, Any]]) -> None:
    """Add rows of entries: they were received now. One that was held is judged anew, one that was accepted stays.

    Nobody holds the head of an inspection that the server does not know: another push may just now bring the same.
    """
    _appending.run_many(rows, {"received_at": now()})


@Prepared
def _appending(dialect_key: str) -> Any:
    insert = upsert(JournalEntry, dialect_key)
    judged = {name: insert.excluded[name] for name in ("status", "code", "feed")}
    return insert.on_conflict_do_update(
        index_elements=["inspection_id", "id"], set_=judged, where=JournalEntry.status == Status.HELD.value
    )


@dataclass(frozen=True)
class Said:
    """A word of the server that is still to be written: the entry, its row, and the run that proves it."""

    entry: Entry
    row: dict[str, Any]
    run: Run


def say(head: Head, kind: str, path: str, value: Any, author_id: str, people: Iterable[str] | None = None) -> Said:
    """The same for a head that is held already, under its present count; the caller writes it and saves the head.

    `people` are those on the task, where the caller knows them.
    """
    entry = seal(
        {
            "inspection": head.id,
            "author": author_id,
            "device": SERVER,
            "seq": head.server_seq + 1,
            "prev": head.server_tip,
            "at": iso(now()),
            "skew_ms": 0,
            "kind": kind,
            "path": path,
            "value": value,
            "replaces": [],
        }
    )
    head.server_seq, head.server_tip = entry["seq"], entry["id"]
    body = canonical({name: member for name, member in entry.items() if name != "id"}).decode()
    row = row_of(entry, body, (Status.ACCEPTED, None), head.feed)
    _follow(head, entry, people)
    return Said(entry, row, _signed(entry))


def _signed(entry: Entry) -> Run:
    run: Run = {
        "inspection": entry["inspection"],
        "device": SERVER,
        "first_seq": entry["seq"],
        "ids": [entry["id"]],
        "alg": ALG,
        "signature": "",
    }
    run["signature"] = bureau_keys().sign(run_bytes(run))
    return run


def store_runs(runs: Iterable[Run], feeds: dict[str, int]) -> None:
    """Keep runs; `feeds` says at which count of its inspection a phone hears of one, 0 for quarantine only.

    A run that was in quarantine is told once entries of it are accepted.
    """
    _storing_runs.run_many(
        {
            "id": hashlib.sha256(run_bytes(run)).hexdigest(),
            "inspection_id": run["inspection"],
            "feed": feeds.get(run["inspection"], 0),
            "body": canonical(dict(run)).decode(),
        }
        for run in runs
    )


@Prepared
def _storing_runs(dialect_key: str) -> Any:
    insert = upsert(JournalRun, dialect_key)
    told = {"feed": insert.excluded.feed}
    return insert.on_conflict_do_update(index_elements=["inspection_id", "id"], set_=told, where=JournalRun.feed == 0)


def _follow(head: Head, entry: Entry, people: Iterable[str] | None) -> None:
    """What the server's word changes in the head and the task."""
    kind, value = entry["kind"], entry["value"]
    if kind == "received":
        head.closed, head.pending_submit = True, False
        move_task(head.id, TaskState.SUBMITTED, people)
    elif kind == "return":
        head.closed, head.round = False, value["round"]
        db.session.execute(_late_of(head).values(code=None))
        move_task(head.id, TaskState.RETURNED, people)
    elif kind == "admit":
        db.session.execute(_late_of(head).where(JournalEntry.id.in_(value["ids"])).values(code=None))
    elif kind == "sign" and value["role"] == "lead":
        head.signed_off_at = now()
        move_task(head.id, TaskState.SIGNED_OFF, people)


def _late_of(head: Head) -> Update:
    return update(JournalEntry).where(JournalEntry.inspection_id == head.id, JournalEntry.code == "late")


def move_task(inspection_id: str, state: TaskState, people: Iterable[str] | None) -> None:
    """Let the task follow the inspection and its people hear of it; a withdrawn one stays where it is."""
    if people is None:
        set_state(inspection_id, state)
    else:
        _MOVING.run({"key": inspection_id, "state": state})
        note_change(inspection_id, people)


def open_task(inspection_id: str, people: Iterable[str]) -> None:
    """The first statement opens the task. What it has become since somebody looked stays."""
    _OPENING.run({"key": inspection_id})
    note_change(inspection_id, people)


_THE_TASK = update(TASKS).where(TASKS.c.id == bindparam("key"))
_MOVING = Prepared(_THE_TASK.where(TASKS.c.state != TaskState.WITHDRAWN).values(state=bindparam("state")))
_OPENING = Prepared(_THE_TASK.where(TASKS.c.state == TaskState.DISPATCHED).values(state=TaskState.OPEN))


def cover_of(entries: Iterable[Entry]) -> dict[str, Any]:
    """What the server knows of an inspection, as `covers` of an entry: spread it into the value."""
    described = cover(entries)
    return {**described, "covers": {device: list(tip) for device, tip in described["covers"].items()}}


def receive_if_complete(head: Head, entries: Sequence[Entry], people: Iterable[str]) -> Said | None:
    """Close the round when a submission of it is here with everything it covers; otherwise remember that one waits.

    `entries` are all accepted ones of the inspection; the caller holds the head, writes what is said, saves the head.
    """
    if head.closed:
        return None
    by_id = {entry["id"]: entry for entry in entries}
    submits = [e for e in entries if e["kind"] == "submit" and e["value"]["round"] == head.round]
    for submit in submits:
        if not absent(submit["value"], by_id):
            said = say(head, "received", "", {"round": head.round, **cover_of(entries)}, submit["author"], people)
            record("inspection.submitted", "inspection", head.id, actor_id=submit["author"], round=head.round)
            return said
    head.pending_submit = bool(submits)
    return None


def outstanding(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """What is still on its way, by device: entries that others refer to, evidence whose bytes are not here.

    `entries` are all accepted ones of an inspection.
    Each row: `{"device", "entries": count, "evidence": [hashes]}`, sorted by device; devices with nothing outstanding
    are left out. The device of an entry that nobody has seen is the one whose chain leads to it.
    """
    by_id = {entry["id"]: entry for entry in entries}
    missing: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        if entry["prev"] and entry["prev"] not in by_id:
            missing[entry["device"]].add(entry["prev"])
        for device, (_, tip) in covers_of(entry).items():
            if tip not in by_id:
                missing[device].add(tip)
    named = {
        (e["device"], e["value"]["sha256"])
        for e in entries
        if e["kind"] == "evidence" and e["value"]["purpose"] != "held_elsewhere"
    }
    here = kept(sha256 for _, sha256 in named)
    devices = sorted({*missing, *(device for device, sha256 in named if sha256 not in here)})
    return [
        {
            "device": device,
            "entries": len(missing.get(device, ())),
            "evidence": sorted(sha256 for owner, sha256 in named if owner == device and sha256 not in here),
        }
        for device in devices
    ]
