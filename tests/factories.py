"""Linked things for tests, explicit and small. Everything is invented."""

from dataclasses import dataclass, field
from typing import Any

from server.accounts.models import Device, Person, Unit, UnitKind
from server.accounts.passwords import hash_password
from server.platform.auth import Role
from server.platform.clock import now
from server.platform.db import db
from server.platform.ids import new_id
from server.platform.installation import Installation

PASSWORD = "a password for tests"
_HASH = hash_password(PASSWORD)


@dataclass
class Bureau:
    """Units by code, people by login."""

    units: dict[str, Unit] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)


def make_unit(code: str, name: str, short: str, kind: UnitKind, parent: Unit | None = None) -> Unit:
    unit = Unit(code=code, name=name, short=short, kind=kind, division_code="410422", parent_id=parent and parent.id)
    db.session.add(unit)
    db.session.flush()
    return unit


def make_person(login: str, unit: Unit, *roles: Role, **columns: Any) -> Person:
    person = Person(
        login=login, name=columns.pop("name", login), password_hash=_HASH, unit_id=unit.id, roles=list(roles), **columns
    )
    db.session.add(person)
    db.session.flush()
    return person


def make_device(person: Person, public_key: dict[str, str], device_id: str | None = None) -> Device:
    device = Device(
        id=device_id or new_id(),
        person_id=person.id,
        label="测试手机",
        public_key=public_key,
        alg="ES256",
        wrapped_key="sealed",
        enrolled_at=now(),
    )
    db.session.add(device)
    db.session.flush()
    return device


def make_bureau() -> Bureau:
    """叶县公安局 in small: three brigades, office, legal office, one station, one person per role."""
    db.session.add(Installation(bureau_name="叶县公安局", bureau_short="叶公", division_code="410422"))
    root = make_unit("410422000000", "叶县公安局", "叶", UnitKind.BUREAU)
    units = {
        "bureau": root,
        "zhian": make_unit("410422-zhian", "治安大队", "治", UnitKind.BRIGADE, root),
        "jindu": make_unit("410422-jindu", "禁毒大队", "禁", UnitKind.BRIGADE, root),
        "wangan": make_unit("410422-wangan", "网安大队", "网", UnitKind.BRIGADE, root),
        "office": make_unit("410422-office", "局办公室", "办", UnitKind.OFFICE, root),
        "legal": make_unit("410422-legal", "法制室", "法", UnitKind.LEGAL, root),
        "station": make_unit("410422-station", "昆阳派出所", "昆", UnitKind.STATION, root),
    }
    people = {
        "office": make_person("office", units["office"], Role.OFFICE),
        "admin": make_person("admin", units["office"], Role.ADMIN),
        "leader": make_person("leader", units["bureau"], Role.LEADER),
        "legal": make_person("legal", units["legal"], Role.LEGAL),
        "station": make_person("station", units["station"], Role.STATION),
        "supervisor": make_person("supervisor", units["bureau"], Role.SUPERVISOR),
        "lead": make_person("lead", units["zhian"], Role.LEAD, badge_no="041001"),
        "other_lead": make_person("other_lead", units["jindu"], Role.LEAD, badge_no="041002"),
        "first": make_person("first", units["zhian"], Role.INSPECTOR, name="张建国", badge_no="041011"),
        "second": make_person("second", units["zhian"], Role.INSPECTOR, name="李卫东", badge_no="041012"),
        "stranger": make_person("stranger", units["jindu"], Role.INSPECTOR, name="王新民", badge_no="041013"),
    }
    db.session.commit()
    return Bureau(units, people)
