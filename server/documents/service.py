"""Use cases of documents: which inspections are finished, their record as a paper, several at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Select, or_, select

from server.dispatch.models import Task, TaskItem
from server.dispatch.reading import visible_to
from server.documents import bundle
from server.documents.issuing import issue, issue_apart, issued, paper_numbers
from server.documents.models import Copy, IssuedPaper
from server.evidence.sight import require_sight
from server.platform.auth import Actor, Role
from server.platform.blobs import blobs
from server.platform.clock import SHANGHAI
from server.platform.db import db
from server.platform.errors import Problem
from server.platform.paging import Page, page_of
from server.platform.trail import TrailRow, record
from server.registry.models import InspectionItem, Subject
from server.review.models import SignOff

SEES_FULL = frozenset({Role.OFFICE, Role.LEGAL, Role.LEADER, Role.LEAD, Role.INSPECTOR})
"""Who may have the full copy; all of them only of inspections that they may see at all."""


@dataclass(frozen=True)
class Ready:
    """A paper to send: its file and what to call it."""

    path: Path
    name: str
    sha256: str


def finished(actor: Actor, filters: Mapping[str, Any]) -> Page[SignOff]:
    """One page of the signed-off inspections that the person may see, the latest first.

    Filters: `unit`, `trade`, `from` and `to` (days of sign-off), `result`, `search` (task number or name).
    """
    seen = visible_to(actor, select(Task.id))
    query = select(SignOff).join(Task, Task.id == SignOff.inspection_id).where(Task.id.in_(seen))
    return page_of(_filtered(query, filters).order_by(SignOff.at.desc()), filters["page"], filters["size"])


def _filtered(query: Select[SignOff], filters: Mapping[str, Any]) -> Select[SignOff]:
    if unit := filters.get("unit"):
        query = query.where(Task.unit_id == unit)
    if trade := filters.get("trade"):
        listed = select(TaskItem.task_id).join(InspectionItem).where(InspectionItem.trade == trade)
        query = query.where(Task.id.in_(listed))
    if result := filters.get("result"):
        query = query.where(SignOff.result_code == result)
    if first := filters.get("first"):
        query = query.where(SignOff.at >= start_of(first))
    if last := filters.get("last"):
        query = query.where(SignOff.at < start_of(last + timedelta(days=1)))
    if words := (filters.get("search") or "").strip():
        named = select(Subject.id).where(Subject.name.contains(words, autoescape=True))
        query = query.where(or_(Task.number.contains(words, autoescape=True), Task.subject_id.in_(named)))
    return query


def start_of(day: date) -> datetime:
    """The first instant of a day where the bureau is."""
    return datetime.combine(day, time(), SHANGHAI)


def finished_rows(page: Page[SignOff]) -> list[dict[str, Any]]:
    """The rows of `finished` as a list shows them."""
    numbers = paper_numbers([row.inspection_id for row in page.rows])
    return [_finished_row(row, numbers.get(row.inspection_id)) for row in page.rows]


def _finished_row(row: SignOff, number: str | None) -> dict[str, Any]:
    task = row.task
    return {
        "id": task.id,
        "number": task.number,
        "record_number": number,
        "subject_name": task.subject.name,
        "statutory_id": task.subject.statutory_id,
        "trade": task.items[0].item.trade,
        "unit": task.unit.name,
        "joint": task.joint,
        "result_code": row.result_code,
        "signed_off_at": row.at,
        "signed_off_by": row.by.name,
    }


def require_copy(actor: Actor, inspection_id: str, copy: Copy) -> None:
    """Raises `not_found` for an inspection that the person may not see, `not_allowed` for a copy not meant for him."""
    require_sight(actor, inspection_id)
    if copy == Copy.FULL and not actor.role_set & SEES_FULL:
        raise Problem("not_allowed")


def record_paper(actor: Actor, inspection_id: str, copy: Copy) -> Ready:
    """The record's newest PDF; made now when the worker has not been there yet.

    Raises `not_found`, `not_allowed`, `record_not_signed_off`.
    """
    require_copy(actor, inspection_id, copy)
    paper = issued(inspection_id, copy)
    if paper is None or not blobs().has(paper.sha256):
        issue_apart(inspection_id, copy)
        db.session.rollback()
        paper = issued(inspection_id, copy)
    if paper is None:
        raise Problem("not_found")
    return _ready(paper)


def papers_of(inspection_id: str) -> Sequence[IssuedPaper]:
    """Every version that was ever issued for an inspection, voided numbers too, oldest first."""
    query = select(IssuedPaper).where(IssuedPaper.inspection_id == inspection_id)
    return db.session.scalars(query.order_by(IssuedPaper.issued_at, IssuedPaper.id)).all()


def bundled(actor: Actor, inspection_ids: Sequence[str], form: str, copy: Copy) -> Iterator[bytes]:
    """The records of several inspections, as they come; each is checked and made before the first byte leaves.

    Raises as `record_paper`; then nothing is sent.
    """
    ready: list[Ready] = []
    for inspection_id in dict.fromkeys(inspection_ids):
        require_copy(actor, inspection_id, copy)
        ready.append(_ready(issue(inspection_id, copy)))
    record("papers.bundled", "inspection", ready[0].sha256, count=len(ready), form=form, copy=copy)
    files = [(paper.name, paper.path) for paper in ready]
    return bundle.zipped(files) if form == "zip" else bundle.joined(files)


def _ready(paper: IssuedPaper) -> Ready:
    task = db.session.get_one(Task, paper.inspection_id)
    words = "当事人联" if paper.copy == Copy.PARTY else "存档联"
    name = bundle.file_name(paper.number.number, task.subject.name, words) + ".pdf"
    return Ready(blobs().path(paper.sha256), name, paper.sha256)


def make_papers(row: TrailRow) -> None:
    """Job: after sign-off (and after a late admission or seal that changes it) both copies are made.

    Repeating is harmless.
    """
    inspection_id = row.subject_id
    if db.session.get(SignOff, inspection_id) is not None:
        for copy in Copy:
            issue(inspection_id, copy)
