"""What happens to a task after it was dispatched: the next card, withdrawal, the states of the inspection."""

from collections.abc import Collection

from server.dispatch import feed
from server.dispatch.making import CHANGEABLE, Dispatched, dispatch_draw
from server.dispatch.models import Task, TaskInspector, TaskState
from server.dispatch.payload import present_cards
from server.dispatch.reading import people_of, task_by_id
from server.drawing import results
from server.drawing import service as drawing
from server.drawing.models import Draw
from server.drawing.parties import hold
from server.platform.auth import Actor
from server.platform.clock import now
from server.platform.db import db
from server.platform.errors import Problem
from server.platform.trail import record

REPLACEABLE = CHANGEABLE | {TaskState.RETURNED}


def set_state(task_id: str, state: str) -> Task:
    """Follow the inspection: open, submitted, returned, signed_off. Called by later stages, which have checked that
    it may be. Raises `not_found`, `dispatch_withdrawn`, ValueError for no such state."""
    task = task_by_id(task_id)
    wanted = TaskState(state)
    if task.state == TaskState.WITHDRAWN:
        raise Problem("dispatch_withdrawn")
    if task.state != wanted:
        task.state = wanted
        feed.note_change(task.id, people_of(task))
    return task


def replace_inspector(
    actor: Actor, task_id: str, person_id: str, *, reason: str, note: str, approved_by: str
) -> TaskInspector:
    """Take an inspector off a task and deal the next card: an amendment in the draw's chain, with reason and approver.

    `reason` is one of core/draw's INSPECTOR_REASONS, `approved_by` a post. Raises `not_found`, `task_not_changeable`,
    `not_on_this_task`, and those of `results.replace_inspector` (`draw_no_card_left` says who was removed by which
    rule; then nothing changes).
    """
    task, draw = _held(task_id, REPLACEABLE)
    card = next((card for card in present_cards(task) if card.inspector.person_id == person_id), None)
    if card is None:
        raise Problem("not_on_this_task")
    incoming = results.replace_inspector(
        actor, draw, task.subject, card.inspector, reason=reason, note=note, approved_by=approved_by
    )
    fresh = TaskInspector(
        task=task,
        slot=card.slot,
        pool=card.pool,
        inspector=incoming,
        cert_no=incoming.cert_no,
        cert_expires_on=incoming.cert_expires_on,
        since=now(),
    )
    db.session.add(fresh)
    db.session.flush()
    card.removed_at, card.removed_reason, card.replaced_by_id = now(), reason, fresh.id
    db.session.flush()
    feed.note_change(task.id, [person_id], removed=True)
    feed.note_change(task.id, people_of(task))
    record("task.inspector_replaced", "task", task.id, actor_id=actor.id, reason=reason, slot=card.slot)
    return fresh


def withdraw(actor: Actor, task_id: str, *, reason: str, note: str, approved_by: str) -> Dispatched:
    """Withdraw a task whose premises is no longer there; the next alternates come in and get tasks of their own.

    `reason` is one of core/draw's PREMISES_REASONS: that nobody could be reached is a result, no reason. Raises
    `not_found`, `task_not_changeable`, and those of `results.replace_premises` and `dispatch_draw`.
    """
    task, draw = _held(task_id, CHANGEABLE)
    results.replace_premises(actor, draw, task.subject, reason=reason, note=note, approved_by=approved_by)
    task.state, task.state_reason = TaskState.WITHDRAWN, reason
    db.session.flush()
    feed.note_change(task.id, people_of(task), removed=True)
    record("task.withdrawn", "task", task.id, actor_id=actor.id, reason=reason)
    return dispatch_draw(actor, draw.id)


def _held(task_id: str, states: Collection[str]) -> tuple[Task, Draw]:
    """A drawn task in one of these states, and its draw, ours until the transaction ends: nobody submits it now.

    The draw first, as in `dispatch_draw`. Raises `not_found`, `task_not_changeable`.
    """
    task = task_by_id(task_id)
    if task.draw_id is None:
        raise Problem("task_not_changeable")
    draw = drawing.draw_by_id(task.draw_id)
    hold(draw)
    db.session.refresh(task, ["state", "inspectors"], with_for_update=True)
    if task.state not in states:
        raise Problem("task_not_changeable")
    return task, draw
