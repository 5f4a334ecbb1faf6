"""Sessions on the server: a random token in the cookie, its hash in the table, a fresh one at each login.

Flask-Login asks `load_from_request` who is there; nothing is kept in Flask's client-side session.
"""

import hashlib
import secrets
from datetime import timedelta

from flask import Flask, Request, Response, current_app, g, request
from flask_login import LoginManager
from sqlalchemy import bindparam, delete, select

from server.accounts.models import LoginSession, Person
from server.platform.clock import now, today
from server.platform.config import Settings
from server.platform.db import db


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


def current_session() -> LoginSession | None:
    row: LoginSession | None = g.get("login_session")
    return row


def load_from_request(incoming: Request) -> Person | None:
    """The person behind the cookie: session alive, account active and not expired."""
    token = incoming.cookies.get(cookie_name())
    if not token:
        return None
    found = db.session.execute(_FINDING, {"token": _digest(token)}).one_or_none()
    if found is None:
        return None
    row, person = found
    if row.expires_at <= now() or not is_usable(person):
        return None
    g.login_session = row
    g.csrf = row.csrf
    return person


# Every request asks this: one statement, built once.
_FINDING = (
    select(LoginSession, Person)
    .join(Person, Person.id == LoginSession.person_id)
    .where(LoginSession.token_sha256 == bindparam("token"))
)


def is_usable(person: Person) -> bool:
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
    app.after_request(_keep_cookie)
