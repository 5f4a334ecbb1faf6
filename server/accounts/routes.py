"""Sessions and devices over HTTP."""

from typing import Any

from flask import Flask, current_app, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from server.accounts import restores, service, vaults
from server.accounts.demo_accounts import demo_accounts
from server.accounts.models import Device, Person
from server.accounts.schemas import (
    Credentials,
    DecidedRecovery,
    DeviceAnswer,
    NewDevice,
    NewPassword,
    NewRecovery,
    RecoveryAnswer,
    RecoveryDecision,
    RestoreAnswer,
    Revocation,
    SessionAnswer,
)
from server.accounts.sessions import current_session, init_sessions
from server.platform.auth import ANYONE_SIGNED_IN, Role, access, actor
from server.platform.clock import iso, now
from server.platform.config import Settings
from server.platform.installation import installation
from server.platform.keys import bureau_keys
from server.platform.stage import Done, Nothing, stage_blueprint

blp = stage_blueprint("accounts", "/api")


def _account_tried() -> str:
    """Throttle by the account that is tried, whatever address tries it."""
    body = request.get_json(silent=True)
    login = body.get("login", "") if isinstance(body, dict) else ""
    return f"login:{str(login)[:60].strip().lower()}"


class Throttle(Limiter):
    """Limits stand on single routes; the look before every other request would find none and is left out."""

    def _check_request_limit(self, callable_name: str | None = None, in_middleware: bool = True) -> None:
        if not in_middleware:
            super()._check_request_limit(callable_name, in_middleware)


limiter = Throttle(get_remote_address, storage_uri="memory://", headers_enabled=True, strategy="moving-window")


def _tries() -> str:
    settings: Settings = current_app.extensions["settings"]
    return settings.login_tries


def _session_answer(person: Person | None) -> dict[str, Any]:
    settings: Settings = current_app.extensions["settings"]
    here = installation()
    row = current_session()
    return {
        "person": person,
        "csrf": row.csrf if row and person else None,
        "expires_at": iso(row.expires_at) if row and person else None,
        "server_time": iso(now()),
        "epoch": here.epoch,
        "bureau": {"name": here.bureau_name, "short": here.bureau_short, "division_code": here.division_code},
        "keys": {"bureau": bureau_keys().signing_jwk, "recovery": bureau_keys().recovery_jwk},
        "limits": {
            "photo_bytes": settings.photo_bytes,
            "chunk_bytes": settings.chunk_bytes,
            "offline_hours": settings.offline_hours,
            "evening_hour": settings.evening_hour,
        },
        "demo": {"accounts": demo_accounts()} if here.demo and settings.demo else None,
    }


@blp.get("/session")
@access(public=True)
@blp.response(200, SessionAnswer)
def read_session() -> dict[str, Any]:
    """Who is signed in here, and what the app must know of this installation."""
    return _session_answer(service.signed_in_person())


@blp.post("/session")
@access(public=True, csrf=False)
@limiter.limit(_tries, key_func=_account_tried)
@limiter.limit("60 per minute")
@blp.arguments(Credentials)
@blp.response(200, SessionAnswer)
def sign_in(credentials: dict[str, str]) -> dict[str, Any]:
    """Sign in; the cookie carries the session."""
    person, session = service.sign_in(**credentials)
    answer = _session_answer(person)
    return answer | {"csrf": session.csrf, "expires_at": iso(session.expires_at)}


@blp.delete("/session")
@access(*ANYONE_SIGNED_IN)
@blp.response(200, Done)
def sign_out() -> dict[str, Any]:
    """Sign out. What waits on a phone stays there."""
    service.sign_out(actor())
    return {}


@blp.post("/session/password")
@access(*ANYONE_SIGNED_IN)
@limiter.limit("10 per minute", key_func=lambda: f"password:{actor().id}")
@blp.arguments(NewPassword)
@blp.response(200, SessionAnswer)
def change_password(change: dict[str, str]) -> dict[str, Any]:
    """A new password of one's own. Every other session of this person ends; this one goes on under a new token."""
    person, session = service.change_password(actor(), change["password"], change["new_password"])
    return _session_answer(person) | {"csrf": session.csrf, "expires_at": iso(session.expires_at)}


@blp.post("/devices")
@access(Role.INSPECTOR, Role.LEAD)
@blp.arguments(NewDevice)
@blp.response(200, DeviceAnswer)
def enrol_device(new: dict[str, Any]) -> Device:
    """Enrol this browser profile as a device of the signed-in person; repeating it is harmless."""
    return service.enrol_device(actor(), new["id"], new["label"], new["public_key"], new["alg"], new["wrapped_key"])


@blp.get("/devices")
@access(*ANYONE_SIGNED_IN)
@blp.response(200, DeviceAnswer(many=True))
def list_devices() -> Any:
    """One's own devices; all for office and administrator."""
    return service.devices_for(actor())


@blp.post("/devices/<device_id>/revocation")
@access(Role.INSPECTOR, Role.LEAD, Role.ADMIN, Role.OFFICE)
@blp.arguments(Revocation)
@blp.response(200, DeviceAnswer)
def revoke_device(body: dict[str, str], device_id: str) -> Device:
    """Revoke a device: what it sends from now on is kept apart."""
    return service.revoke_device(actor(), device_id, body["reason"])


@blp.post("/devices/<device_id>/loss")
@access(Role.INSPECTOR, Role.LEAD)
@blp.arguments(Nothing)
@blp.response(200, DeviceAnswer)
def tell_loss(_: dict[str, Any], device_id: str) -> Device:
    """The vault of this device was found gone: the office and the leads of its inspections are told."""
    return vaults.tell_loss(actor(), device_id)


@blp.get("/vault-recoveries")
@access(Role.ADMIN, Role.OFFICE)
@blp.response(200, RecoveryAnswer(many=True))
def list_recoveries() -> Any:
    """Recoveries that wait for a second person."""
    return vaults.recoveries_waiting()


@blp.post("/vault-recoveries")
@access(Role.ADMIN, Role.OFFICE)
@blp.arguments(NewRecovery)
@blp.response(201, RecoveryAnswer)
def ask_recovery(body: dict[str, str]) -> Any:
    """Ask for a vault to be opened to its owner again, with the request that the phone shows."""
    return vaults.ask_recovery(actor(), body["device"], body["request"], body["reason"])


@blp.post("/vault-recoveries/<recovery_id>/decision")
@access(Role.ADMIN, Role.OFFICE)
@blp.arguments(RecoveryDecision)
@blp.response(200, DecidedRecovery)
def decide_recovery(body: dict[str, bool], recovery_id: str) -> dict[str, Any]:
    """Agree, as the second person, and get the code to read out; it is shown this once."""
    row, code = vaults.decide_recovery(actor(), recovery_id, body["agreed"])
    return {"recovery": row, "code": code}


@blp.get("/restores")
@access(Role.OFFICE, Role.LEAD, Role.LEADER, Role.LEGAL, Role.ADMIN)
@blp.response(200, RestoreAnswer(many=True))
def list_restores() -> Any:
    """Restores from a backup after which nobody has yet looked at the decisions that it lacks."""
    return restores.restores_waiting()


@blp.post("/restores/<restore_id>/check")
@access(Role.OFFICE)
@blp.arguments(Nothing)
@blp.response(200, Done)
def check_restore(_: dict[str, Any], restore_id: str) -> dict[str, Any]:
    """Say that the decisions which the backup lacks were looked at and made again; repeating it is harmless."""
    restores.check_restore(restore_id)
    return {}


def init_app(app: Flask) -> None:
    """Flask-Login and the throttle."""
    init_sessions(app)
    limiter.init_app(app)
