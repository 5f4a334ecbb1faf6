"""Numbers and issued papers. A number is given once, when a paper is issued, and never used again."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.accounts.models import Unit
from server.platform.blobs import NAMED
from server.platform.db import Base, Keyed


class PaperKind(StrEnum):
    """What is issued here; the value stands in the table, `WORDS` in the number."""

    RECORD = "record"


class Copy(StrEnum):
    """当事人联 goes to the party and has nothing restricted on it; 存档联 stays in the file."""

    PARTY = "party"
    FULL = "full"


class PaperNumber(Keyed, Base):
    """叶公（治）检笔字〔2026〕1号: gap-free per word, unit and year. A voided number stays, with its reason."""

    __tablename__ = "paper_number"
    __table_args__ = (
        Index(
            "uq_paper_number_in_use",
            "kind",
            "inspection_id",
            unique=True,
            sqlite_where=text("voided_at IS NULL"),
            postgresql_where=text("voided_at IS NULL"),
        ),
    )

    number: Mapped[str] = mapped_column(String(60), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    year: Mapped[int]
    inspection_id: Mapped[str] = mapped_column(ForeignKey("task.id"))
    assigned_at: Mapped[datetime]
    voided_at: Mapped[datetime | None]
    voided_by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    void_reason: Mapped[str | None] = mapped_column(String(400))

    unit: Mapped[Unit] = relationship()


class IssuedPaper(Keyed, Base):
    """One PDF as it was issued, known by its hash. What changes later makes the next version; this one stays.

    `made_from` is a digest of everything that decides what stands on the page; `fonts` the typefaces it was set in.
    """

    __tablename__ = "issued_paper"
    __table_args__ = (UniqueConstraint("number_id", "copy", "version"), Index(None, "inspection_id"))

    number_id: Mapped[str] = mapped_column(ForeignKey("paper_number.id"))
    inspection_id: Mapped[str] = mapped_column(ForeignKey("task.id"))
    kind: Mapped[str] = mapped_column(String(20))
    copy: Mapped[str] = mapped_column(String(10))
    version: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    pages: Mapped[int]
    fonts: Mapped[list[str]] = mapped_column(JSON)
    made_from: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime]

    number: Mapped[PaperNumber] = relationship(lazy="joined")


NAMED.append(select(IssuedPaper.sha256))
