"""From an executed draw to tasks: approvals checked, checklists pinned, notices numbered."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from server.core.calendar import parse_date
from server.dispatch import approvals, feed
from server.dispatch.models import Notice, Source, Task, TaskInspector, TaskItem, TaskState
from server.dispatch.numbering import NOTICE, document_number, task_number
from server.dispatch.payload import present_cards
from server.dispatch.reading import people_of, visits_of
from server.drawing import chain
from server.drawing import service as drawing
from server.drawing.models import Draw
from server.drawing.parties import hold
from server.drawing.results import DrawnTask
from server.drawing.results import tasks_of as drawn_tasks
from server.platform.auth import Actor
from server.platform.clock import now, today
from server.platform.db import db
from server.platform.errors import Problem
from server.platform.trail import record
from server.registry import items as item_list
from server.registry.models import InspectionItem, Inspector
from server.rulebook.pinning import pin

CHANGEABLE = frozenset((TaskState.DISPATCHED, TaskState.OPEN))
"""While the visit is not submitted, items and premises can still change."""


@dataclass(frozen=True)
class Held:
    """A drawn premises without its task, or without all of it: a code of the catalogue, and the pairing's reports."""

    subject_name: str
    statutory_id: str
    code: str
    reports: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Dispatched:
    """All tasks of the draw, and the premises that are held back."""

    tasks: list[Task]
    held: list[Held]


def dispatch_draw(actor: Actor, draw_id: str) -> Dispatched:
    """Make the tasks of an executed draw as it stands now; whoever has one sees it with the next pull.

    Called again it follows the draw's amendments (an alternate that came in, perhaps at a premises that is visited
    anyway) and makes nothing twice. A premises whose slots could not be filled, or that has reached the year's cap
    meanwhile, is held back with the reason. Raises `not_found`, `draw_not_executed`, `draw_without_batch`,
    `approval_missing`, `item_not_in_force`, `checklist_missing`.
    """
    draw = drawing.draw_by_id(draw_id)
    hold(draw)
    certificate = chain.certificate_of(draw)
    if certificate is None:
        raise Problem("draw_not_executed")
    maker = _Maker(draw, certificate.digest)
    present = select(Task).where(Task.draw_id == draw.id, Task.state != TaskState.WITHDRAWN)
    known = {task.subject_id: task for task in db.session.scalars(present)}
    result = Dispatched([], [])
    for drawn in drawn_tasks(draw):
        task = known.get(drawn.subject.id)
        held = maker.reason_to_hold(drawn, task)
        if held is not None:
            result.held.append(held)
        else:
            task = maker.follow(task, drawn) if task else maker.make(drawn)
        if task is not None:
            result.tasks.append(task)
    record("draw.dispatched", "draw", draw.id, actor_id=actor.id, tasks=len(result.tasks), held=len(result.held))
    return result


class _Maker:
    """Makes the tasks of one draw; what all of them share is looked up once."""

    def __init__(self, draw: Draw, certificate_digest: str) -> None:
        if draw.batch is None:
            raise Problem("draw_without_batch")
        self.draw, self.digest, self.cap = draw, certificate_digest, draw.batch.plan.visit_cap
        self.first, self.last = (parse_date(draw.plan["window"][edge]) for edge in ("from", "to"))
        day = max(self.first, today())
        self.items = {row["code"]: item_list.item_on(row["code"], day) for row in draw.plan["items"]}
        self.approvals = approvals.required(draw.batch.id, self.items)
        self.checklists = {code: pin(item, day) for code, item in self.items.items()}

    def reason_to_hold(self, drawn: DrawnTask, task: Task | None) -> Held | None:
        """Why no task may be made, or the one there is may not grow."""
        name, id_ = drawn.subject.name, drawn.subject.statutory_id
        if drawn.missing or not drawn.cards:
            return Held(name, id_, "task_without_team", [report for _, report in drawn.missing])
        if task is None and self.cap is not None and visits_of(drawn.subject.id, self.draw.year) >= self.cap:
            return Held(name, id_, "task_over_cap")
        return None

    def make(self, drawn: DrawnTask) -> Task:
        """A task for a premises that has none of this draw yet."""
        listed = self._listed(drawn.items)
        unit, year = listed[0].unit, self.draw.year
        task = Task(
            number=task_number(unit, year),
            year=year,
            subject=drawn.subject,
            unit=unit,
            batch_id=self.draw.batch_id,
            source=Source.RANDOM,
            joint=len(listed) > 1,
            window_from=self.first,
            window_to=self.last,
            draw_id=self.draw.id,
            draw_number=self.draw.number,
            certificate_digest=self.digest,
            visit_number=visits_of(drawn.subject.id, year) + 1,
            visit_cap=self.cap,
            state=TaskState.DISPATCHED,
            dispatched_at=now(),
            items=[self._item(position, item) for position, item in enumerate(listed, 1)],
            inspectors=self._cards(listed, drawn),
            notice=Notice(number=document_number(NOTICE, unit, year), issued_on=today()),
        )
        db.session.add(task)
        db.session.flush()
        feed.note_change(task.id, people_of(task))
        record("task.dispatched", "task", task.id, draw=self.draw.id, number=task.number)
        return task

    def follow(self, task: Task, drawn: DrawnTask) -> Task:
        """Let a task grow by the items and cards that an amendment brought to its premises."""
        have = {row.item.code for row in task.items}
        cards = {card.inspector_id for card in present_cards(task)}
        more = [code for code in drawn.items if code not in have]
        if not more or task.state not in CHANGEABLE:
            return task
        for item in self._listed(more):
            task.items.append(self._item(len(task.items) + 1, item))
        for pool, inspector in drawn.cards:
            if inspector.id not in cards:
                task.inspectors.append(_card(len(task.inspectors) + 1, pool, inspector))
        task.joint = len(task.items) > 1
        db.session.flush()
        feed.note_change(task.id, people_of(task))
        record("task.extended", "task", task.id, items=more)
        return task

    def _cards(self, listed: list[InspectionItem], drawn: DrawnTask) -> list[TaskInspector]:
        """The cards by slot: the brigade of the first item first, within a brigade as they were dealt."""
        units = [item.unit_id for item in listed]
        ordered = sorted(drawn.cards, key=lambda card: units.index(card[1].person.unit_id))
        return [_card(slot, pool, inspector) for slot, (pool, inspector) in enumerate(ordered, 1)]

    def _listed(self, codes: list[str]) -> list[InspectionItem]:
        return sorted((self.items[code] for code in codes), key=lambda item: (item.position, item.code))

    def _item(self, position: int, item: InspectionItem) -> TaskItem:
        pinned = self.checklists[item.code]
        return TaskItem(position=position, item=item, approval=self.approvals[item.code], checklist_hash=pinned.hash)


def _card(slot: int, pool: str, inspector: Inspector) -> TaskInspector:
    return TaskInspector(
        slot=slot,
        pool=pool,
        inspector=inspector,
        cert_no=inspector.cert_no,
        cert_expires_on=inspector.cert_expires_on,
        since=now(),
    )
