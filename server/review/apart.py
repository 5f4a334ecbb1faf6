"""What the server keeps apart from a record: readable here, never part of it, and so on no paper and in no export.

The quarantine of `inspection.judge`. There is no act that takes such statements in: whoever holds a revoked phone could
have made them. What is true of them is stated again on a phone that counts; what was held because its task, its
author or its run was missing goes in by itself when the phone offers it again and the fault is gone.
"""

import json
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Exists, exists, func, select

from server.accounts.models import Device, Person
from server.dispatch.models import Task, TaskState
from server.evidence.sight import may_see
from server.inspection.models import JournalEntry, Status
from server.inspection.service import held_of
from server.platform.auth import Actor
from server.platform.db import db
from server.platform.errors import sentence

UNDER_WAY = (TaskState.DISPATCHED, TaskState.OPEN, TaskState.SUBMITTED, TaskState.RETURNED)
SHOWN = ("id", "author", "at", "kind", "path", "value")


def apart_of(inspection_id: str) -> list[dict[str, Any]]:
    """By device and reason: `{"device", "person_name", "label", "code", "detail", "entries"}`, in their chain's order.

    Whose statement it is nobody can say where the signature is missing; the name is that of the device's owner,
    "" for a device that is not enrolled.
    """
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for key, device, code, body in held_of(inspection_id):
        groups.setdefault((device, code or ""), []).append({"id": key, **json.loads(body)})
    ids = {device for device, _ in groups}
    owners = select(Device.id, Device.label, Person.name).join(Person, Person.id == Device.person_id)
    known = {key: (label, name) for key, label, name in db.session.execute(owners.where(Device.id.in_(ids)))}
    return [
        {
            "device": device,
            "label": known.get(device, ("", ""))[0],
            "person_name": known.get(device, ("", ""))[1],
            "code": code,
            "detail": sentence(code),
            "entries": [{name: entry.get(name) for name in SHOWN} for entry in sorted(said, key=_order)],
        }
        for (device, code), said in sorted(groups.items())
    ]


def _order(entry: dict[str, Any]) -> tuple[int, str]:
    """Its number in the chain, where it has one: what is held may be held because it has none."""
    seq = entry.get("seq")
    return (seq if isinstance(seq, int) else 0), entry["id"]


def counts_of(inspection_ids: Collection[str]) -> dict[str, int]:
    """Inspection → how many statements are kept apart, of those that have any."""
    held = select(JournalEntry.inspection_id, func.count()).where(JournalEntry.status == Status.HELD)
    rows = db.session.execute(
        held.where(JournalEntry.inspection_id.in_(inspection_ids)).group_by(JournalEntry.inspection_id)
    )
    return dict(rows.all())


def kept_apart() -> Exists:
    """The condition on a task that something said about it is kept apart."""
    return exists().where(JournalEntry.inspection_id == Task.id, JournalEntry.status == Status.HELD)


def under_way(actor: Actor) -> Sequence[dict[str, Any]]:
    """Inspections under way that the person may see and of which something is kept apart, soonest due first."""
    tasks = db.session.scalars(
        select(Task).where(Task.state.in_(UNDER_WAY), kept_apart()).order_by(Task.window_to, Task.number)
    ).all()
    seen = [task for task in tasks if may_see(actor, task.id)]
    counts = counts_of([task.id for task in seen])
    return [
        {"id": task.id, "number": task.number, "subject_name": task.subject.name, "entries": counts[task.id]}
        for task in seen
    ]
