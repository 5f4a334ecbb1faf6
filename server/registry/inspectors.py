"""The inspector registry: who may be sent on a day, and why somebody may not."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from server.accounts.models import Person
from server.platform.auth import Actor, Role
from server.platform.db import db
from server.platform.errors import Problem
from server.registry.models import DeclaredInterest, Inspector, InspectorStatus

WHOLE_REGISTRY = frozenset((Role.OFFICE, Role.LEADER, Role.LEGAL, Role.SUPERVISOR))


def find(actor: Actor, unit_id: str | None = None, item: str | None = None) -> Sequence[Inspector]:
    """The inspectors that the person may see (leads: their brigade's), by badge number."""
    query = select(Inspector).join(Person).order_by(Person.badge_no).options(selectinload(Inspector.leaves))
    if not actor.role_set & WHOLE_REGISTRY:
        query = query.where(Person.unit_id == actor.unit_id)
    if unit_id:
        query = query.where(Person.unit_id == unit_id)
    found = db.session.scalars(query.options(selectinload(Inspector.interests))).all()
    return [row for row in found if item is None or item in row.competences]


def away_on(inspector: Inspector, first: date, last: date | None = None) -> bool:
    """Whether a leave covers the day, or the whole time from `first` to `last`: who is back before the window
    ends can still make the visit."""
    return any(leave.from_on <= first and (last or first) <= leave.to_on for leave in inspector.leaves)


def certificate_valid(inspector: Inspector, day: date) -> bool:
    """The certificate is still valid on the day (its last day counts)."""
    return inspector.cert_expires_on >= day


def is_available(inspector: Inspector, day: date) -> bool:
    """Active, certified and not on leave on the day."""
    return (
        inspector.status == InspectorStatus.ACTIVE
        and inspector.person.active
        and certificate_valid(inspector, day)
        and not away_on(inspector, day)
    )


def interests_on(day: date) -> Sequence[DeclaredInterest]:
    """The declared interests in force on a day."""
    return db.session.scalars(
        select(DeclaredInterest)
        .where(DeclaredInterest.declared_on <= day)
        .where(or_(DeclaredInterest.ended_on.is_(None), DeclaredInterest.ended_on >= day))
    ).all()


def inspector_of(person_id: str) -> Inspector:
    """The inspector behind a person. Raises `not_an_inspector`."""
    found = db.session.scalar(select(Inspector).where(Inspector.person_id == person_id))
    if found is None:
        raise Problem("not_an_inspector")
    return found


def by_badges(badges: Iterable[str]) -> dict[str, Inspector]:
    """Inspectors by badge number; unknown ones are left out."""
    found = db.session.scalars(select(Inspector).join(Person).where(Person.badge_no.in_(list(badges))))
    return {str(row.person.badge_no): row for row in found}
