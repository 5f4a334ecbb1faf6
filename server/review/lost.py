"""Vaults that were found gone: what the server still has of them, and what it knows that it never got."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from server.accounts.models import Device
from server.core.journal.chain import covers_of
from server.core.journal.types import Entry
from server.dispatch.service import people_of
from server.platform.db import db
from server.review.looking import Looked


def lost_vaults(looked: Looked) -> list[dict[str, Any]]:
    """The lost phones of an inspection: `{"device", "person_name", "lost_at", "last_seq", "missing"}`.

    `last_seq` is the last statement that arrived, 0 for none; `missing` counts those that others have seen and the
    server has not. What nobody else saw, nobody can count: the screen says so.
    """
    speaking = {entry["device"] for entry in looked.entries}
    query = select(Device).where(Device.lost_at.is_not(None)).order_by(Device.id)
    rows = db.session.scalars(
        query.where(Device.id.in_(speaking) | Device.person_id.in_(people_of(looked.task)))
    ).unique()
    since = looked.task.dispatched_at
    return [
        {
            "device": device.id,
            "person_name": device.person.name,
            "lost_at": device.lost_at,
            "last_seq": _last_seq(looked.entries, device.id),
            "missing": _missing(looked.entries, device.id),
        }
        for device in rows
        if device.id in speaking or (device.lost_at is not None and device.lost_at >= since)
    ]


def _last_seq(entries: Sequence[Entry], device: str) -> int:
    return max((entry["seq"] for entry in entries if entry["device"] == device), default=0)


def _missing(entries: Sequence[Entry], device: str) -> int:
    """From the highest number that anybody has seen of this chain, less what is here."""
    here = {entry["seq"] for entry in entries if entry["device"] == device}
    seen = [covers[device][0] for covers in map(covers_of, entries) if device in covers]
    return max(0, max([*seen, *here], default=0) - len(here))
