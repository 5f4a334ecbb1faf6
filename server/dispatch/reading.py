"""Finding tasks: whose they are, who may see them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, bindparam, false, func, or_, select
from sqlalchemy.orm import selectinload

from server.dispatch.models import Task, TaskInspector, TaskItem, TaskState
from server.dispatch.payload import present_cards
from server.platform.auth import Actor, Role
from server.platform.db import db
from server.platform.errors import Problem
from server.platform.paging import Page, page_of
from server.platform.prepared import Prepared
from server.registry.models import InspectionItem, Inspector, Subject

WHOLE_BUREAU = frozenset((Role.OFFICE, Role.LEADER, Role.LEGAL, Role.SUPERVISOR))
"""Who sees all tasks; leads see those with an item of their brigade, inspectors their own."""
VISITED = (TaskState.SUBMITTED, TaskState.RETURNED, TaskState.SIGNED_OFF)
"""A station sees the tasks of its district only afterwards: who was drawn is not known there before the visit."""


def _whole(query: Select[Task]) -> Select[Task]:
    return query.options(selectinload(Task.items), selectinload(Task.inspectors), selectinload(Task.notice))


def _of_person(person_id: str) -> Select[str]:
    return (
        select(TaskInspector.task_id)
        .join(Inspector, Inspector.id == TaskInspector.inspector_id)
        .where(Inspector.person_id == person_id, TaskInspector.removed_at.is_(None))
    )


def visible_to(actor: Actor, query: Select[Task]) -> Select[Task]:
    """Narrow a query to the tasks that the person may see."""
    if actor.role_set & WHOLE_BUREAU:
        return query
    allowed: list[ColumnElement[bool]] = []
    if Role.LEAD in actor.role_set:
        items = select(TaskItem.task_id).join(InspectionItem).where(InspectionItem.unit_id == actor.unit_id)
        allowed.append(Task.id.in_(items))
    if Role.STATION in actor.role_set:
        places = select(Subject.id).where(Subject.station_id == actor.unit_id)
        allowed.append(Task.subject_id.in_(places) & Task.state.in_(VISITED))
    if Role.INSPECTOR in actor.role_set:
        allowed.append(Task.id.in_(_of_person(actor.id)) & (Task.state != TaskState.WITHDRAWN))
    return query.where(or_(false(), *allowed))


def find(actor: Actor, filters: Mapping[str, Any]) -> Page[Task]:
    """One page of the tasks that fit `year`, `state`, `unit`, `item`, `draw`, `person` and `search` (number or name),
    the most pressing first."""
    query = visible_to(actor, _whole(select(Task)))
    columns = (("year", Task.year), ("state", Task.state), ("unit", Task.unit_id), ("draw", Task.draw_id))
    for name, column in columns:
        if filters.get(name):
            query = query.where(column == filters[name])
    if item := filters.get("item"):
        listed = select(TaskItem.task_id).join(InspectionItem).where(InspectionItem.code == item)
        query = query.where(Task.id.in_(listed))
    if person := filters.get("person"):
        query = query.where(Task.id.in_(_of_person(person)))
    if words := (filters.get("search") or "").strip():
        named = select(Subject.id).where(Subject.name.contains(words, autoescape=True))
        query = query.where(or_(Task.number.contains(words, autoescape=True), Task.subject_id.in_(named)))
    return page_of(query.order_by(Task.window_to, Task.number), filters["page"], filters["size"])


def task_by_id(task_id: str) -> Task:
    """One task with its parts, whoever asks. Raises `not_found`."""
    task = db.session.scalar(_whole(select(Task).where(Task.id == task_id)))
    if task is None:
        raise Problem("not_found")
    return task


def tasks_by_id(task_ids: Collection[str]) -> dict[str, Task]:
    """Several tasks with their parts, whoever asks; what is unknown is left out."""
    return {task.id: task for task in db.session.scalars(_whole(select(Task).where(Task.id.in_(task_ids))))}


def task_for(actor: Actor, task_id: str) -> Task:
    """One task that the person may see. Raises `not_found`, also for what he may not see."""
    task = db.session.scalar(visible_to(actor, _whole(select(Task).where(Task.id == task_id))))
    if task is None:
        raise Problem("not_found")
    return task


def tasks_of(person_id: str) -> Sequence[Task]:
    """The tasks on which the person is now, the most pressing first; withdrawn ones are gone."""
    query = select(Task).where(Task.id.in_(_of_person(person_id)), Task.state != TaskState.WITHDRAWN)
    return db.session.scalars(_whole(query).order_by(Task.window_to, Task.number)).all()


def assigned(person_id: str, task_id: str) -> bool:
    """Whether the person is on this task now."""
    return _ASSIGNED.first({"person": person_id, "task": task_id}) is not None


_TASKS, _CARDS = cast(Table, Task.__table__), cast(Table, TaskInspector.__table__)
_PEOPLE = cast(Table, Inspector.__table__)
# Every photo asks this.
_ASSIGNED = Prepared(
    select(_TASKS.c.id)
    .join(_CARDS, _CARDS.c.task_id == _TASKS.c.id)
    .join(_PEOPLE, _PEOPLE.c.id == _CARDS.c.inspector_id)
    .where(_TASKS.c.id == bindparam("task"), _TASKS.c.state != TaskState.WITHDRAWN)
    .where(_PEOPLE.c.person_id == bindparam("person"), _CARDS.c.removed_at.is_(None))
)


def ever_assigned(person_id: str, task_id: str) -> bool:
    """Whether the person is on this task or was, until he was replaced or it was withdrawn."""
    return _EVER_ASSIGNED.first({"person": person_id, "task": task_id}) is not None


_EVER_ASSIGNED = Prepared(
    select(_CARDS.c.task_id)
    .join(_PEOPLE, _PEOPLE.c.id == _CARDS.c.inspector_id)
    .where(_CARDS.c.task_id == bindparam("task"), _PEOPLE.c.person_id == bindparam("person"))
)


def led_by(actor: Actor, task: Task) -> bool:
    """Whether the person is a lead of the brigade that signs the task off: that of its first item."""
    return Role.LEAD in actor.role_set and task.unit_id == actor.unit_id


def people_of(task: Task) -> list[str]:
    """The ids of the people on the task now."""
    return [card.inspector.person_id for card in present_cards(task)]


def visits_of(subject_id: str, year: int) -> int:
    """How many visits a premises has had or is to have in a year; withdrawn tasks do not count."""
    counted = select(func.count()).select_from(Task).where(Task.subject_id == subject_id, Task.year == year)
    return db.session.scalar(counted.where(Task.state != TaskState.WITHDRAWN)) or 0
