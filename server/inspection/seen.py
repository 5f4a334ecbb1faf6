"""When a phone was last heard of: every push and every pull counts, at most one row written a minute."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.exc import DBAPIError

from server.accounts.models import Device
from server.core.journal.values import UUID
from server.platform.auth import Actor
from server.platform.clock import now
from server.platform.db import db, transaction
from server.platform.errors import Problem
from server.platform.prepared import Prepared

EVERY = timedelta(minutes=1)


def is_stale(seen_at: datetime | None) -> bool:
    """Whether what is known of a device's last contact is so old that it is written anew."""
    return seen_at is None or now() - seen_at >= EVERY


def note_seen(devices: Iterable[str]) -> None:
    """Write it, in the caller's transaction."""
    _SEEN.run_many({"key": key, "at": now()} for key in devices)


def is_news(actor: Actor, device_id: str) -> bool:
    """Whether it is worth writing that this device of the actor asks for something.

    Raises `other_person` for somebody else's: in another tab of that browser another person has signed in since, and
    what is meant for her must not get into his vault.
    """
    row = _STANDING.first({"key": device_id}) if UUID(device_id) else None
    if row is None:
        return False
    if row.person_id != actor.id:
        raise Problem("other_person")
    return is_stale(row.last_seen_at)


def heard_of(device_id: str) -> None:
    """For requests that only read: what is written has a transaction of its own, after whatever was read."""
    db.session.rollback()
    # A disk that is full, a writer that holds on: what was read goes to the phone all the same.
    with suppress(DBAPIError), transaction():
        note_seen([device_id])


_DEVICES = cast(Table, Device.__table__)
_SEEN = Prepared(update(_DEVICES).where(_DEVICES.c.id == bindparam("key")).values(last_seen_at=bindparam("at")))
_STANDING = Prepared(select(_DEVICES.c.person_id, _DEVICES.c.last_seen_at).where(_DEVICES.c.id == bindparam("key")))
