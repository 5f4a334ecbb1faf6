"""What may happen to a phone's vault: its owner forgot the password, or the browser threw it away."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from server.accounts.models import Device, VaultRecovery
from server.accounts.recovery import open_sealed, read_request, recovery_code
from server.platform.auth import Actor
from server.platform.clock import now
from server.platform.db import db
from server.platform.errors import Problem
from server.platform.keys import bureau_keys
from server.platform.trail import record


def ask_recovery(actor: Actor, device_id: str, request: str, reason: str) -> VaultRecovery:
    """Somebody of the office asks for a vault to be opened to its owner, with what the phone shows.

    The same request twice is one. Raises `not_found`, `recovery_request_wrong`, `recovery_own`.
    """
    device = db.session.get(Device, device_id)
    if device is None:
        raise Problem("not_found")
    if device.person_id == actor.id:
        raise Problem("recovery_own")
    shown = read_request(request, device_id).hex()
    known = db.session.scalar(
        select(VaultRecovery).where(
            VaultRecovery.device_id == device_id, VaultRecovery.request == shown, VaultRecovery.decided_at.is_(None)
        )
    )
    if known is not None:
        return known
    row = VaultRecovery(device=device, request=shown, reason=reason, asked_by_id=actor.id, asked_at=now())
    db.session.add(row)
    db.session.flush()
    record("vault_recovery.asked", "device", device_id, recovery=row.id)
    return row


def recoveries_waiting() -> Sequence[VaultRecovery]:
    """Those that nobody has decided yet."""
    query = select(VaultRecovery).where(VaultRecovery.decided_at.is_(None)).order_by(VaultRecovery.asked_at)
    return db.session.scalars(query).unique().all()


def decide_recovery(actor: Actor, recovery_id: str, agreed: bool) -> tuple[VaultRecovery, str | None]:
    """A second person agrees, and gets the code to read out; or refuses. The code is not kept anywhere.

    Raises `not_found`, `recovery_decided`, `recovery_needs_two`, `recovery_own`, `recovery_impossible`.
    """
    row = db.session.scalar(
        select(VaultRecovery).where(VaultRecovery.id == recovery_id).with_for_update(of=VaultRecovery)
    )
    if row is None:
        raise Problem("not_found")
    if row.decided_at is not None:
        raise Problem("recovery_decided")
    if row.asked_by_id == actor.id:
        raise Problem("recovery_needs_two")
    if row.device.person_id == actor.id:
        raise Problem("recovery_own")
    code = _code(row.device, bytes.fromhex(row.request)) if agreed else None
    row.decided_by_id, row.decided_at, row.agreed = actor.id, now(), agreed
    record("vault_recovery.decided", "device", row.device_id, recovery=row.id, agreed=agreed)
    return row, code


def recover_at_server(device_id: str, request: str, reason: str) -> str:
    """The same by whoever keeps the server, when the office has no second person: the trail says so.

    Raises `not_found`, `recovery_request_wrong`, `recovery_impossible`.
    """
    device = db.session.get(Device, device_id)
    if device is None:
        raise Problem("not_found")
    code = _code(device, read_request(request, device_id))
    record("vault_recovery.at_server", "device", device_id, reason=reason)
    return code


def _code(device: Device, request: bytes) -> str:
    return recovery_code(open_sealed(bureau_keys().recovery, device.wrapped_key, device.id), request, device.id)


def tell_loss(actor: Actor, device_id: str) -> Device:
    """A phone found that its vault is gone; whoever signs in there next tells. Telling twice changes nothing.

    Nothing is taken from the device: it may still turn up, and what it sends then is accepted. Raises `not_found`.
    """
    device = db.session.get(Device, device_id)
    if device is None:
        raise Problem("not_found")
    if device.lost_at is None:
        device.lost_at, device.lost_told_by_id = now(), actor.id
        record("vault.lost", "device", device.id)
    return device


def lost_devices(ids: Collection[str]) -> set[str]:
    """Those among the devices whose vault is gone."""
    return set(db.session.scalars(select(Device.id).where(Device.id.in_(ids), Device.lost_at.is_not(None))))
