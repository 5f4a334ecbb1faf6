"""The subject registry: finding premises, and what may be said of them to whom."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, false, func, or_, select
from sqlalchemy.orm import selectinload

from server.platform.auth import Actor, Role
from server.platform.clock import today
from server.platform.db import db
from server.platform.errors import Problem
from server.platform.paging import Page, page_of
from server.registry.items import items_on
from server.registry.models import InspectionItem, Subject, SubjectFlag, SubjectItem, SubjectRating, SubjectStatus

WHOLE_REGISTRY = frozenset((Role.OFFICE, Role.LEADER, Role.LEGAL, Role.SUPERVISOR))
"""Who sees all premises; leads see those in their brigade's items, stations those in their district."""


def in_item(*codes: str) -> ColumnElement[bool]:
    """The condition that a premises stands in the pool of at least one of the items."""
    return exists().where(SubjectItem.subject_id == Subject.id, SubjectItem.item_code.in_(codes))


def visible_to(actor: Actor, query: Select[Subject]) -> Select[Subject]:
    """Narrow a query to the premises that the person may see."""
    if actor.role_set & WHOLE_REGISTRY:
        return query
    allowed: list[ColumnElement[bool]] = []
    if Role.LEAD in actor.role_set:
        allowed.append(in_item(*(i.code for i in items_on() if i.unit_id == actor.unit_id)))
    if Role.STATION in actor.role_set:
        allowed.append(Subject.station_id == actor.unit_id)
    return query.where(or_(false(), *allowed))


def find(actor: Actor, filters: Mapping[str, Any]) -> Page[Subject]:
    """One page of the premises that fit `item`, `trade`, `township`, `station`, `status`, `flag` and `search`
    (part of the name or address, or the beginning of the code)."""
    query = visible_to(actor, select(Subject)).options(selectinload(Subject.items), selectinload(Subject.flags))
    if item := filters.get("item"):
        query = query.where(in_item(item))
    if trade := filters.get("trade"):
        codes = select(InspectionItem.code).where(InspectionItem.trade == trade)
        query = query.where(exists().where(SubjectItem.subject_id == Subject.id, SubjectItem.item_code.in_(codes)))
    for name, column in (("township", Subject.township), ("station", Subject.station_id), ("status", Subject.status)):
        if filters.get(name):
            query = query.where(column == filters[name])
    if flag := filters.get("flag"):
        query = query.where(Subject.id.in_(_flagged(today(), flag)))
    if words := (filters.get("search") or "").strip():
        query = query.where(
            or_(
                Subject.name.contains(words, autoescape=True),
                Subject.address.contains(words, autoescape=True),
                Subject.code.startswith(words.upper(), autoescape=True),
            )
        )
    return page_of(
        query.order_by(Subject.township, Subject.name, Subject.statutory_id), filters["page"], filters["size"]
    )


def _flagged(day: date, kind: str) -> Select[str]:
    return (
        select(SubjectFlag.subject_id)
        .where(SubjectFlag.kind == kind, SubjectFlag.since <= day)
        .where(or_(SubjectFlag.until.is_(None), SubjectFlag.until >= day))
    )


def subject_for(actor: Actor, subject_id: str) -> Subject:
    """One premises. Raises `not_found`, also for what the person may not see."""
    query = visible_to(actor, select(Subject).where(Subject.id == subject_id))
    found = db.session.scalar(query.options(selectinload(Subject.items), selectinload(Subject.flags)))
    if found is None:
        raise Problem("not_found")
    return found


def by_statutory_ids(ids: Iterable[str]) -> dict[str, Subject]:
    """Premises by their statutory id; unknown ids are left out."""
    wanted = list(ids)
    found = db.session.scalars(
        select(Subject).where(Subject.statutory_id.in_(wanted)).options(selectinload(Subject.items))
    )
    return {subject.statutory_id: subject for subject in found}


def ratings_for(actor: Actor, subjects: Sequence[Subject]) -> dict[str, SubjectRating]:
    """Internal ratings by subject id, for the office only; anybody else gets none."""
    if Role.OFFICE not in actor.role_set:
        return {}
    ids = [subject.id for subject in subjects]
    found = db.session.scalars(select(SubjectRating).where(SubjectRating.subject_id.in_(ids)))
    return {rating.subject_id: rating for rating in found}


def pool_sizes() -> dict[str, int]:
    """How many open premises stand in each item's pool."""
    counted = (
        select(SubjectItem.item_code, func.count())
        .join(Subject, Subject.id == SubjectItem.subject_id)
        .where(Subject.status == SubjectStatus.OPEN)
        .group_by(SubjectItem.item_code)
    )
    return dict(db.session.execute(counted).all())


def townships() -> Sequence[str]:
    """The townships that occur, for a filter."""
    return db.session.scalars(select(Subject.township).distinct().order_by(Subject.township)).all()
