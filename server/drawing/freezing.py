"""What a draw is made of, read from the registries and frozen: rosters, strata, exclusions, pools, interests.

Nothing here decides by itself who is left out: the reason stands beside every excluded premises and every inspector
who cannot be dealt, and all of it is in the plan before anybody can know the seed.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from server.core.draw import Line
from server.drawing.models import DrawnPremises
from server.drawing.people import freeze_people
from server.drawing.wish import Frozen, Wish, ticket_id
from server.platform.clock import today
from server.platform.db import db
from server.platform.errors import Problem
from server.registry.models import (
    InspectionItem,
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


def freeze(wish: Wish, salt: str) -> Frozen:
    """Read the registries as they are now and freeze them for one draw."""
    frozen = Frozen()
    pools = freeze_people(wish, salt, frozen)
    _freeze_premises(wish, salt, frozen, pools)
    return frozen


def _refuse_strangers(wish: Wish, subjects: Mapping[str, Sequence[Subject]], drawn: Mapping[str, int]) -> None:
    """Refuse an exclusion or an override that would do nothing: whoever typed it believes that it does."""
    pools = {item: {subject.id for subject in found} for item, found in subjects.items()}
    for item, subject_id in sorted({*wish.excluded, *wish.overrides}):
        if subject_id not in pools.get(item, ()):
            raise Problem("draw_premises_not_in_pool", premises=_name_of(subject_id), item=item)
    for item, subject_id in sorted(wish.overrides):
        if (item, subject_id) in wish.excluded or not drawn.get(subject_id):
            raise Problem("draw_override_idle", premises=_name_of(subject_id), item=item)


def _name_of(subject_id: str) -> str:
    subject = db.session.get(Subject, subject_id)
    return subject_id if subject is None else subject.name


def _freeze_premises(wish: Wish, salt: str, frozen: Frozen, pools: Mapping[str, str]) -> None:
    subjects = {item.code: _subjects_of(item.code, wish) for item in wish.items}
    drawn = _drawn_this_year(wish.window[0].year)
    _refuse_strangers(wish, subjects, drawn)
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
