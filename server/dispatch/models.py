"""Tasks with their items and people, what allows them (approval) and what announces them (notice).

The task's key is the inspection's key: one premises, one visit, one record, however many items coincide there.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.accounts.models import Person, Unit
from server.planning.models import Batch
from server.platform.db import Base, Keyed
from server.registry.models import InspectionItem, Inspector, Subject


class Source(StrEnum):
    """Where a task comes from; only random ones count for the plan's ratio (regulation R02)."""

    RANDOM = "random"


class TaskState(StrEnum):
    """`dispatched` until the first entry arrives; what follows is said by the later stages."""

    DISPATCHED = "dispatched"
    OPEN = "open"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    SIGNED_OFF = "signed_off"
    WITHDRAWN = "withdrawn"


class Approval(Keyed, Base):
    """行政检查审批表: a leader of the bureau allows the visits of one item in one batch. No task starts without."""

    __tablename__ = "approval"
    __table_args__ = (UniqueConstraint("batch_id", "item_code"),)

    number: Mapped[str] = mapped_column(String(60), unique=True)
    batch_id: Mapped[str] = mapped_column(ForeignKey("batch.id"))
    item_code: Mapped[str] = mapped_column(String(40))
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    approved_by_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    approved_on: Mapped[date]

    approved_by: Mapped[Person] = relationship(lazy="joined")
    unit: Mapped[Unit] = relationship()
    batch: Mapped[Batch] = relationship()


class Task(Keyed, Base):
    """One visit to one premises. `unit_id` is the brigade whose lead signs off: that of the first item."""

    __tablename__ = "task"
    __table_args__ = (
        UniqueConstraint("draw_id", "subject_id"),
        Index(None, "subject_id", "year"),
        Index(None, "unit_id", "state"),
    )

    number: Mapped[str] = mapped_column(String(40), unique=True)
    year: Mapped[int]
    subject_id: Mapped[str] = mapped_column(ForeignKey("subject.id"))
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    batch_id: Mapped[str | None] = mapped_column(ForeignKey("batch.id"))
    source: Mapped[str] = mapped_column(String(20))
    joint: Mapped[bool]
    window_from: Mapped[date]
    window_to: Mapped[date]
    draw_id: Mapped[str | None] = mapped_column(String(36))
    draw_number: Mapped[str | None] = mapped_column(String(40))
    certificate_digest: Mapped[str | None] = mapped_column(String(64))
    visit_number: Mapped[int]
    visit_cap: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(20), default=TaskState.DISPATCHED)
    state_reason: Mapped[str | None] = mapped_column(String(200))
    dispatched_at: Mapped[datetime]

    subject: Mapped[Subject] = relationship(lazy="joined")
    unit: Mapped[Unit] = relationship(lazy="joined")
    items: Mapped[list["TaskItem"]] = relationship(order_by="TaskItem.position", back_populates="task")
    inspectors: Mapped[list["TaskInspector"]] = relationship(order_by="TaskInspector.slot", back_populates="task")
    notice: Mapped["Notice"] = relationship(back_populates="task")


class TaskItem(Base):
    """One item of a task, in the version of the list in force, with the approval and the checklist it goes by."""

    __tablename__ = "task_item"

    task_id: Mapped[str] = mapped_column(ForeignKey("task.id"), primary_key=True)
    item_id: Mapped[str] = mapped_column(ForeignKey("inspection_item.id"), primary_key=True)
    position: Mapped[int]
    approval_id: Mapped[str] = mapped_column(ForeignKey("approval.id"))
    checklist_hash: Mapped[str] = mapped_column(ForeignKey("checklist_version.hash"))

    task: Mapped[Task] = relationship(back_populates="items")
    item: Mapped[InspectionItem] = relationship(lazy="joined")
    approval: Mapped[Approval] = relationship(lazy="joined")


class TaskInspector(Keyed, Base):
    """One card dealt to a task. A replaced card stays, with when, why, and the card that follows it."""

    __tablename__ = "task_inspector"
    __table_args__ = (Index(None, "task_id"), Index(None, "inspector_id"))

    task_id: Mapped[str] = mapped_column(ForeignKey("task.id"))
    inspector_id: Mapped[str] = mapped_column(ForeignKey("inspector.id"))
    slot: Mapped[int]
    pool: Mapped[str] = mapped_column(String(60))
    cert_no: Mapped[str] = mapped_column(String(30))
    cert_expires_on: Mapped[date]
    since: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    removed_reason: Mapped[str | None] = mapped_column(String(200))
    replaced_by_id: Mapped[str | None] = mapped_column(ForeignKey("task_inspector.id"))

    task: Mapped[Task] = relationship(back_populates="inspectors")
    inspector: Mapped[Inspector] = relationship(lazy="joined")


class Notice(Keyed, Base):
    """行政检查通知书 of a task: handed over at the door."""

    __tablename__ = "notice"

    number: Mapped[str] = mapped_column(String(60), unique=True)
    task_id: Mapped[str] = mapped_column(ForeignKey("task.id"), unique=True)
    issued_on: Mapped[date]

    task: Mapped[Task] = relationship(back_populates="notice")


class Serial(Base):
    """The last number given in one series (kind of document, unit, year). Gap-free: taken in the act's transaction."""

    __tablename__ = "serial"

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(default=0)


class PersonFeed(Base):
    """How many changes a person's tasks have seen; a phone that knows the count knows whether to ask."""

    __tablename__ = "person_feed"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    count: Mapped[int] = mapped_column(default=0)


class TaskFeed(Base):
    """The count at which a task last changed for a person, and whether it was taken from him."""

    __tablename__ = "task_feed"
    __table_args__ = (Index(None, "person_id", "count"),)

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    task_id: Mapped[str] = mapped_column(ForeignKey("task.id"), primary_key=True)
    count: Mapped[int]
    removed: Mapped[bool] = mapped_column(default=False)
