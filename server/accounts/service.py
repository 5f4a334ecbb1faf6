"""Use cases of accounts: sign in and out, enrol and revoke devices, find people."""

from collections.abc import Sequence

from flask import current_app
from flask_login import current_user
from sqlalchemy import ColumnElement, Row, select

from server.accounts import passwords, sessions
from server.accounts.models import Device, LoginSession, Person, Unit
from server.platform.auth import Actor, Role
from server.platform.clock import now
from server.platform.config import Settings
from server.platform.db import db, reading
from server.platform.errors import Problem
from server.platform.installation import installation
from server.platform.keys import ALG, Jwk, load_jwk
from server.platform.trail import record


def sign_in(login: str, password: str) -> tuple[Person, LoginSession]:
    """Open a session. Raises `login_failed` (never saying which of the two was wrong), `account_ended`, or
    `demo_closed`: the demo's passwords are known to everybody, so outside demo mode they open nothing."""
    known = _known(Person.login == login.strip())
    if not passwords.fits(password, known.password_hash if known else None) or known is None:
        raise Problem("login_failed")
    person = db.session.get_one(Person, known.id)
    if person.password_hash != known.password_hash:  # changed this very moment
        raise Problem("login_failed")
    if not sessions.is_usable(person):
        raise Problem("account_ended")
    settings: Settings = current_app.extensions["settings"]
    if installation().demo and not settings.demo:
        raise Problem("demo_closed")
    if passwords.is_outdated(person.password_hash):
        person.password_hash = passwords.hash_password(password)
    session = sessions.open_session(person)
    record("session.opened", "person", person.id, actor_id=person.id)
    return person, session


def _known(whose: ColumnElement[bool]) -> Row[str, str, str] | None:
    """Id, login and hash of a person, read without holding anything: a password takes long to check, on purpose,
    and nobody waits for it. Whoever writes afterwards looks whether the hash is still the same."""
    db.session.rollback()
    with reading():
        known = db.session.execute(select(Person.id, Person.login, Person.password_hash).where(whose)).first()
    db.session.rollback()
    return known


def signed_in_person() -> Person | None:
    """The person of this request's session, if any."""
    row = sessions.current_session() if current_user and current_user.is_authenticated else None
    return db.session.get(Person, row.person_id) if row else None


def sign_out(actor: Actor) -> None:
    sessions.close_session()
    record("session.closed", "person", actor.id)


def change_password(actor: Actor, password: str, new_password: str) -> tuple[Person, LoginSession]:
    """Takes a new password and ends every session of the person; answers with the new one of this browser.

    Raises `password_wrong`, `password_too_short`, `password_too_plain` (it holds the login, or is one letter over and
    over), `password_same`.
    """
    known = _known(Person.id == actor.id)
    if known is None or not passwords.fits(password, known.password_hash):
        raise Problem("password_wrong")
    passwords.check_new(new_password, known.login)
    if passwords.fits(new_password, known.password_hash):
        raise Problem("password_same")
    fresh = passwords.hash_password(new_password)
    person = db.session.get_one(Person, actor.id)
    if person.password_hash != known.password_hash:  # changed this very moment
        raise Problem("password_wrong")
    person.password_hash = fresh
    sessions.close_sessions_of(person.id)
    record("person.password_changed", "person", person.id)
    return person, sessions.open_session(person)


def enrol_device(actor: Actor, device_id: str, label: str, public_key: Jwk, alg: str, wrapped_key: str) -> Device:
    """Make a browser profile a device of this person. The same call twice is one device.

    Raises `device_key_invalid`, or `device_not_yours` when the id is another person's or has another key.
    """
    try:
        load_jwk(public_key)
    except (ValueError, KeyError) as error:
        raise Problem("device_key_invalid") from error
    if alg != ALG:
        raise Problem("device_key_invalid")
    known = db.session.get(Device, device_id)
    if known is not None:
        if known.person_id != actor.id or known.public_key != public_key:
            raise Problem("device_not_yours")
        known.wrapped_key = wrapped_key
        return known
    device = Device(
        id=device_id,
        person_id=actor.id,
        label=label,
        public_key=public_key,
        alg=alg,
        wrapped_key=wrapped_key,
        enrolled_at=now(),
    )
    db.session.add(device)
    db.session.flush()
    record("device.enrolled", "device", device.id)
    return device


def devices_for(actor: Actor) -> Sequence[Device]:
    """One's own devices; all for administrator and office."""
    query = select(Device).order_by(Device.enrolled_at)
    if not actor.role_set & {Role.ADMIN, Role.OFFICE}:
        query = query.where(Device.person_id == actor.id)
    return db.session.scalars(query).all()


def revoke_device(actor: Actor, device_id: str, reason: str) -> Device:
    """What the device pushes from now on is quarantined. Raises `not_found`, `not_yours`."""
    device = db.session.get(Device, device_id)
    if device is None:
        raise Problem("not_found")
    if device.person_id != actor.id and not actor.role_set & {Role.ADMIN, Role.OFFICE}:
        raise Problem("not_yours")
    if device.revoked_at is None:
        device.revoked_at = now()
        device.revoked_reason = reason
        record("device.revoked", "device", device.id)
    return device


def unit_by_code(code: str) -> Unit | None:
    return db.session.scalar(select(Unit).where(Unit.code == code))


def people_with(role: Role) -> list[Person]:
    """Active people with the role, by badge number."""
    people = db.session.scalars(select(Person).where(Person.active).order_by(Person.badge_no, Person.login))
    return [p for p in people if role in p.role_set]
