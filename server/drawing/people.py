"""Whom a draw can deal, frozen with the reason beside everybody who cannot be."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from server.accounts.models import Person, UnitKind
from server.core import draw as rules
from server.drawing.models import InspectorLoad
from server.drawing.wish import Frozen, Wish, ticket_id
from server.platform.clock import today
from server.platform.db import db
from server.registry import inspectors as registry
from server.registry.models import DeclaredInterest, InspectionItem, Inspector, InspectorStatus, Subject


def freeze_people(wish: Wish, salt: str, frozen: Frozen) -> dict[str, str]:
    """Freeze the inspectors of the units concerned and their pools; return item code → pool."""
    by_unit: dict[str, list[InspectionItem]] = {}
    for item in wish.items:
        by_unit.setdefault(item.unit_id, []).append(item)
    people = _inspectors_of(by_unit)
    shared = _households(people, salt)
    loads = _loads(wish.window[0].year)
    for row in people:
        badge = str(row.person.badge_no)
        frozen.people[badge] = row.person.name
        unit = row.person.unit
        frozen.inspectors.append(
            {
                "id": rules.pseudonym("i", salt, badge),
                "senior": row.senior,
                "household": shared.get(row.household or ""),
                "district": unit.code if unit.kind == UnitKind.STATION else None,
                "load": loads.get(row.id, 0),
            }
        )
    _freeze_interests(wish, salt, frozen, people)
    return _freeze_pools(wish, salt, frozen, by_unit, people)


def _inspectors_of(units: Iterable[str]) -> list[Inspector]:
    query = select(Inspector).join(Person).where(Person.unit_id.in_(list(units)), Person.badge_no.is_not(None))
    query = query.where(Inspector.status != InspectorStatus.LEFT).order_by(Person.badge_no)
    return list(db.session.scalars(query.options(selectinload(Inspector.leaves))))


def _households(people: Sequence[Inspector], salt: str) -> dict[str, str]:
    """Households that two inspectors share, under a name that says nothing."""
    named = [row.household for row in people if row.household]
    return {name: rules.pseudonym("h", salt, name)[2:14] for name in named if named.count(name) > 1}


def _loads(year: int) -> dict[str, int]:
    rows = db.session.scalars(select(InspectorLoad).where(InspectorLoad.year == year))
    return {row.inspector_id: row.tasks for row in rows}


def _freeze_pools(
    wish: Wish,
    salt: str,
    frozen: Frozen,
    by_unit: Mapping[str, list[InspectionItem]],
    people: Sequence[Inspector],
) -> dict[str, str]:
    """One pool per brigade where everybody competent for one of its items is so for all; else one per item."""
    pools: dict[str, str] = {}
    for unit_id, items in by_unit.items():
        members = [row for row in people if row.person.unit_id == unit_id]
        teams = {item.code: frozenset(row.id for row in members if item.code in row.competences) for item in items}
        for item in items:
            whole = len(set(teams.values())) == 1
            pools[item.code] = item.unit.code if whole else f"{item.unit.code}/{item.code}"
            if any(pool["id"] == pools[item.code] for pool in frozen.pools):
                continue
            rows = [
                {"id": rules.pseudonym("i", salt, str(row.person.badge_no)), "out": _out(row, item.code, wish.window)}
                for row in members
            ]
            frozen.pools.append({"id": pools[item.code], "members": rows})
    return pools


def _out(row: Inspector, item_code: str, window: tuple[date, date]) -> str | None:
    """Why an inspector cannot be dealt a visit in the window, or None. A certificate that ends or a leave that begins
    within the window is seen again when the visit is made; then the next card follows."""
    first, last = window
    if item_code not in row.competences:
        return "competence"
    if not registry.certificate_valid(row, first):
        return "certificate"
    if registry.away_on(row, first, last):
        return "leave"
    if row.status != InspectorStatus.ACTIVE or not row.person.active:
        return "suspended"
    return None


def _freeze_interests(wish: Wish, salt: str, frozen: Frozen, people: Sequence[Inspector]) -> None:
    badges = {row.id: str(row.person.badge_no) for row in people}
    found: set[tuple[str, str]] = set()
    rows: Sequence[DeclaredInterest] = registry.interests_on(today())
    subjects = {
        subject.id: subject
        for subject in db.session.scalars(select(Subject).where(Subject.id.in_([row.subject_id for row in rows])))
    }
    for row in rows:
        if row.inspector_id in badges:
            person = rules.pseudonym("i", salt, badges[row.inspector_id])
            found.add((person, ticket_id(subjects[row.subject_id], salt if wish.pseudonyms else None)))
    frozen.interests = [{"inspector": who, "premises": where} for who, where in sorted(found)]
