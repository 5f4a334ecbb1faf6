"""Setting up a real bureau: its units, its first people. No password is known before it is printed, once."""

import secrets
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from server.accounts.models import Person, Unit, UnitKind
from server.accounts.passwords import hash_password
from server.accounts.sessions import close_sessions_of
from server.platform.auth import Role
from server.platform.db import Base, db
from server.platform.errors import Problem
from server.platform.installation import Installation
from server.platform.trail import record

_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class NewAccount:
    """An account made just now, and its first password: nobody can read it again."""

    login: str
    name: str
    password: str


def one_time_password() -> str:
    """Sixteen characters that can be read out without mistakes, 79 bits."""
    letters = "".join(secrets.choice(_READABLE) for _ in range(16))
    return "-".join(letters[at : at + 4] for at in range(0, 16, 4))


def create_bureau(name: str, short: str, division_code: str, *, replace_demo: bool = False) -> list[NewAccount]:
    """Make the bureau, its office and legal office, and the accounts `admin` and `office`.

    `short` is the bureau's word in document numbers (叶公). Raises `bureau_exists`; `bureau_is_demo` when the database
    holds the demo and `replace_demo` was not asked: with it everything in the database is erased first.
    """
    here = db.session.get(Installation, 1)
    if here is not None and not here.demo:
        raise Problem("bureau_exists", name=here.bureau_name)
    if here is not None and not replace_demo:
        raise Problem("bureau_is_demo")
    if here is not None:
        _erase_everything()
    db.session.add(Installation(bureau_name=name, bureau_short=short, division_code=division_code))
    root = Unit(
        code=division_code.ljust(12, "0"), name=name, short=short, kind=UnitKind.BUREAU, division_code=division_code
    )
    db.session.add(root)
    db.session.flush()
    office = add_unit("局办公室", "办", UnitKind.OFFICE)
    add_unit("法制室", "法", UnitKind.LEGAL)
    record("bureau.created", "installation", "1")
    return [
        add_person("admin", "系统管理员", office.name, [Role.ADMIN]),
        add_person("office", "局办公室", office.name, [Role.OFFICE]),
    ]


def _erase_everything() -> None:
    for table in reversed(Base.metadata.sorted_tables):
        db.session.execute(table.delete())
    db.session.expunge_all()


def add_unit(name: str, short: str, kind: UnitKind) -> Unit:
    """Make a unit under the bureau. Raises `bureau_missing`, `unit_exists`."""
    root = db.session.scalar(select(Unit).where(Unit.kind == UnitKind.BUREAU))
    if root is None:
        raise Problem("bureau_missing")
    units = db.session.scalars(select(Unit)).all()
    if any(unit.name == name for unit in units):
        raise Problem("unit_exists", name=name)
    unit = Unit(
        code=f"{root.division_code}-u{len(units):03d}",
        name=name,
        short=short,
        kind=kind,
        division_code=root.division_code,
        parent_id=root.id,
    )
    db.session.add(unit)
    db.session.flush()
    return unit


def add_person(
    login: str,
    name: str,
    unit_name: str,
    roles: list[Role],
    *,
    badge_no: str | None = None,
    valid_until: date | None = None,
) -> NewAccount:
    """Make an account with a one-time password. Raises `login_taken`, `badge_taken`, `no_such_unit`."""
    unit = db.session.scalar(select(Unit).where(Unit.name == unit_name))
    if unit is None:
        raise Problem("no_such_unit", name=unit_name)
    if db.session.scalar(select(Person).where(Person.login == login)):
        raise Problem("login_taken", login=login)
    if badge_no and db.session.scalar(select(Person).where(Person.badge_no == badge_no)):
        raise Problem("badge_taken", badge=badge_no)
    password = one_time_password()
    person = Person(
        login=login,
        name=name,
        password_hash=hash_password(password),
        unit=unit,
        badge_no=badge_no,
        roles=[Role(role) for role in roles],
        valid_until=valid_until,
    )
    db.session.add(person)
    db.session.flush()
    record("person.created", "person", person.id)
    return NewAccount(login, name, password)


def new_password(login: str) -> NewAccount:
    """Give an account a new one-time password and end its sessions. Raises `no_such_login`."""
    person = db.session.scalar(select(Person).where(Person.login == login))
    if person is None:
        raise Problem("no_such_login", login=login)
    password = one_time_password()
    person.password_hash = hash_password(password)
    close_sessions_of(person.id)
    record("person.password_reset", "person", person.id)
    return NewAccount(login, person.name, password)
