"""From which day an edition holds: the office proposes, the legal office (法制室) decides."""

from datetime import date
from typing import Any

from sqlalchemy import select

from server.core.checklist.build import CannotSwitch, switched_on
from server.core.checklist.combine import CannotCombine, combine
from server.platform.auth import Actor
from server.platform.clock import now, today
from server.platform.db import db
from server.platform.errors import Problem
from server.platform.trail import record
from server.registry import items as item_list
from server.rulebook import editions, switches
from server.rulebook.models import ChecklistSchedule, ScheduleState


def propose(actor: Actor, hash_: str, effective_from: date, reason: str) -> ChecklistSchedule:
    """Propose that an edition holds from a day, today or later.

    Raises `not_found`, `schedule_past`, `schedule_before_edition` (the file itself begins later), `schedule_day_taken`
    (another edition is proposed or approved for that day) and `schedule_switches` (an item that is switched on cannot
    be with this edition).
    """
    row = editions.saved(editions.edition(hash_))
    definition = editions.body_of(row)
    if effective_from < today():
        raise Problem("schedule_past")
    last = definition["effective_to"] or "9999-12-31"
    if not definition["effective_from"] <= effective_from.isoformat() <= last:
        raise Problem("schedule_before_edition", since=definition["effective_from"], until=definition["effective_to"])
    taken = select(ChecklistSchedule.id).where(
        ChecklistSchedule.definition_id == row.definition_id,
        ChecklistSchedule.effective_from == effective_from,
        ChecklistSchedule.state.in_((ScheduleState.PROPOSED, ScheduleState.APPROVED)),
    )
    if db.session.scalar(taken):
        raise Problem("schedule_day_taken", day=effective_from.isoformat())
    _refuse_broken_switches(row.definition_id, definition)
    held = editions.in_force(row.definition_id, today())
    if held is not None:
        # What holds until that day must stay known, also where it only lay in the folder so far.
        editions.put_into_use(held)
    schedule = ChecklistSchedule(
        edition_hash=row.hash,
        definition_id=row.definition_id,
        effective_from=effective_from,
        state=ScheduleState.PROPOSED,
        reason=reason,
        proposed_by_id=actor.id,
        proposed_at=now(),
    )
    db.session.add(schedule)
    db.session.flush()
    record("checklist.scheduled", "checklist", row.definition_id, actor_id=actor.id, **_detail(schedule))
    return schedule


def decide(actor: Actor, schedule_id: str, approved: bool, words: str) -> ChecklistSchedule:
    """The legal office approves or refuses a proposal.

    Raises `not_found`, `schedule_decided`, `own_proposal` (nobody approves what he proposed), `schedule_past` (the day
    has gone by meanwhile), `core_not_published` (a core item goes beyond the published list) and `schedule_joint` (a
    joint visit could not use it with another checklist as that is on the day).
    """
    schedule = _open(schedule_id)
    if schedule.proposed_by_id == actor.id:
        raise Problem("own_proposal")
    if approved:
        if schedule.effective_from < today():
            raise Problem("schedule_past")
        _refuse_unpublished(schedule)
        _refuse_uncombinable(schedule)
    schedule.state = ScheduleState.APPROVED if approved else ScheduleState.REFUSED
    _decided(schedule, actor, words)
    action = "checklist.approved" if approved else "checklist.refused"
    record(action, "checklist", schedule.definition_id, actor_id=actor.id, **_detail(schedule))
    return schedule


def withdraw(actor: Actor, schedule_id: str, words: str) -> ChecklistSchedule:
    """The office takes a proposal back, or an approved edition whose day has not come. Raises `not_found`,
    `schedule_decided`, `schedule_in_force`."""
    schedule = db.session.get(ChecklistSchedule, schedule_id)
    if schedule is None:
        raise Problem("not_found")
    if schedule.state not in (ScheduleState.PROPOSED, ScheduleState.APPROVED):
        raise Problem("schedule_decided")
    if schedule.state == ScheduleState.APPROVED and schedule.effective_from <= today():
        raise Problem("schedule_in_force")
    schedule.state = ScheduleState.WITHDRAWN
    _decided(schedule, actor, words)
    record("checklist.withdrawn", "checklist", schedule.definition_id, actor_id=actor.id, **_detail(schedule))
    return schedule


def _open(schedule_id: str) -> ChecklistSchedule:
    schedule = db.session.get(ChecklistSchedule, schedule_id)
    if schedule is None:
        raise Problem("not_found")
    if schedule.state != ScheduleState.PROPOSED:
        raise Problem("schedule_decided")
    return schedule


def _decided(schedule: ChecklistSchedule, actor: Actor, words: str) -> None:
    schedule.decided_by_id, schedule.decided_at, schedule.decision = actor.id, now(), words
    db.session.flush()
    db.session.expire(schedule, ["decided_by"])


def _detail(schedule: ChecklistSchedule) -> dict[str, Any]:
    return {"hash": schedule.edition_hash, "effective_from": schedule.effective_from.isoformat()}


def _refuse_broken_switches(definition_id: str, definition: dict[str, Any]) -> None:
    for item in item_list.all_versions():
        if item.checklist_id == definition_id:
            try:
                switched_on(definition, switches.switched(item.code, definition))
            except CannotSwitch as fault:
                raise Problem("schedule_switches", item=item.name, detail=fault.detail) from fault


def _refuse_unpublished(schedule: ChecklistSchedule) -> None:
    definition = editions.body_of(schedule.edition)
    for item in item_list.items_on(max(schedule.effective_from, today())):
        if item.checklist_id != schedule.definition_id:
            continue
        beyond = switches.beyond_the_list(item, definition)
        if beyond:
            raise Problem("core_not_published", item=item.name, codes="、".join(beyond))


def _refuse_uncombinable(schedule: ChecklistSchedule) -> None:
    """What is proposed for the same day counts as in force: a changed common part changes several at once."""
    definition = editions.body_of(schedule.edition)
    for other_id in editions.definition_ids():
        if other_id == schedule.definition_id:
            continue
        with_it = select(ChecklistSchedule).where(
            ChecklistSchedule.definition_id == other_id,
            ChecklistSchedule.effective_from == schedule.effective_from,
            ChecklistSchedule.state == ScheduleState.PROPOSED,
        )
        proposed = db.session.scalars(with_it).first()
        held = editions.in_force(other_id, schedule.effective_from)
        row = proposed.edition if proposed else held.edition if held else None
        if row is None:
            continue
        other = editions.body_of(row)
        try:
            combine([definition, other])
        except CannotCombine as fault:
            raise Problem("schedule_joint", other=other["title"]["zh"]) from fault
