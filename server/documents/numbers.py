"""Document numbers: taken from the series of dispatch when a paper is issued, kept for good."""

from sqlalchemy import select

from server.dispatch.models import Task
from server.dispatch.numbering import document_number
from server.documents.models import PaperKind, PaperNumber
from server.platform.auth import Actor
from server.platform.clock import now, today
from server.platform.db import db
from server.platform.errors import Problem
from server.platform.trail import record

WORDS = {PaperKind.RECORD: "检笔字"}


def number_in_use(kind: PaperKind, inspection_id: str) -> PaperNumber | None:
    """The number of an inspection's paper, if it has one that is not voided."""
    query = select(PaperNumber).where(
        PaperNumber.kind == kind, PaperNumber.inspection_id == inspection_id, PaperNumber.voided_at.is_(None)
    )
    return db.session.scalar(query)


def number_for(kind: PaperKind, task: Task) -> PaperNumber:
    """The paper's number; taken now when it has none. Two requests at once wait for each other on the task."""
    if (known := number_in_use(kind, task.id)) is not None:
        return known
    db.session.execute(select(Task.id).where(Task.id == task.id).with_for_update())
    if (known := number_in_use(kind, task.id)) is not None:
        return known
    year = today().year
    fresh = PaperNumber(
        number=document_number(WORDS[kind], task.unit, year),
        kind=kind,
        unit_id=task.unit_id,
        year=year,
        inspection_id=task.id,
        assigned_at=now(),
    )
    db.session.add(fresh)
    db.session.flush()
    record("paper.numbered", "paper_number", fresh.id, number=fresh.number)
    return fresh


def void_number(actor: Actor, kind: PaperKind, inspection_id: str, reason: str) -> PaperNumber:
    """作废: the number stays in the series with its reason, its papers are no longer handed out; the next issue takes a
    new number. Raises `not_found`."""
    number = number_in_use(kind, inspection_id)
    if number is None:
        raise Problem("not_found")
    number.voided_at, number.voided_by_id, number.void_reason = now(), actor.id, reason
    db.session.flush()
    record("paper.voided", "paper_number", number.id, number=number.number)
    return number
