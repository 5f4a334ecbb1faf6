"""Use cases of planning: make the year's plan from the items, approve it, file it."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from server.planning.models import AnnualPlan, Batch, PlanLine, PlanState
from server.platform.auth import Actor
from server.platform.clock import today
from server.platform.db import db
from server.platform.errors import Problem
from server.platform.installation import installation
from server.platform.trail import record
from server.registry import items
from server.registry.models import InspectionItem

VISIT_CAP = 2
"""Visits per premises and year unless the bureau publishes another 年度检查频次上限: the notice's highest frequency."""


def plans() -> Sequence[AnnualPlan]:
    """All plans, the newest first."""
    return db.session.scalars(select(AnnualPlan).order_by(AnnualPlan.year.desc())).all()


def plan_of(year: int) -> AnnualPlan:
    """The plan of a year. Raises `plan_missing`."""
    plan = db.session.scalar(select(AnnualPlan).where(AnnualPlan.year == year))
    if plan is None:
        raise Problem("plan_missing", year=year)
    return plan


def batch_by_id(batch_id: str) -> Batch:
    """One batch. Raises `not_found`."""
    batch = db.session.get(Batch, batch_id)
    if batch is None:
        raise Problem("not_found")
    return batch


def batch_on(day: date) -> Batch | None:
    """The batch whose visits are made on a day."""
    return db.session.scalar(
        select(Batch).where(Batch.window_from <= day, Batch.window_to >= day).order_by(Batch.window_from)
    )


def make_plan(year: int, visit_cap: int = VISIT_CAP) -> AnnualPlan:
    """Make the plan of a year from the items in force: one line per item, as many batches as the highest frequency.

    Two rounds at 10 % without replacement reach 20 % of the premises: so "twice a year" and "nobody twice a year"
    both hold. An item that is drawn less often comes first in the batch of the day on which the plan is made, so
    that it meets the others and coinciding visits become joint ones. Raises `plan_exists`, `plan_without_items`.
    """
    if db.session.scalar(select(AnnualPlan).where(AnnualPlan.year == year)):
        raise Problem("plan_exists", year=year)
    day = today()
    listed = items.items_on(max(day, date(year, 1, 1)) if day.year <= year else date(year, 12, 31))
    if not listed:
        raise Problem("plan_without_items")
    title = f"{installation().bureau_name}{year}年度“双随机、一公开”抽查工作计划"
    plan = AnnualPlan(year=year, title=title, visit_cap=visit_cap, made_on=day)
    db.session.add(plan)
    rounds = max(item.frequency for item in listed)
    windows = _windows(year, rounds)
    start = next((at for at, (first, last) in enumerate(windows) if first <= day <= last), 0)
    plan.lines = [_line(item, position, windows, start) for position, item in enumerate(listed, 1)]
    for at, (first, last) in enumerate(windows):
        lines = [line for line in plan.lines if at in _rounds_of(line.frequency, rounds, start)]
        batch = Batch(number=at + 1, title=f"{year}年第{at + 1}批", window_from=first, window_to=last, lines=lines)
        plan.batches.append(batch)
    db.session.flush()
    record("plan.made", "plan", plan.id, year=year, lines=len(listed), batches=rounds)
    return plan


def _windows(year: int, rounds: int) -> list[tuple[date, date]]:
    edges = [12 * at // rounds for at in range(rounds + 1)]
    return [
        (date(year, first + 1, 1), date(year, last, monthrange(year, last)[1]))
        for first, last in zip(edges, edges[1:], strict=False)
    ]


def _rounds_of(frequency: int, rounds: int, start: int) -> set[int]:
    return {(start + at) % rounds for at in range(frequency)}


def _line(item: InspectionItem, position: int, windows: list[tuple[date, date]], start: int) -> PlanLine:
    chosen = sorted(_rounds_of(item.frequency, len(windows), start))
    return PlanLine(
        position=position,
        item=item,
        unit=item.unit,
        ratio_num=item.ratio_num,
        ratio_den=item.ratio_den,
        frequency=item.frequency,
        months=[month for at in chosen for month in range(windows[at][0].month, windows[at][1].month + 1)],
    )


def approve_plan(actor: Actor, year: int) -> AnnualPlan:
    """A leader of the bureau approves the plan. Raises `plan_missing`, `plan_not_draft`."""
    plan = plan_of(year)
    if plan.state != PlanState.DRAFT:
        raise Problem("plan_not_draft")
    plan.state = PlanState.APPROVED
    plan.approved_on = today()
    plan.approved_by_id = actor.id
    record("plan.approved", "plan", plan.id, actor_id=actor.id, year=year)
    return plan


def file_plan(actor: Actor, year: int, filing_no: str) -> AnnualPlan:
    """File the plan with the leading group's office (备案). Raises `plan_missing`, `plan_not_approved`."""
    plan = plan_of(year)
    if plan.state != PlanState.APPROVED:
        raise Problem("plan_not_approved")
    plan.state = PlanState.FILED
    plan.filed_on = today()
    plan.filing_no = filing_no
    record("plan.filed", "plan", plan.id, actor_id=actor.id, year=year)
    return plan
