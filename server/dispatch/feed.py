"""What changed for whom: a count per person that a phone's pull compares with its own."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Table, bindparam, select

from server.dispatch.models import PersonFeed, TaskFeed
from server.platform.db import db
from server.platform.once import upsert
from server.platform.prepared import Prepared


@dataclass(frozen=True)
class Changes:
    """What a phone has to take over: tasks that are new or changed, with the count at which each did, in that order;
    tasks that are no longer the person's."""

    count: int
    changed: Mapping[str, int]
    removed: Sequence[str]


def person_feed(person_id: str) -> int:
    """How many changes the person's tasks have seen; 0 before the first."""
    return db.session.scalar(select(PersonFeed.count).where(PersonFeed.person_id == person_id)) or 0


def changes_since(person_id: str, count: int) -> Changes:
    """What changed for a person after `count`. The count is read first: what comes meanwhile is told next time."""
    upto = person_feed(person_id)
    rows = db.session.execute(
        select(TaskFeed.task_id, TaskFeed.removed, TaskFeed.count.label("at"))
        .where(TaskFeed.person_id == person_id, TaskFeed.count > count)
        .order_by(TaskFeed.count)
    ).all()
    return Changes(
        upto,
        {row.task_id: row.at for row in rows if not row.removed},
        [row.task_id for row in rows if row.removed],
    )


def note_change(task_id: str, people: Iterable[str], *, removed: bool = False) -> None:
    """Note for each person that the task is new, changed or gone.

    Counts are raised in the order of the people's ids, so that two acts cannot lock each other out, and held until the
    transaction ends, so that no count is seen before what it counts.
    """
    rows = [{"person": person_id, "task": task_id, "gone": removed} for person_id in sorted(set(people))]
    _raising.run_many(rows)
    _noting.run_many(rows)


_COUNTED = cast(Table, PersonFeed.__table__)


@Prepared
def _raising(dialect_key: str) -> Any:
    """Raise each person's count."""
    raised = upsert(PersonFeed, dialect_key).values(person_id=bindparam("person"), count=1)
    return raised.on_conflict_do_update(index_elements=["person_id"], set_={"count": _COUNTED.c.count + 1})


@Prepared
def _noting(dialect_key: str) -> Any:
    """Note that count as the one at which the task changed."""
    person: Any = bindparam("person")
    count = select(_COUNTED.c.count).where(_COUNTED.c.person_id == person).scalar_subquery()
    noted = upsert(TaskFeed, dialect_key).values(
        person_id=person, task_id=bindparam("task"), count=count, removed=bindparam("gone")
    )
    told = {"count": noted.excluded.count, "removed": noted.excluded.removed}
    return noted.on_conflict_do_update(index_elements=["person_id", "task_id"], set_=told)
