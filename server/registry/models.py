"""The item list (抽查事项清单), the subjects (检查对象名录库) and the inspectors (执法检查人员名录库).

A subject is a premises, not a company: one 统一社会信用代码 can hold two hotels. What is public about it stands on the
premises and in `subject_flag`; what is internal (credit class, complaints) stands in `subject_rating` and leaves the
registry through one service function only.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.accounts.models import Person, Unit
from server.platform.db import Base, Keyed


class ItemCategory(StrEnum):
    """事项类别 (国发〔2019〕5号): the ratio of key items is not capped."""

    GENERAL = "general"
    KEY = "key"
    MIXED = "mixed"


class SubjectStatus(StrEnum):
    """Only `open` premises count in a pool (regulation 1.3 no. 8)."""

    OPEN = "open"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    MOVED = "moved"
    CANCELLED = "cancelled"
    REVOKED = "revoked"


class FlagKind(StrEnum):
    """Lists that are public themselves; only these may raise a ratio in a public draw (design, draw 1)."""

    ABNORMAL_OPERATION = "abnormal_operation_list"
    SERIOUS_VIOLATION = "serious_violation_list"


class InspectorStatus(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"
    LEFT = "left"


class InspectionItem(Keyed, Base):
    """抽查事项, one row per version: `code` stays, `effective_from` changes. The first eleven columns are those of the
    notice's Annex 2, printed as they stand; the rest is what the system needs to act on them."""

    __tablename__ = "inspection_item"
    __table_args__ = (
        UniqueConstraint("code", "effective_from"),
        CheckConstraint("ratio_num > 0 AND ratio_num <= ratio_den", name="ratio"),
        CheckConstraint("frequency > 0", name="frequency"),
    )

    position: Mapped[int]
    department: Mapped[str] = mapped_column(String(100))
    name: Mapped[str] = mapped_column(String(200))
    basis: Mapped[str] = mapped_column(Text)
    authority: Mapped[str] = mapped_column(String(100))
    category: Mapped[str] = mapped_column(String(20))
    subjects: Mapped[str] = mapped_column(String(200))
    ratio_num: Mapped[int]
    ratio_den: Mapped[int]
    frequency: Mapped[int]
    methods: Mapped[str] = mapped_column(String(200))
    remark: Mapped[str] = mapped_column(String(400), default="")

    code: Mapped[str] = mapped_column(String(40), index=True)
    trade: Mapped[str] = mapped_column(String(40))
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    contents: Mapped[list[str]] = mapped_column(JSON)
    checklist_id: Mapped[str] = mapped_column(String(80))
    inspectors_needed: Mapped[int] = mapped_column(default=2)
    effective_from: Mapped[date]
    effective_to: Mapped[date | None]

    unit: Mapped[Unit] = relationship(lazy="joined")


class Subject(Keyed, Base):
    """A premises under supervision. `statutory_id` is `code_kind:code[#site]` (design, draw 1)."""

    __tablename__ = "subject"
    __table_args__ = (Index(None, "status", "township"),)

    statutory_id: Mapped[str] = mapped_column(String(120), unique=True)
    code_kind: Mapped[str] = mapped_column(String(16))
    code: Mapped[str] = mapped_column(String(64), index=True)
    site: Mapped[str | None] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(300))
    township: Mapped[str] = mapped_column(String(60))
    station_id: Mapped[str | None] = mapped_column(ForeignKey("unit.id"))
    legal_rep: Mapped[str | None] = mapped_column(String(60))
    contact: Mapped[str | None] = mapped_column(String(60))
    phone: Mapped[str | None] = mapped_column(String(40))
    size: Mapped[int | None]
    lat: Mapped[str | None] = mapped_column(String(12))
    lng: Mapped[str | None] = mapped_column(String(12))
    attributes: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    status: Mapped[str] = mapped_column(String(20), default=SubjectStatus.OPEN)
    status_since: Mapped[date | None]
    status_reason: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    station: Mapped[Unit | None] = relationship(lazy="joined")
    items: Mapped[list["SubjectItem"]] = relationship(order_by="SubjectItem.item_code", back_populates="subject")
    flags: Mapped[list["SubjectFlag"]] = relationship(order_by="SubjectFlag.kind")


class SubjectItem(Base):
    """In which item's pool a premises stands. One premises can be in several: then it is visited once, jointly."""

    __tablename__ = "subject_item"

    subject_id: Mapped[str] = mapped_column(ForeignKey("subject.id"), primary_key=True)
    item_code: Mapped[str] = mapped_column(String(40), primary_key=True, index=True)
    since: Mapped[date]

    subject: Mapped[Subject] = relationship(back_populates="items")


class SubjectFlag(Keyed, Base):
    """A public list on which the premises' operator stands, with where and when that was read."""

    __tablename__ = "subject_flag"
    __table_args__ = (UniqueConstraint("subject_id", "kind", "since"),)

    subject_id: Mapped[str] = mapped_column(ForeignKey("subject.id"))
    kind: Mapped[str] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(200))
    since: Mapped[date]
    until: Mapped[date | None]


class SubjectRating(Base):
    """Internal and never published: the credit class (A low … D high risk) and internal notes such as complaints."""

    __tablename__ = "subject_rating"

    subject_id: Mapped[str] = mapped_column(ForeignKey("subject.id"), primary_key=True)
    credit_class: Mapped[str | None] = mapped_column(String(1))
    classed_on: Mapped[date | None]
    internal_flags: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)


class Inspector(Keyed, Base):
    """A certified officer. `competences` are item codes; two of one `household` are never sent together."""

    __tablename__ = "inspector"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), unique=True)
    cert_no: Mapped[str] = mapped_column(String(30), unique=True)
    cert_expires_on: Mapped[date]
    competences: Mapped[list[str]] = mapped_column(JSON)
    senior: Mapped[bool] = mapped_column(default=False)
    household: Mapped[str | None] = mapped_column(String(40))
    status: Mapped[str] = mapped_column(String(20), default=InspectorStatus.ACTIVE)

    person: Mapped[Person] = relationship(lazy="joined")
    leaves: Mapped[list["Leave"]] = relationship(order_by="Leave.from_on")
    interests: Mapped[list["DeclaredInterest"]] = relationship()


class Leave(Keyed, Base):
    """Away from `from_on` to `to_on`, both days included."""

    __tablename__ = "leave"

    inspector_id: Mapped[str] = mapped_column(ForeignKey("inspector.id"), index=True)
    from_on: Mapped[date]
    to_on: Mapped[date]
    kind: Mapped[str] = mapped_column(String(20))


class DeclaredInterest(Keyed, Base):
    """利害关系, declared before any draw: the inspector is never dealt this premises (行政处罚法 43)."""

    __tablename__ = "declared_interest"
    __table_args__ = (UniqueConstraint("inspector_id", "subject_id"),)

    inspector_id: Mapped[str] = mapped_column(ForeignKey("inspector.id"))
    subject_id: Mapped[str] = mapped_column(ForeignKey("subject.id"), index=True)
    relation: Mapped[str] = mapped_column(String(100))
    declared_on: Mapped[date]
    ended_on: Mapped[date | None]
