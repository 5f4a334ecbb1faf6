"""Heads of inspections: the row a push holds while it writes. Plain values and one statement each, because every push
pays for them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, select, update

from server.inspection.models import InspectionHead
from server.platform.clock import now
from server.platform.db import db
from server.platform.once import upsert
from server.platform.prepared import Prepared

_TABLE = cast(Table, InspectionHead.__table__)


@dataclass
class Head:
    """The columns of `InspectionHead`, as a push reads and changes them."""

    id: str
    feed: int
    round: int
    closed: bool
    pending_submit: bool
    server_seq: int
    server_tip: str | None
    signed_off_at: datetime | None
    changed_at: datetime


def head_of(inspection_id: str) -> Head | None:
    """The head as it is; None before the first entry arrived."""
    row = db.session.execute(select(*_TABLE.c).where(_TABLE.c.id == inspection_id)).one_or_none()
    return Head(**row._mapping) if row else None


def lock_heads(inspection_ids: Iterable[str]) -> dict[str, Head]:
    """The heads of these inspections, made where missing, ours until the transaction ends.

    Always in the order of their ids, so that two pushes cannot wait for each other. Inserting with a conflict clause
    that changes nothing locks and returns the row in one statement, whether it was there or not.
    """
    heads = {}
    for key in sorted(set(inspection_ids)):
        heads[key] = Head(*_locking.first(vars(Head(key, 0, 1, False, False, 0, None, None, now()))))
    return heads


@Prepared
def _locking(dialect_key: str) -> Any:
    made = upsert(InspectionHead, dialect_key)
    return made.on_conflict_do_update(index_elements=["id"], set_={"feed": _TABLE.c.feed}).returning(*_TABLE.c)


def save_head(head: Head) -> None:
    """Write a head that was locked."""
    head.changed_at = now()
    _SAVING.run(vars(head))


_SAVING = Prepared(
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("id"))
    .values({column.name: bindparam(column.name) for column in _TABLE.c if not column.primary_key})
)
