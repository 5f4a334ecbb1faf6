"""The year's plan, its lines (one per item) and its batches (what is drawn together)."""

from datetime import date
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.accounts.models import Person, Unit
from server.platform.db import Base, Keyed
from server.registry.models import InspectionItem


class PlanState(StrEnum):
    """A plan is made, approved by a leader of the bureau and filed (备案) with the leading group's office."""

    DRAFT = "draft"
    APPROVED = "approved"
    FILED = "filed"


class AnnualPlan(Keyed, Base):
    """年度抽查工作计划. `visit_cap` is the published 年度检查频次上限 per premises (国办发〔2024〕54号)."""

    __tablename__ = "annual_plan"

    year: Mapped[int] = mapped_column(unique=True)
    title: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(20), default=PlanState.DRAFT)
    visit_cap: Mapped[int | None]
    made_on: Mapped[date]
    approved_on: Mapped[date | None]
    approved_by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    filed_on: Mapped[date | None]
    filing_no: Mapped[str | None] = mapped_column(String(60))

    approved_by: Mapped[Person | None] = relationship()
    lines: Mapped[list["PlanLine"]] = relationship(order_by="PlanLine.position", back_populates="plan")
    batches: Mapped[list["Batch"]] = relationship(order_by="Batch.number", back_populates="plan")


class PlanLine(Keyed, Base):
    """One item in one year: how much of its pool, how often, in which months, by which unit."""

    __tablename__ = "plan_line"
    __table_args__ = (
        UniqueConstraint("plan_id", "item_id"),
        CheckConstraint("ratio_num > 0 AND ratio_num <= ratio_den", name="ratio"),
    )

    plan_id: Mapped[str] = mapped_column(ForeignKey("annual_plan.id"))
    position: Mapped[int]
    item_id: Mapped[str] = mapped_column(ForeignKey("inspection_item.id"))
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    ratio_num: Mapped[int]
    ratio_den: Mapped[int]
    frequency: Mapped[int]
    months: Mapped[list[int]] = mapped_column(JSON)

    plan: Mapped[AnnualPlan] = relationship(back_populates="lines")
    item: Mapped[InspectionItem] = relationship(lazy="joined")
    unit: Mapped[Unit] = relationship(lazy="joined")


class Batch(Keyed, Base):
    """批次: the items that are drawn together, and the days between which the visits are made."""

    __tablename__ = "batch"
    __table_args__ = (UniqueConstraint("plan_id", "number"),)

    plan_id: Mapped[str] = mapped_column(ForeignKey("annual_plan.id"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    window_from: Mapped[date]
    window_to: Mapped[date]

    plan: Mapped[AnnualPlan] = relationship(back_populates="batches")
    lines: Mapped[list["PlanLine"]] = relationship(secondary="batch_line", order_by="PlanLine.position")


class BatchLine(Base):
    """Which lines of the plan a batch draws."""

    __tablename__ = "batch_line"

    batch_id: Mapped[str] = mapped_column(ForeignKey("batch.id"), primary_key=True)
    line_id: Mapped[str] = mapped_column(ForeignKey("plan_line.id"), primary_key=True)
