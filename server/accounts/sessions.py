"""Sessions on the server: a random token in the cookie, its hash in the table, a fresh one at each login.

Flask-Login asks `load_from_request` who is there; nothing is kept in Flask's client-side session.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol, cast

from flask import Flask, Request, Response, current_app, g, request
from flask_login import LoginManager, UserMixin
from sqlalchemy import Table, bindparam, delete, select

from server.accounts.models import LoginSession, Person
from server.platform.auth import Role
from server.platform.clock import now, today
from server.platform.config import Settings
from server.platform.db import db
from server.platform.prepared import Prepared


@dataclass(frozen=True)
class SignedIn(UserMixin):
    """The person of this request, as `Actor` wants it: read with the session, one statement per request."""

    id: str
    name: str
    unit_id: str
    role_set: frozenset[Role]


@dataclass(frozen=True)
class OpenSession:
    """The session of this request."""

    person_id: str
    csrf: str
    expires_at: datetime


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


def cookie_name() -> str:
    """`__Host-` binds the cookie to this host and to TLS; without TLS browsers refuse that prefix."""
    return "__Host-suicha" if _settings().secure else "suicha"


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def open_session(person: Person) -> LoginSession:
    """A new session; the old one of this browser ends. `keep_cookie` sends its token with the answer."""
    close_session()
    token = secrets.token_urlsafe(32)
    row = LoginSession(
        token_sha256=_digest(token),
        person_id=person.id,
        csrf=secrets.token_urlsafe(24),
        created_at=now(),
        expires_at=now() + timedelta(hours=_settings().session_hours),
    )
    db.session.add(row)
    db.session.execute(delete(LoginSession).where(LoginSession.expires_at < now()))
    db.session.flush()
    g.session_cookie = token
    return row


def close_session() -> None:
    """End this browser's session, here and in its cookie."""
    token = request.cookies.get(cookie_name())
    if token:
        db.session.execute(delete(LoginSession).where(LoginSession.token_sha256 == _digest(token)))
        g.session_cookie = ""


def close_sessions_of(person_id: str) -> None:
    db.session.execute(delete(LoginSession).where(LoginSession.person_id == person_id))


def current_session() -> OpenSession | None:
    row: OpenSession | None = g.get("login_session")
    return row


def load_from_request(incoming: Request) -> SignedIn | None:
    """The person behind the cookie: session alive, account active and not expired."""
    token = incoming.cookies.get(cookie_name())
    if not token:
        return None
    row = _FINDING.first({"token": _digest(token)})
    if row is None or row.expires_at <= now() or not is_usable(row):
        return None
    g.login_session = OpenSession(row.id, row.csrf, row.expires_at)
    g.csrf = row.csrf
    return SignedIn(row.id, row.name, row.unit_id, frozenset(map(Role, row.roles)))


_SESSIONS, _PEOPLE = cast(Table, LoginSession.__table__), cast(Table, Person.__table__)
# Every request asks this.
_FINDING = Prepared(
    select(
        _SESSIONS.c.csrf,
        _SESSIONS.c.expires_at,
        *(_PEOPLE.c[name] for name in ("id", "name", "unit_id", "roles", "active", "valid_until")),
    )
    .join(_PEOPLE, _PEOPLE.c.id == _SESSIONS.c.person_id)
    .where(_SESSIONS.c.token_sha256 == bindparam("token"))
)


class Account(Protocol):
    """What decides whether somebody may sign in."""

    @property
    def active(self) -> bool: ...
    @property
    def valid_until(self) -> date | None: ...


def is_usable(person: Account) -> bool:
    return person.active and (person.valid_until is None or person.valid_until >= today())


def _keep_cookie(answer: Response) -> Response:
    token = g.pop("session_cookie", None)
    if token is None:
        return answer
    settings = _settings()
    if token == "":
        answer.delete_cookie(cookie_name(), path="/", secure=settings.secure, httponly=True, samesite="Strict")
    else:
        answer.set_cookie(
            cookie_name(),
            token,
            max_age=settings.session_hours * 3600,
            path="/",
            secure=settings.secure,
            httponly=True,
            samesite="Strict",
        )
    return answer


def init_sessions(app: Flask) -> None:
    manager = LoginManager(app)
    manager.request_loader(load_from_request)
    manager.session_protection = None  # watches over Flask's own session, in which nothing is kept
    app.after_request(_keep_cookie)
