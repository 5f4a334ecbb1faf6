"""What changed for whom: a count per person that a phone's pull compares with its own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from server.dispatch.counters import locked
from server.dispatch.models import PersonFeed, TaskFeed
from server.platform.db import db


@dataclass(frozen=True)
class Changes:
    """What a phone has to take over: tasks that are new or changed, tasks that are no longer the person's."""

    count: int
    changed: Sequence[str]
    removed: Sequence[str]


def person_feed(person_id: str) -> int:
    """How many changes the person's tasks have seen; 0 before the first."""
    return db.session.scalar(select(PersonFeed.count).where(PersonFeed.person_id == person_id)) or 0


def changes_since(person_id: str, count: int) -> Changes:
    """What changed for a person after `count`."""
    rows = db.session.scalars(
        select(TaskFeed).where(TaskFeed.person_id == person_id, TaskFeed.count > count).order_by(TaskFeed.count)
    ).all()
    return Changes(
        person_feed(person_id),
        [row.task_id for row in rows if not row.removed],
        [row.task_id for row in rows if row.removed],
    )


def note_change(task_id: str, people: Iterable[str], *, removed: bool = False) -> None:
    """Note for each person that the task is new, changed or gone. In one order, so that two acts cannot lock
    each other out."""
    for person_id in sorted(set(people)):
        feed = locked(PersonFeed, person_id=person_id)
        feed.count += 1
        row = db.session.get(TaskFeed, (person_id, task_id))
        if row is None:
            db.session.add(TaskFeed(person_id=person_id, task_id=task_id, count=feed.count, removed=removed))
        else:
            row.count, row.removed = feed.count, removed
        db.session.flush()
