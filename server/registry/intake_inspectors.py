"""The inspector registry from Excel. Who is new gets an account with a password that is shown once."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from server.accounts.bureau import NewAccount, add_person
from server.accounts.models import Person, Unit
from server.platform.auth import Role
from server.platform.clock import today
from server.platform.db import db
from server.platform.errors import Problem
from server.registry.intake_tally import Tally
from server.registry.models import (
    DeclaredInterest,
    InspectionItem,
    Inspector,
    InspectorStatus,
    Leave,
    Subject,
)
from server.registry.sheets import Records, unique

LEAVE_KIND = "请假"
Row = dict[str, Any]


def take_inspectors(records: Records, accounts: list[NewAccount]) -> Tally:
    """Store the inspectors; refuses unknown units, items and premises, and a certificate that somebody else has."""
    units = {unit.name: unit for unit in db.session.scalars(select(Unit))}
    items = set(db.session.scalars(select(InspectionItem.code)))
    tally = Tally()
    for number, row in unique(records, "badge_no", "badge_no"):
        subjects = _check(number, row, units, items, records)
        if subjects is not None:
            person = _person(row, units[row["unit"]], accounts)
            _store(row, person, subjects, tally)
    return tally


def _check(number: int, row: Row, units: Mapping[str, Unit], items: set[str], records: Records) -> list[Subject] | None:
    """The premises of the declared interests when all is well, else None and the refusals."""
    before = len(records.refusals)
    if row["unit"] not in units:
        records.refuse(number, "所属单位", row["unit"], Problem("unit_unknown"))
    unknown = [code for code in row["competences"] if code not in items]
    if unknown:
        records.refuse(number, "可检查事项编码", "、".join(unknown), Problem("item_unknown"))
    holder = db.session.scalar(select(Inspector).where(Inspector.cert_no == row["cert_no"]))
    if holder is not None and holder.person.badge_no != row["badge_no"]:
        records.refuse(number, "执法证号", row["cert_no"], Problem("certificate_taken"))
    first, last = row.get("leave_from"), row.get("leave_to")
    if (first is None) != (last is None) or (first and last and last < first):
        records.refuse(number, "请假止", str(last or ""), Problem("dates_reversed"))
    subjects = []
    for told in row.get("interests", []):
        found = _premises(told)
        if found is None:
            records.refuse(number, "利害关系对象", told, Problem("subject_unknown"))
        else:
            subjects.append(found)
    return None if len(records.refusals) > before else subjects


def _premises(told: str) -> Subject | None:
    code, _, site = told.upper().partition("#")
    query = select(Subject).where(Subject.code == code, Subject.site == site if site else Subject.site.is_(None))
    return db.session.scalar(query)


def _person(row: Row, unit: Unit, accounts: list[NewAccount]) -> Person:
    person = db.session.scalar(select(Person).where(Person.badge_no == row["badge_no"]))
    if person is None:
        account = add_person(row["badge_no"], row["name"], unit.name, [Role.INSPECTOR], badge_no=row["badge_no"])
        accounts.append(account)
        person = db.session.scalars(select(Person).where(Person.badge_no == row["badge_no"])).one()
    if Role.INSPECTOR not in person.roles:
        person.roles = [*person.roles, Role.INSPECTOR]
    person.name, person.unit_id = row["name"], unit.id
    return person


def _store(row: Row, person: Person, subjects: list[Subject], tally: Tally) -> None:
    columns = {
        "cert_no": row["cert_no"],
        "cert_expires_on": row["cert_expires_on"],
        "competences": sorted(row["competences"]),
        "senior": row.get("senior", False),
        "household": row.get("household"),
        "status": row.get("status", InspectorStatus.ACTIVE),
    }
    inspector = db.session.scalar(select(Inspector).where(Inspector.person_id == person.id))
    fresh = inspector is None
    if inspector is None:
        inspector = Inspector(person_id=person.id, **columns)
        db.session.add(inspector)
        db.session.flush()
    changed = any(getattr(inspector, name) != value for name, value in columns.items())
    for name, value in columns.items():
        setattr(inspector, name, value)
    changed |= _store_leave(inspector, row) | _store_interests(inspector, subjects)
    db.session.flush()
    tally.made += fresh
    tally.changed += changed and not fresh
    tally.same += not changed and not fresh


def _store_leave(inspector: Inspector, row: Row) -> bool:
    first, last = row.get("leave_from"), row.get("leave_to")
    if first is None or any((leave.from_on, leave.to_on) == (first, last) for leave in inspector.leaves):
        return False
    inspector.leaves.append(Leave(from_on=first, to_on=last, kind=LEAVE_KIND))
    return True


def _store_interests(inspector: Inspector, subjects: list[Subject]) -> bool:
    known = {interest.subject_id for interest in inspector.interests if interest.ended_on is None}
    fresh = [subject for subject in subjects if subject.id not in known]
    for subject in fresh:
        inspector.interests.append(DeclaredInterest(subject_id=subject.id, relation="名录库导入", declared_on=today()))
    return bool(fresh)
