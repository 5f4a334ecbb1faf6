"""The demo's premises: 104 hotels, 37 users of precursors, 29 internet cafés, three of these being hotels too."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from server.accounts.models import Unit
from server.demo.dice import credit_code, number, pick, shuffled, telephone
from server.demo.words import (
    CAFE_KINDS,
    FIRST,
    GIVEN,
    HOTEL_KINDS,
    ROADS,
    SECOND,
    SURNAMES,
    TOWN_WEIGHTS,
    TOWNSHIPS,
    USERS,
)
from server.platform.clock import now
from server.platform.db import db
from server.registry.models import FlagKind, Subject, SubjectFlag, SubjectItem, SubjectRating, SubjectStatus

HOTELS, USERS_OF_PRECURSORS, CAFES = 104, 37, 29
ESPORTS = (17, 44, 83)
"""Hotels with e-sports rooms: they stand in the pool of the cafés too, and are visited jointly."""
TWIN = 1
"""The second hotel has the code of the first: one company, two premises."""
NEW_CAFE = ("cafe", 3)
"""It opened less than a month ago: the police look at it within 20 working days of the opening (条例 32)."""
_NOT_OPEN = {30: SubjectStatus.CLOSED, 61: SubjectStatus.MOVED, 72: SubjectStatus.SUSPENDED}
_FLAGS = {
    ("hotel", 9): FlagKind.ABNORMAL_OPERATION,
    ("hotel", 55): FlagKind.SERIOUS_VIOLATION,
    ("precursor", 12): FlagKind.ABNORMAL_OPERATION,
    ("cafe", 7): FlagKind.ABNORMAL_OPERATION,
    ("cafe", 20): FlagKind.SERIOUS_VIOLATION,
}
_SERIALS = {"hotel": 0, "precursor": 2000, "cafe": 4000}


def make_premises(stations: dict[str, Unit]) -> dict[str, list[Subject]]:
    """Make all premises, by trade. `stations` are the units by township."""
    made: dict[str, list[Subject]] = {"hotel": [], "precursor": [], "cafe": []}
    plans = {"hotel": _hotels(), "precursor": _users(), "cafe": _cafes()}
    for trade, rows in plans.items():
        for at, row in enumerate(rows):
            subject = _subject(trade, at, row, stations)
            db.session.add(subject)
            made[trade].append(subject)
    db.session.flush()
    for trade, subjects in made.items():
        for at, subject in enumerate(subjects):
            _rate(trade, at, subject)
    db.session.flush()
    return made


def _words(key: str, count: int) -> list[str]:
    return shuffled(key, [first + second for first in FIRST for second in SECOND if first != second])[:count]


def _hotels() -> Iterator[dict[str, Any]]:
    first = ""
    for at, word in enumerate(_words("hotel", HOTELS)):
        key = f"hotel|{at}"
        rooms = number(key + "|rooms", 12, 46) if at % 9 else number(key + "|rooms", 60, 128)
        kind = "电竞酒店" if at in ESPORTS else pick(key, HOTEL_KINDS)
        attributes = {
            "licence_no": f"叶公特旅字第{at + 1:04d}号",
            "rooms": rooms,
            "beds": rooms + rooms * number(key + "|beds", 4, 9) // 10,
            "floors": max(2, rooms // 14),
            "system": pick(key + "|system", ("单机版", "网络版")),
            "key_target": at % 26 == 8,
        }
        if at in ESPORTS:
            attributes |= {"esports_rooms": number(key + "|esports", 4, 12), "pcs": number(key + "|pcs", 12, 40)}
        items = ["WA-01", "ZA-01"] if at in ESPORTS else ["ZA-01"]
        name = f"{first}（二店）" if at == TWIN else f"叶县{word}{kind}"
        first = first or name
        yield {"name": name, "size": rooms, "items": items, "attributes": attributes}


def _users() -> Iterator[dict[str, Any]]:
    for at, word in enumerate(_words("precursor", USERS_OF_PRECURSORS)):
        name, kind, use, substances = USERS[at % len(USERS)]
        attributes = {
            "use": use,
            "roles": ["trade"] if use == "trader" else ["use"],
            "substances": list(substances),
            "filing_no": f"豫平叶备{at + 1:04d}",
        }
        yield {
            "name": "叶县" + name.format(word=word),
            "kind": kind,
            "size": len(substances),
            "items": ["JD-01"],
            "attributes": attributes,
        }


def _cafes() -> Iterator[dict[str, Any]]:
    for at, word in enumerate(_words("cafe", CAFES - len(ESPORTS))):
        key = f"cafe|{at}"
        seats = number(key + "|seats", 40, 150)
        attributes = {
            "licence_no": f"叶网文字第{at + 1:04d}号",
            "pcs": seats,
            "isp": pick(key + "|isp", ("联通", "电信", "移动")),
            "audit_system": pick(key + "|audit", ("安网卫士", "净网审计", "实名通")),
        }
        name = f"叶县{word}{pick(key, CAFE_KINDS)}"
        yield {"name": name, "size": seats, "items": ["WA-01"], "attributes": attributes}


def _subject(trade: str, at: int, row: dict[str, Any], stations: dict[str, Unit]) -> Subject:
    key = f"{trade}|{at}"
    township, lat, lng, _ = pick(
        key + "|township", [t for t, w in zip(TOWNSHIPS, TOWN_WEIGHTS, strict=True) for _ in range(w)]
    )
    twin = trade == "hotel" and at == TWIN
    kind = row.get("kind") or pick(key + "|kind", ("91", "92", "92"))
    if trade == "hotel" and at <= TWIN:
        kind = "91"
    code = credit_code(kind, _SERIALS[trade] + (0 if twin else at))
    holder = f"{trade}|0" if twin else key
    person = pick(holder + "|surname", SURNAMES) + pick(holder + "|given", GIVEN)
    status = _NOT_OPEN.get(at, SubjectStatus.OPEN) if trade == "hotel" else SubjectStatus.OPEN
    at_now = now()
    return Subject(
        statutory_id=f"uscc:{code}" + ("#2" if twin else ""),
        code_kind="uscc",
        code=code,
        site="2" if twin else None,
        name=row["name"],
        address=f"叶县{township}{pick(key + '|road', ROADS)}{number(key + '|house', 1, 288)}号",
        township=township,
        station_id=stations[township].id,
        legal_rep=person,
        contact=person if kind == "92" else pick(key + "|contact", SURNAMES) + pick(key + "|c", GIVEN),
        phone=telephone(_SERIALS[trade] + at),
        size=row["size"],
        lat=_near(lat, key + "|lat"),
        lng=_near(lng, key + "|lng"),
        attributes=row["attributes"] | {"opened_on": _opened_on(trade, at)},
        status=status,
        status_since=None if status == SubjectStatus.OPEN else date(at_now.year, 1, 15),
        status_reason=None if status == SubjectStatus.OPEN else "名录库动态调整",
        items=[SubjectItem(item_code=item, since=date(at_now.year, 1, 5)) for item in row["items"]],
        created_at=at_now,
        changed_at=at_now,
    )


def _opened_on(trade: str, at: int) -> str:
    """The day of the opening: some years ago, but for the new café."""
    key = f"{trade}|{at}|opened"
    days = 20 if (trade, at) == NEW_CAFE else number(key, 1200, 5600)
    return str(now().date() - timedelta(days=days))


def _near(degrees: str, key: str) -> str:
    """Up to about a kilometre beside the township's seat, in ten-thousandths of a degree, without floats."""
    whole = int(degrees.replace(".", "")) + number(key, -90, 90)
    return f"{whole // 10000}.{whole % 10000:04d}0"


def _rate(trade: str, at: int, subject: Subject) -> None:
    day = now().date()
    flag = _FLAGS.get((trade, at))
    if flag:
        source = "国家企业信用信息公示系统（演示）"
        db.session.add(SubjectFlag(subject_id=subject.id, kind=flag, source=source, since=day - timedelta(days=120)))
    credit = pick(f"{trade}|{at}|credit", "AAAABBBBBBCCCD")
    complaints = [{"kind": "complaint", "source": "12345热线（演示）", "since": str(day - timedelta(days=60))}]
    noted = complaints if number(f"{trade}|{at}|complaint", 1, 12) == 1 else []
    db.session.add(
        SubjectRating(subject_id=subject.id, credit_class=credit, classed_on=day.replace(day=1), internal_flags=noted)
    )
