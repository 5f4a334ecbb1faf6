"""Editions of checklists with the days from which they hold, switches beyond the core, checked law text, and pins.

Everything is added, nothing is changed or deleted: what held on a day can be told years later. A schedule alone gets
its decision written into it, once.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.accounts.models import Person
from server.platform.db import Base, Keyed


class Origin(StrEnum):
    """`shipped`: came with the software; `uploaded`: brought by the office."""

    SHIPPED = "shipped"
    UPLOADED = "uploaded"


class ScheduleState(StrEnum):
    """The office proposes, the 法制室 approves or refuses; the office may withdraw what is not in force yet."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class ChecklistEdition(Base):
    """A checklist whole, also what is switched off: canonical JSON, known by its SHA-256. `source` is the YAML."""

    __tablename__ = "checklist_edition"
    __table_args__ = (Index(None, "definition_id"),)

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    definition_id: Mapped[str] = mapped_column(String(80))
    version: Mapped[str] = mapped_column(String(20))
    origin: Mapped[str] = mapped_column(String(20))
    body: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    brought_by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    brought_at: Mapped[datetime]

    brought_by: Mapped[Person | None] = relationship(lazy="joined")
    schedules: Mapped[list["ChecklistSchedule"]] = relationship(order_by="ChecklistSchedule.id")


class ChecklistSchedule(Keyed, Base):
    """From which day an edition holds. The latest approved day that has come decides; the first one, of what came
    with the software, is approved by nobody: it holds because the system was put into use with it."""

    __tablename__ = "checklist_schedule"
    __table_args__ = (Index(None, "definition_id", "state"),)

    edition_hash: Mapped[str] = mapped_column(ForeignKey("checklist_edition.hash"))
    definition_id: Mapped[str] = mapped_column(String(80))
    effective_from: Mapped[date]
    state: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(400))
    proposed_by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime]
    decided_by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    decision: Mapped[str | None] = mapped_column(String(400))

    edition: Mapped[ChecklistEdition] = relationship(back_populates="schedules")
    proposed_by: Mapped[Person | None] = relationship(foreign_keys=[proposed_by_id], lazy="joined")
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id], lazy="joined")


class ChecklistSwitch(Keyed, Base):
    """One item of a checklist switched on or off for one item of the published list; the last one counts."""

    __tablename__ = "checklist_switch"
    __table_args__ = (Index(None, "item_code", "code"),)

    item_code: Mapped[str] = mapped_column(String(40))
    code: Mapped[str] = mapped_column(String(12))
    on: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(400))
    by_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]

    by: Mapped[Person] = relationship(lazy="joined")


class LawText(Keyed, Base):
    """The official text of one provision, with who compared it to what and when; the last one counts. Empty text takes
    an earlier one back."""

    __tablename__ = "law_text"
    __table_args__ = (Index(None, "law", "version", "provision"),)

    law: Mapped[str] = mapped_column(String(80))
    version: Mapped[str] = mapped_column(String(40))
    provision: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(200))
    checker: Mapped[str] = mapped_column(String(60))
    checked_on: Mapped[date]
    entered_by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[datetime]

    entered_by: Mapped[Person | None] = relationship(lazy="joined")


class ChecklistVersion(Base):
    """A definition as it was when a task pinned it: canonical JSON, known by its SHA-256, never changed."""

    __tablename__ = "checklist_version"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    definition_id: Mapped[str] = mapped_column(String(80))
    trade: Mapped[str] = mapped_column(String(40))
    effective_from: Mapped[date]
    body: Mapped[str] = mapped_column(Text)
