"""What the lead's decision leaves in tables; the decision itself is an entry of the journal."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.accounts.models import Person
from server.dispatch.models import Task
from server.platform.db import Base, Keyed


class SignOff(Base):
    """An inspection that is finished: who answered for it, when, and the result that was found.

    `result_code` is one of core/results' six, or null where nothing could be concluded; `entry_id` the lead's entry.
    """

    __tablename__ = "sign_off"
    __table_args__ = (Index(None, "at"),)

    inspection_id: Mapped[str] = mapped_column(ForeignKey("task.id"), primary_key=True)
    entry_id: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    by_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    round: Mapped[int]
    result_code: Mapped[str | None] = mapped_column(String(40))

    task: Mapped[Task] = relationship(lazy="joined")
    by: Mapped[Person] = relationship(lazy="joined")


class HeldSeal(Keyed, Base):
    """The hash of a file that evidence entry `entry_id` says is held elsewhere; `size` in bytes, never the file."""

    __tablename__ = "held_elsewhere_seal"
    __table_args__ = (UniqueConstraint("entry_id", "sha256"), Index(None, "inspection_id"))

    inspection_id: Mapped[str] = mapped_column(ForeignKey("task.id"))
    entry_id: Mapped[str] = mapped_column(String(64))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    by_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]

    by: Mapped[Person] = relationship(lazy="joined")
