"""The trail: what happened, who did it, when. Audit log and job queue in one.

A use case writes its row in its own transaction; the row is the outbox from which `platform.jobs` delivers to later
stages. Rows are never changed but for the delivery columns. Details hold ids, counts and codes, no personal data.
"""

from datetime import datetime
from typing import Any, cast

from flask import g, has_request_context
from flask_login import current_user
from sqlalchemy import JSON, Index, String, Table
from sqlalchemy.orm import Mapped, mapped_column

from server.platform.clock import now
from server.platform.db import Base, Keyed, db
from server.platform.ids import new_id
from server.platform.prepared import Prepared


class TrailRow(Keyed, Base):
    """One act. `action` is `noun.past`; `subject_*` say on what; `actor_id` is null for the system."""

    __tablename__ = "trail"
    __table_args__ = (Index(None, "action", "delivered_at"), Index(None, "subject_kind", "subject_id"))

    at: Mapped[datetime]
    actor_id: Mapped[str | None] = mapped_column(String(36))
    action: Mapped[str] = mapped_column(String(80))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(80))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    reference: Mapped[str] = mapped_column(String(24))
    delivered_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    failure: Mapped[str | None] = mapped_column(String(200))


TRAIL = cast(Table, TrailRow.__table__)


def record(action: str, subject_kind: str, subject_id: str, *, actor_id: str | None = None, **detail: Any) -> str:
    """Write one act into the current transaction; the signed-in person is the actor unless another is named.

    Returns the row's id. What the transaction has written is remembered in the session: `platform.jobs` delivers it.
    """
    if actor_id is None and has_request_context() and current_user and current_user.is_authenticated:
        actor_id = current_user.id
    key = new_id()
    row = {
        "id": key,
        "at": now(),
        "actor_id": actor_id,
        "action": action,
        "subject_kind": subject_kind,
        "subject_id": subject_id,
        "detail": detail,
        "reference": g.get("reference", ""),
        "delivered_at": None,
        "attempts": 0,
        "failure": None,
    }
    _WRITING.run(row)
    db.session.info.setdefault("acts", []).append((key, action))
    return key


_WRITING = Prepared(TRAIL.insert())
