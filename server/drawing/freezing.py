"""What a draw is made of, read from the registries and frozen: rosters, strata, exclusions, pools, interests.

Nothing here decides by itself who is left out: the reason stands beside every excluded premises and every inspector
who cannot be dealt, and all of it is in the plan before anybody can know the seed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from server.accounts.models import Person, UnitKind
from server.core import draw as rules
from server.core.draw import Line
from server.drawing.models import DrawnPremises, InspectorLoad
from server.platform.clock import today
from server.platform.db import db
from server.registry import inspectors as registry
from server.registry.models import (
    DeclaredInterest,
    InspectionItem,
    Inspector,
    InspectorStatus,
    Subject,
    SubjectFlag,
    SubjectItem,
    SubjectRating,
    SubjectStatus,
)

GONE = {
    SubjectStatus.CLOSED: "closed",
    SubjectStatus.CANCELLED: "closed",
    SubjectStatus.REVOKED: "closed",
    SubjectStatus.MOVED: "moved",
    SubjectStatus.SUSPENDED: "suspended",
}
RAISED_LABELS = {"abnormal_operation_list": "B", "serious_violation_list": "C"}
PLAIN_LABEL, TARGETED_LABEL = "A", "T"


@dataclass(frozen=True)
class Wish:
    """What the office asked for, beyond the defaults of the plan's lines. Ratios are (num, den)."""

    items: Sequence[InspectionItem]
    ratios: Mapping[str, tuple[int, int]]
    window: tuple[date, date]
    kind: str = "untargeted"
    raised: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    classes: frozenset[str] = frozenset()
    targeted: tuple[int, int] | None = None
    overrides: Mapping[tuple[str, str], str] = field(default_factory=dict)
    excluded: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    visit_cap: int | None = None
    district_rule: bool = False
    pseudonyms: bool = False


@dataclass
class Frozen:
    """The parts of a plan that come from the registries, and who is behind them."""

    rosters: dict[str, list[Line]] = field(default_factory=dict)
    strata: list[dict[str, Any]] = field(default_factory=list)
    exclusions: list[dict[str, Any]] = field(default_factory=list)
    overrides: list[dict[str, Any]] = field(default_factory=list)
    inspectors: list[dict[str, Any]] = field(default_factory=list)
    pools: list[dict[str, Any]] = field(default_factory=list)
    interests: list[dict[str, Any]] = field(default_factory=list)
    people: dict[str, str] = field(default_factory=dict)


def freeze(wish: Wish, salt: str) -> Frozen:
    """Read the registries as they are now and freeze them for one draw."""
    frozen = Frozen()
    pools = _freeze_people(wish, salt, frozen)
    _freeze_premises(wish, salt, frozen, pools)
    return frozen


def statutory_id(subject: Subject) -> str:
    """The statutory id of a premises as it stands in a roster."""
    return rules.statutory_id(subject.code_kind, subject.code, subject.site)


def ticket_id(subject: Subject, salt: str | None) -> str:
    """The id under which a premises is drawn: the statutory one, or with a salt its pseudonym for this draw."""
    return statutory_id(subject) if salt is None else rules.pseudonym("p", salt, statutory_id(subject))


def _freeze_premises(wish: Wish, salt: str, frozen: Frozen, pools: Mapping[str, str]) -> None:
    subjects = {item.code: _subjects_of(item.code, wish) for item in wish.items}
    drawn = _drawn_this_year(wish.window[0].year)
    for item in wish.items:
        flags = _flags_of(subjects[item.code]) if wish.kind == "untargeted" else {}
        lines: list[Line] = []
        for subject in subjects[item.code]:
            id_ = ticket_id(subject, salt if wish.pseudonyms else None)
            label = _label(item.code, flags.get(subject.id, frozenset()), wish)
            district = subject.station.code if wish.district_rule and subject.station else None
            lines.append(Line(id_, f"{item.code}/{label}", district))
            _exclude(frozen, wish, item.code, id_, subject, drawn.get(subject.id, 0))
        frozen.rosters[item.code] = lines
        frozen.strata += _strata_of(item, lines, wish, pools[item.code])


def _subjects_of(item_code: str, wish: Wish) -> list[Subject]:
    """The premises in an item's pool; those that closed count only in the year in which they did, so that their
    disappearance is seen once. A targeted draw takes those of the asked credit classes."""
    query = (
        select(Subject)
        .join(SubjectItem, SubjectItem.subject_id == Subject.id)
        .where(SubjectItem.item_code == item_code)
        .order_by(Subject.statutory_id)
    )
    if wish.kind == "targeted":
        query = query.join(SubjectRating, SubjectRating.subject_id == Subject.id)
        query = query.where(SubjectRating.credit_class.in_(wish.classes))
    year = wish.window[0].year
    return [subject for subject in db.session.scalars(query).unique() if _counts_in(subject, year)]


def _counts_in(subject: Subject, year: int) -> bool:
    since = subject.status_since
    return subject.status == SubjectStatus.OPEN or (since is not None and since.year == year)


def _flags_of(subjects: Sequence[Subject]) -> dict[str, frozenset[str]]:
    day = today()
    flags: dict[str, frozenset[str]] = {}
    for row in db.session.scalars(select(SubjectFlag).where(SubjectFlag.since <= day)):
        if row.until is None or row.until >= day:
            flags[row.subject_id] = flags.get(row.subject_id, frozenset()) | {row.kind}
    known = {subject.id for subject in subjects}
    return {subject_id: kinds for subject_id, kinds in flags.items() if subject_id in known}


def _label(item_code: str, flags: frozenset[str], wish: Wish) -> str:
    if wish.kind == "targeted":
        return TARGETED_LABEL
    raised = [flag for flag in flags if flag in wish.raised and _raises(item_code, flag, wish)]
    # Who stands on both lists goes by the graver one.
    return max((RAISED_LABELS[flag] for flag in raised), default=PLAIN_LABEL)


def _raises(item_code: str, flag: str, wish: Wish) -> bool:
    (num, den), (base, whole) = wish.raised[flag], wish.ratios[item_code]
    return num * whole > base * den


def _strata_of(item: InspectionItem, lines: Iterable[Line], wish: Wish, pool: str) -> list[dict[str, Any]]:
    labels = {line.stratum.rpartition("/")[2] for line in lines}
    if wish.kind == "targeted":
        labels = {TARGETED_LABEL}
    else:
        labels.add(PLAIN_LABEL)
    flags = {label: flag for flag, label in RAISED_LABELS.items()}
    rows: list[dict[str, Any]] = []
    for label in sorted(labels):
        num, den = wish.ratios[item.code]
        raised_by = flags.get(label)
        if raised_by is not None:
            num, den = wish.raised[raised_by]
        elif label == TARGETED_LABEL and wish.targeted is not None and wish.targeted != (num, den):
            (num, den), raised_by = wish.targeted, "internal"
        rows.append(
            {
                "id": f"{item.code}/{label}",
                "item": item.code,
                "authority": item.unit.name,
                "label": label,
                "num": num,
                "den": den,
                "raised_by": raised_by,
                "pool": pool,
            }
        )
    return rows


def _exclude(frozen: Frozen, wish: Wish, item_code: str, id_: str, subject: Subject, times: int) -> None:
    """Write down why a premises cannot be drawn, or why it can although it was drawn before."""
    key = (item_code, subject.id)
    row: dict[str, Any] = {"item": item_code, "id": id_}
    if subject.status != SubjectStatus.OPEN:
        frozen.exclusions.append(row | {"reason": GONE[SubjectStatus(subject.status)], "note": None})
    elif key in wish.excluded:
        reason, note = wish.excluded[key]
        frozen.exclusions.append(row | {"reason": reason, "note": note})
    elif wish.visit_cap is not None and times >= wish.visit_cap:
        frozen.exclusions.append(row | {"reason": "frequency_cap", "note": None})
    elif times and key in wish.overrides:
        frozen.overrides.append(row | {"reason": "inspected_this_year", "note": wish.overrides[key]})
    elif times:
        frozen.exclusions.append(row | {"reason": "inspected_this_year", "note": None})


def _drawn_this_year(year: int) -> dict[str, int]:
    """How often each premises was drawn in the year: a joint visit is one visit."""
    counted = (
        select(DrawnPremises.subject_id, func.count(func.distinct(DrawnPremises.draw_id)))
        .where(DrawnPremises.year == year, DrawnPremises.replaced.is_(False))
        .group_by(DrawnPremises.subject_id)
    )
    return {subject_id: int(count) for subject_id, count in db.session.execute(counted)}


def _freeze_people(wish: Wish, salt: str, frozen: Frozen) -> dict[str, str]:
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
