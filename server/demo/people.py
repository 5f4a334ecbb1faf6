"""The demo's units and people: 9 + 7 + 6 certified inspectors, their leads, office, leader, legal, station, supervisor,
administrator. Names are made up; none of them is on the notice."""

from dataclasses import dataclass
from datetime import date, timedelta

from server.accounts.demo_accounts import DEMO_PASSWORD
from server.accounts.models import Person, Unit, UnitKind
from server.accounts.passwords import hash_password
from server.demo.dice import shuffled
from server.demo.words import GIVEN, SURNAMES, TOWNSHIPS
from server.platform.auth import Role
from server.platform.clock import today
from server.platform.db import db
from server.registry.models import DeclaredInterest, Inspector, Leave, Subject

BRIGADES = (
    # login, unit name, word in document numbers, item, how many inspectors, first badge
    ("zhian", "治安大队", "治", "ZA-01", 9, 41110),
    ("jindu", "禁毒大队", "禁", "JD-01", 7, 41210),
    ("wangan", "网安大队", "网", "WA-01", 6, 41310),
)
AWAY = {"zhian5": "借调", "jindu3": "产假", "wangan4": "病假"}
EXPIRED = "zhian7"
HOUSEHOLD = ("zhian8", "zhian9")
INTERESTS = (
    # who, trade, which premises, how
    ("zhian3", "hotel", 4, "配偶的亲属经营"),
    ("zhian6", "hotel", 21, "曾任该单位保安负责人"),
    ("jindu2", "precursor", 9, "直系亲属在该单位任职"),
    ("wangan1", "cafe", 2, "表兄经营"),
)


@dataclass(frozen=True)
class People:
    """Units by login word or township, people by login, inspectors by login."""

    units: dict[str, Unit]
    stations: dict[str, Unit]
    people: dict[str, Person]
    inspectors: dict[str, Inspector]


def make_people() -> People:
    """Make units, people and inspectors. Everybody has the demo's password."""
    names = iter(shuffled("people", [surname + given for surname in SURNAMES for given in GIVEN]))
    units, stations = _units()
    people: dict[str, Person] = {}
    password_hash = hash_password(DEMO_PASSWORD)

    def add(login: str, unit: Unit, role: Role, badge: int | None, until: date | None = None) -> Person:
        people[login] = Person(
            login=login,
            name=next(names),
            password_hash=password_hash,
            unit_id=unit.id,
            badge_no=f"{badge:06d}" if badge else None,
            roles=[role],
            valid_until=until,
        )
        db.session.add(people[login])
        return people[login]

    add("office", units["office"], Role.OFFICE, 41001)
    add("leader", units["bureau"], Role.LEADER, 41002)
    add("legal", units["legal"], Role.LEGAL, 41003)
    add("admin", units["office"], Role.ADMIN, 41004)
    add("station", stations["昆阳街道"], Role.STATION, 41005)
    add("supervisor", units["supervision"], Role.SUPERVISOR, None, today() + timedelta(days=90))
    for login, _, _, _, count, badge in BRIGADES:
        add(login, units[login], Role.LEAD, badge - 1)
        for at in range(1, count + 1):
            add(f"{login}{at}", units[login], Role.INSPECTOR, badge + at)
    db.session.flush()
    return People(units, stations, people, _inspectors(people))


def _units() -> tuple[dict[str, Unit], dict[str, Unit]]:
    root = Unit(code="410422000000", name="叶县公安局", short="叶", kind=UnitKind.BUREAU, division_code="410422")
    db.session.add(root)
    db.session.flush()

    def add(code: str, name: str, short: str, kind: UnitKind) -> Unit:
        unit = Unit(code=code, name=name, short=short, kind=kind, division_code="410422", parent_id=root.id)
        db.session.add(unit)
        return unit

    units = {"bureau": root}
    for login, name, short, _, _, _ in BRIGADES:
        units[login] = add(f"410422-{login}", name, short, UnitKind.BRIGADE)
    units["office"] = add("410422-office", "局办公室", "办", UnitKind.OFFICE)
    units["legal"] = add("410422-legal", "法制室", "法", UnitKind.LEGAL)
    units["supervision"] = add("410422-supervision", "叶县司法局（执法监督）", "监", UnitKind.SUPERVISION)
    stations = {
        township: add(f"410422-s{at:02d}", f"{station}派出所", station[:1], UnitKind.STATION)
        for at, (township, _, _, station) in enumerate(TOWNSHIPS, 1)
    }
    db.session.flush()
    return units, stations


def _inspectors(people: dict[str, Person]) -> dict[str, Inspector]:
    day = today()
    made: dict[str, Inspector] = {}
    for login, _, _, item, count, badge in BRIGADES:
        for at in range(1, count + 1):
            who = f"{login}{at}"
            expires = date(day.year - 1, 12, 31) if who == EXPIRED else date(day.year + 1 + at % 3, 6, 30)
            made[who] = Inspector(
                person_id=people[who].id,
                cert_no=f"16040{badge + at:06d}",
                cert_expires_on=expires,
                competences=[item],
                senior=at % 3 == 1,
                household="H1" if who in HOUSEHOLD else None,
            )
            db.session.add(made[who])
    db.session.flush()
    for who, kind in AWAY.items():
        # Longer than any batch: who is back before the last day of the window could still be dealt a visit.
        first, last = date(day.year - 1, 12, 1), day + timedelta(days=200)
        db.session.add(Leave(inspector_id=made[who].id, from_on=first, to_on=last, kind=kind))
    db.session.flush()
    return made


def declare_interests(inspectors: dict[str, Inspector], premises: dict[str, list[Subject]]) -> None:
    """Who said before any draw that a premises is too close to him."""
    for who, trade, at, relation in INTERESTS:
        db.session.add(
            DeclaredInterest(
                inspector_id=inspectors[who].id,
                subject_id=premises[trade][at].id,
                relation=relation,
                declared_on=date(today().year, 1, 10),
            )
        )
    db.session.flush()
