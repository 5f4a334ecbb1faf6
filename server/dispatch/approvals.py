"""凡检查必审批 (国办发〔2024〕54号): a leader of the bureau approves what a batch inspects, item by item."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from server.dispatch.models import Approval
from server.dispatch.numbering import APPROVAL, document_number
from server.planning import service as planning
from server.planning.models import PlanState
from server.platform.auth import Actor
from server.platform.clock import today
from server.platform.db import db
from server.platform.errors import Problem
from server.platform.trail import record


def approvals_of(batch_id: str) -> Sequence[Approval]:
    """The approvals of a batch."""
    found = select(Approval).where(Approval.batch_id == batch_id).order_by(Approval.item_code)
    return db.session.scalars(found).all()


def required(batch_id: str, items: Iterable[str]) -> dict[str, Approval]:
    """The approval of each item. Raises `approval_missing` that names the items without one."""
    have = {approval.item_code: approval for approval in approvals_of(batch_id)}
    missing = sorted(set(items) - set(have))
    if missing:
        raise Problem("approval_missing", items="、".join(missing))
    return have


def approve(actor: Actor, batch_id: str, item_code: str) -> Approval:
    """Approve one item of a batch. Doing so twice is one approval.

    Raises `not_found`, `plan_not_approved_yet`, `item_not_in_batch`.
    """
    batch = planning.batch_by_id(batch_id)
    if batch.plan.state == PlanState.DRAFT:
        raise Problem("plan_not_approved_yet")
    line = next((line for line in batch.lines if line.item.code == item_code), None)
    if line is None:
        raise Problem("item_not_in_batch", item=item_code)
    known = next((a for a in approvals_of(batch_id) if a.item_code == item_code), None)
    if known is not None:
        return known
    approval = Approval(
        number=document_number(APPROVAL, line.unit, batch.plan.year),
        batch_id=batch.id,
        item_code=item_code,
        unit_id=line.unit_id,
        approved_by_id=actor.id,
        approved_on=today(),
    )
    db.session.add(approval)
    db.session.flush()
    record("approval.given", "approval", approval.id, actor_id=actor.id, batch=batch.id, item=item_code)
    return approval
