"""Who may call what: every route declares it, or the app refuses to start.

`@access(Role.OFFICE)` on a view is its policy. The factory walks the URL map, wraps each view with the check of
session, role and CSRF token, and puts each write into one transaction. What a role may see of whose things is
decided in the services, which get the actor.
"""

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any, Protocol, TypeVar, cast

from flask import Flask, g, request
from flask_login import current_user

from server.platform.db import db, reading
from server.platform.errors import Problem


class Role(StrEnum):
    """What a person does here. A person may hold several."""

    INSPECTOR = "inspector"
    LEAD = "lead"
    LEADER = "leader"
    OFFICE = "office"
    LEGAL = "legal"
    STATION = "station"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


ANYONE_SIGNED_IN = tuple(Role)


class Actor(Protocol):
    """The person behind a request, as far as the platform needs to know."""

    id: str
    name: str
    unit_id: str

    @property
    def role_set(self) -> frozenset[Role]: ...


@dataclass(frozen=True)
class Access:
    """A route's policy. No roles and `public`: anyone. `answers` says what it sends where no schema does."""

    roles: frozenset[Role]
    public: bool
    answers: str | None
    csrf: bool


View = TypeVar("View", bound=Callable[..., Any])


def access(*roles: Role, public: bool = False, answers: str | None = None, csrf: bool = True) -> Callable[[View], View]:
    """Declare who may call a view.

    `answers` names what is sent when it is not JSON of a schema ("pdf", "file", "tus"); `csrf=False` only where no
    session exists yet.
    """
    if public == bool(roles):
        raise ValueError("a route is public or names its roles")

    def declare(view: View) -> View:
        view.__access__ = Access(frozenset(roles), public, answers, csrf)  # type: ignore[attr-defined]
        return view

    return declare


def policy_of(view: Callable[..., Any]) -> Access | None:
    """The policy that a view declares."""
    return getattr(view, "__access__", None)


def actor() -> Actor:
    """The signed-in person of this request. Raises `signed_out`."""
    if not current_user.is_authenticated:
        raise Problem("signed_out")
    return cast(Actor, current_user._get_current_object())


SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def _check(policy: Access) -> None:
    if not policy.public and not (actor().role_set & policy.roles):
        raise Problem("not_allowed")
    if request.method in SAFE or not policy.csrf:
        return
    origin = request.headers.get("Origin")
    if origin and origin != request.host_url.rstrip("/"):
        raise Problem("csrf_failed")
    given = request.headers.get("X-CSRF-Token", "")
    if not hmac.compare_digest(g.get("csrf") or secrets.token_hex(), given):
        raise Problem("csrf_failed")


def _guarded(view: Callable[..., Any], policy: Access) -> Callable[..., Any]:
    @wraps(view)
    def read(*args: Any, **kwargs: Any) -> Any:
        with reading():
            _check(policy)
            return view(*args, **kwargs)

    @wraps(view)
    def write(*args: Any, **kwargs: Any) -> Any:
        try:
            with reading():
                _check(policy)
            # The body is still to come, from a phone on 2G perhaps: nothing may be held while it arrives.
            db.session.rollback()
            answer = view(*args, **kwargs)
            db.session.commit()
            return answer
        except BaseException:
            db.session.rollback()
            raise

    @wraps(view)
    def by_method(*args: Any, **kwargs: Any) -> Any:
        return (read if request.method in SAFE else write)(*args, **kwargs)

    return by_method


def guard_routes(app: Flask) -> None:
    """Wrap every view by its policy. Raises RuntimeError that names each route without policy, answer or schema."""
    faults: list[str] = []
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        policy = policy_of(view)
        if policy is None:
            faults.append(f"{rule.rule}: declares no access")
            continue
        doc = getattr(view, "_apidoc", {})
        if policy.answers is None and "response" not in doc:
            faults.append(f"{rule.rule}: declares no answer")
        writes = (rule.methods or set()) - SAFE
        if writes - {"DELETE"} and policy.answers is None and "arguments" not in doc:
            faults.append(f"{rule.rule}: declares no schema for what it takes")
    if faults:
        raise RuntimeError("routes without policy:\n" + "\n".join(sorted(faults)))
    for endpoint, view in list(app.view_functions.items()):
        app.view_functions[endpoint] = _guarded(view, cast(Access, policy_of(view)))
