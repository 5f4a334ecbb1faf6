"""Pull: what changed for a person since a cursor. Reads only, and cannot skip.

The counts are read before what they count. A count is raised by whoever holds its row and becomes visible together
with what it counts, so everything up to a count that was read is there to be read.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import select

from server.accounts.models import Device, Person
from server.dispatch.models import TaskFeed, TaskInspector
from server.dispatch.service import Changes, changes_since, task_payload, tasks_by_id
from server.evidence.service import erased_of
from server.inspection.cursor import Cursor, read_cursor
from server.inspection.journal import wire_of
from server.inspection.models import InspectionHead, JournalEntry, JournalRun, Status
from server.platform.auth import Actor
from server.platform.clock import iso, now
from server.platform.db import db
from server.platform.installation import installation
from server.registry.models import Inspector
from server.rulebook.pinning import checklist_bodies

PAGE_BYTES = 400_000
"""About how much of journals one answer carries: on 2G a page should arrive before the line breaks."""
TASKS = 50
RECENT = timedelta(days=60)
"""Inspections signed off longer ago, and unchanged since, rest: who does not have them is not sent them, and the cursor
forgets them, or after some years of service it would be longer than an address may be."""


@dataclass
class Page:
    """One answer. `inspections` are JSON texts already: bodies leave as they were hashed."""

    cursor: Cursor
    more: bool = False
    tasks: list[dict[str, Any]] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    checklists: dict[str, str] = field(default_factory=dict)
    devices: list[dict[str, Any]] = field(default_factory=list)
    inspections: list[str] = field(default_factory=list)
    erased: list[dict[str, str | None]] = field(default_factory=list)


class Journal(NamedTuple):
    """How far an inspection's journal has come; `old`: signed off long ago; `rests`: nobody waits for it either."""

    id: str
    feed: int
    old: bool
    rests: bool


def pull(actor: Actor, cursor_text: str) -> Page:
    """What changed for the actor. Raises `cursor_unreadable`."""
    page = Page(read_cursor(cursor_text, installation().epoch))
    journals = _journals_of(actor, page.cursor)
    woken = {journal.id for journal in journals if journal.old and journal.id not in page.cursor.inspections}
    changes = changes_since(actor.id, page.cursor.person)
    touched = _tasks(page, actor, changes, {journal.id for journal in journals if journal.rests})
    touched |= _journals(page, journals)
    # What rested and is spoken of again comes with its task: who never had it would keep a journal of nothing.
    _send_tasks(page, sorted(touched.intersection(woken).difference(changes.changed)), actor)
    if touched:
        page.devices = _devices(touched)
    return page


def _journals_of(actor: Actor, cursor: Cursor) -> list[Journal]:
    """The person's inspections of which anything was said, oldest first."""
    mine = select(TaskFeed.task_id).where(TaskFeed.person_id == actor.id, TaskFeed.removed.is_(False))
    heads = db.session.execute(
        select(InspectionHead.id, InspectionHead.feed, InspectionHead.signed_off_at, InspectionHead.changed_at)
        .where(InspectionHead.id.in_(mine))
        .order_by(InspectionHead.id)
    )
    before = now() - RECENT
    journals = []
    for key, feed, closed, changed in heads:
        old = closed is not None and closed < before
        # Whoever has a part of it still gets the rest.
        rests = old and changed < before and cursor.inspections.get(key, feed) >= feed
        journals.append(Journal(key, feed, old, rests))
    return journals


def _tasks(page: Page, actor: Actor, changes: Changes, resting: Collection[str]) -> set[str]:
    """Changed tasks with what goes with them; returns their ids. Most pulls find none, and ask no more."""
    cursor = page.cursor
    sent = list(changes.changed)[:TASKS]
    if sent:
        _send_tasks(page, [key for key in sent if key not in resting], actor)
        page.erased = [asdict(one) | {"erased_at": iso(one.erased_at)} for one in erased_of(sent)]
    page.removed = list(changes.removed)
    for key in page.removed:
        cursor.inspections.pop(key, None)
    if len(changes.changed) > TASKS:
        page.more = True
        cursor.person = changes.changed[sent[-1]]
    else:
        cursor.person = changes.count
    return set(sent).difference(resting)


def _send_tasks(page: Page, sent: list[str], actor: Actor) -> None:
    """The tasks, and the checklists that the phone lacks."""
    if not sent:
        return
    cursor = page.cursor
    person, tasks = db.session.get(Person, actor.id), tasks_by_id(sent)
    page.tasks += [task_payload(tasks[key], person) for key in sent]
    hashes = {sha256 for task in page.tasks for sha256 in task["checklists"] if not cursor.has_checklist(sha256)}
    bodies = checklist_bodies(hashes)
    page.checklists |= bodies
    for sha256 in bodies:
        cursor.note_checklist(sha256)


def _journals(page: Page, journals: Iterable[Journal]) -> set[str]:
    """New entries and runs of the person's inspections; returns the ids sent."""
    known = page.cursor.inspections
    room = PAGE_BYTES
    sent: set[str] = set()
    for key, feed, _, rests in journals:
        if rests:
            known.pop(key, None)
        if rests or key in page.removed or feed <= known.get(key, 0):
            continue
        if room <= 0:
            page.more = True
            break
        upto, text = _journal(key, known.get(key, 0), feed, room)
        page.inspections.append(text)
        page.more = page.more or upto < feed
        known[key] = upto
        room -= len(text)
        sent.add(key)
    return sent


def _journal(inspection_id: str, since: int, feed: int, room: int) -> tuple[int, str]:
    """Entries and runs with counts in (since, upto], where upto is `feed` or what fits; as JSON text."""
    rows = db.session.execute(
        select(JournalEntry.feed, JournalEntry.id, JournalEntry.body)
        .where(JournalEntry.inspection_id == inspection_id, JournalEntry.status == Status.ACCEPTED)
        .where(JournalEntry.feed > since, JournalEntry.feed <= feed)
        .order_by(JournalEntry.feed, JournalEntry.device_id, JournalEntry.seq)
    ).all()
    upto, rows = _fitting(rows, feed, room)
    runs = db.session.scalars(
        select(JournalRun.body)
        .where(JournalRun.inspection_id == inspection_id, JournalRun.feed > since, JournalRun.feed <= upto)
        .order_by(JournalRun.feed)
    ).all()
    entries = ",".join(wire_of(key, body) for _, key, body in rows)
    return upto, f'{{"id":"{inspection_id}","entries":[{entries}],"runs":[{",".join(runs)}]}}'


def _fitting(rows: Sequence[Any], feed: int, room: int) -> tuple[int, Sequence[Any]]:
    """As many whole counts as fit, at least one; returns the last count and its rows."""
    size = 0
    for place, (count, _, body) in enumerate(rows):
        size += len(body)
        if size > room and place and count != rows[0][0]:
            last = max(row[0] for row in rows[:place] if row[0] < count)
            return last, [row for row in rows if row[0] <= last]
    return feed, rows


def _devices(inspection_ids: Iterable[str]) -> list[dict[str, Any]]:
    """The devices of all who are or were on these tasks: what their runs are checked with."""
    people = (
        select(Inspector.person_id)
        .join(TaskInspector, TaskInspector.inspector_id == Inspector.id)
        .where(TaskInspector.task_id.in_(set(inspection_ids)))
    )
    rows = db.session.execute(
        select(Device.id, Device.person_id, Person.name, Device.public_key)
        .join(Person, Person.id == Device.person_id)
        .where(Device.person_id.in_(people))
        .order_by(Device.id)
    )
    return [{"id": key, "person_id": owner, "person_name": name, "public_key": jwk} for key, owner, name, jwk in rows]


def page_json(page: Page, server_time: str) -> str:
    """The answer as JSON text, without parsing what is JSON already."""
    head = json.dumps(
        {
            "cursor": page.cursor.write(),
            "more": page.more,
            "epoch": page.cursor.epoch,
            "server_time": server_time,
            "tasks": page.tasks,
            "removed": page.removed,
            "devices": page.devices,
            "erased": page.erased,
        },
        ensure_ascii=False,
    )
    checklists = ",".join(f'{{"hash":"{sha256}","body":{body}}}' for sha256, body in page.checklists.items())
    return f'{head[:-1]},"checklists":[{checklists}],"inspections":[{",".join(page.inspections)}]}}'
