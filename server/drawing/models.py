"""Draws, what each party contributed, the frozen rosters, and the bureau's chain of records.

The plan and every record are kept as the documents they are (JSON): their digests were published, so a column that
could be changed apart from them would only be a second truth.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.accounts.models import Person
from server.planning.models import Batch
from server.platform.db import Base, Keyed
from server.registry.models import Subject

EXTERNAL = "external"
"""The kind of a draw made elsewhere; ours are `untargeted` or `targeted`."""


class DrawState(StrEnum):
    """An announced draw ends in one of two ways, and never comes back."""

    ANNOUNCED = "announced"
    EXECUTED = "executed"
    VOIDED = "voided"


class Draw(Keyed, Base):
    """One announced draw. The key is made in the office's browser: commitments are made to it before it exists here.

    `salt` and `people` (badge → name at the time of the announcement) are confidential: they make the annex.
    """

    __tablename__ = "draw"
    __table_args__ = (UniqueConstraint("year", "sequence"),)

    year: Mapped[int]
    sequence: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20), default=DrawState.ANNOUNCED)
    batch_id: Mapped[str | None] = mapped_column(ForeignKey("batch.id"))
    plan: Mapped[dict[str, Any]] = mapped_column(JSON)
    plan_digest: Mapped[str] = mapped_column(String(64))
    salt: Mapped[str] = mapped_column(String(64))
    people: Mapped[dict[str, str]] = mapped_column(JSON)
    announced_at: Mapped[datetime]
    announced_by_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    source_text: Mapped[str | None] = mapped_column(String(200))
    source_at: Mapped[datetime | None]
    annex: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    release_on: Mapped[date | None]

    batch: Mapped[Batch | None] = relationship()
    announced_by: Mapped[Person] = relationship()
    parties: Mapped[list["DrawParty"]] = relationship(order_by="DrawParty.position", back_populates="draw")
    rosters: Mapped[list["DrawRoster"]] = relationship(order_by="DrawRoster.item_code")
    records: Mapped[list["ChainRecord"]] = relationship(order_by="ChainRecord.number", back_populates="draw")
    release: Mapped["DrawRelease | None"] = relationship(back_populates="draw")

    def is_sealed(self, day: date) -> bool:
        """Whether a result is still kept back: a date stands in the plan, has not come, and no holder released it."""
        return self.release_on is not None and day < self.release_on and self.release is None

    @property
    def number(self) -> str:
        """The draw's number as people say it: year and the year's sequence."""
        return f"{self.year}-{self.sequence:02d}"


class DrawParty(Keyed, Base):
    """One party of a ceremony and what it contributed. `token` opens the page on the party's own phone."""

    __tablename__ = "draw_party"
    __table_args__ = (UniqueConstraint("draw_id", "party"),)

    draw_id: Mapped[str] = mapped_column(ForeignKey("draw.id"), index=True)
    position: Mapped[int]
    party: Mapped[str] = mapped_column(String(32))
    token: Mapped[str] = mapped_column(String(64), unique=True)
    commitment: Mapped[str | None] = mapped_column(String(64))
    committed_at: Mapped[datetime | None]
    reveal: Mapped[str | None] = mapped_column(String(200))
    revealed_at: Mapped[datetime | None]
    channel: Mapped[str] = mapped_column(String(20), default="desk")
    name: Mapped[str | None] = mapped_column(String(60))
    post: Mapped[str | None] = mapped_column(String(100))
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    absent_at: Mapped[datetime | None]

    draw: Mapped[Draw] = relationship(back_populates="parties")


class DrawRelease(Base):
    """A sealed result that one of the holders opened before its date, and why. On the date itself nobody has to act."""

    __tablename__ = "draw_release"

    draw_id: Mapped[str] = mapped_column(ForeignKey("draw.id"), primary_key=True)
    holder: Mapped[str] = mapped_column(String(100))
    reason: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
    by_id: Mapped[str] = mapped_column(ForeignKey("person.id"))

    draw: Mapped[Draw] = relationship(back_populates="release")


class DrawRoster(Base):
    """A frozen roster: exactly the bytes whose digest stands in the plan."""

    __tablename__ = "draw_roster"

    draw_id: Mapped[str] = mapped_column(ForeignKey("draw.id"), primary_key=True)
    item_code: Mapped[str] = mapped_column(String(40), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    text: Mapped[bytes] = mapped_column(LargeBinary)


class ChainRecord(Base):
    """One record of the bureau's chain. `number` has no gaps; `digest` is published at once, `record` only when it is
    neither restricted (a targeted draw) nor sealed. `signature` is the bureau's over number and digest, with the key
    it fits: `{"alg", "key", "value"}`; null only for records from before the bureau signed them."""

    __tablename__ = "chain_record"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(20))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    record: Mapped[dict[str, Any]] = mapped_column(JSON)
    signature: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    draw_id: Mapped[str | None] = mapped_column(ForeignKey("draw.id"), index=True)
    at: Mapped[datetime]

    draw: Mapped[Draw | None] = relationship(back_populates="records")


class DrawnPremises(Base):
    """Which premises a draw took for which item: what is not drawn again within the year. `replaced` rows gave their
    place to an alternate."""

    __tablename__ = "drawn_premises"
    __table_args__ = (Index(None, "year", "subject_id"),)

    draw_id: Mapped[str] = mapped_column(ForeignKey("draw.id"), primary_key=True)
    subject_id: Mapped[str] = mapped_column(ForeignKey("subject.id"), primary_key=True)
    item_code: Mapped[str] = mapped_column(String(40), primary_key=True)
    year: Mapped[int]
    ticket_id: Mapped[str] = mapped_column(String(120))
    replaced: Mapped[bool] = mapped_column(default=False)

    subject: Mapped[Subject] = relationship(lazy="joined")


class InspectorLoad(Base):
    """How many tasks of this year's draws an inspector holds: the load with which the next deck begins."""

    __tablename__ = "inspector_load"

    year: Mapped[int] = mapped_column(primary_key=True)
    inspector_id: Mapped[str] = mapped_column(ForeignKey("inspector.id"), primary_key=True)
    tasks: Mapped[int] = mapped_column(default=0)
