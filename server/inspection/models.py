"""The journal's tables: one head per inspection, narrow rows of entries and runs.

An entry's body is its canonical JSON without the id, exactly the bytes that were hashed. What a phone has not seen yet
is told by `feed`: a counter per inspection that a push raises while it holds the head's row, so that whoever reads the
head knows that everything up to its count is there (a bare sequence or a timestamp would skip what a slower
transaction commits later).

Ids are hashes, which lie anywhere in an index. The keys begin with the inspection, so that what one push brings
lies together: a few pages of the index are written, not one for each entry.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, PrimaryKeyConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.platform.db import Base


class Status(StrEnum):
    """Accepted entries are part of the journal (late ones too: the fold says so); held ones are quarantined."""

    ACCEPTED = "accepted"
    HELD = "held"


class InspectionHead(Base):
    """What a push has to know before it folds anything. The id is the task's.

    `closed` from the server's receipt of a round to the lead's return; `pending_submit` while a submission waits for
    entries it covers; `server_seq` and `server_tip` are the end of the server's own chain.
    """

    __tablename__ = "inspection"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    feed: Mapped[int] = mapped_column(default=0)
    round: Mapped[int] = mapped_column(default=1)
    closed: Mapped[bool] = mapped_column(default=False)
    pending_submit: Mapped[bool] = mapped_column(default=False)
    server_seq: Mapped[int] = mapped_column(default=0)
    server_tip: Mapped[str | None] = mapped_column(String(64))
    signed_off_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]


class JournalEntry(Base):
    """One statement. `code` says why it is held, or that it came late; `sha256` the evidence it names."""

    __tablename__ = "journal_entry"
    __table_args__ = (
        CheckConstraint("status IN ('accepted', 'held')", name="status"),
        PrimaryKeyConstraint("inspection_id", "id"),
        Index(None, "inspection_id", "feed"),
    )

    id: Mapped[str] = mapped_column(String(64))
    inspection_id: Mapped[str] = mapped_column(String(36))
    device_id: Mapped[str] = mapped_column(String(36))
    seq: Mapped[int]
    status: Mapped[str] = mapped_column(String(8))
    code: Mapped[str | None] = mapped_column(String(40))
    feed: Mapped[int | None]
    sha256: Mapped[str | None] = mapped_column(String(64))
    pushed_by: Mapped[str | None] = mapped_column(String(36))
    received_at: Mapped[datetime]
    body: Mapped[str] = mapped_column(Text)


class JournalRun(Base):
    """A signed run, known by the hash of what is signed: a device may sign the same ids twice."""

    __tablename__ = "journal_run"
    __table_args__ = (PrimaryKeyConstraint("inspection_id", "id"), Index(None, "inspection_id", "feed"))

    id: Mapped[str] = mapped_column(String(64))
    inspection_id: Mapped[str] = mapped_column(String(36))
    feed: Mapped[int]
    body: Mapped[str] = mapped_column(Text)


class Parcel(Base):
    """A file that was taken in, known by the hash of its header: the same file twice is one row.

    `refusals` are entries that were not plainly accepted: `{"id", "status", "code"}`; `faults` evidence that could not
    be kept: `{"inspection", "sha256", "code"}`. Accepted entries and stored bytes stand in their own tables.
    """

    __tablename__ = "parcel"
    __table_args__ = (Index(None, "taken_at"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"))
    taken_by_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    taken_at: Mapped[datetime]
    packed_at: Mapped[str] = mapped_column(String(40))
    entries: Mapped[int]
    evidence: Mapped[int]
    inspections: Mapped[list[str]] = mapped_column(JSON)
    refusals: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    faults: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
