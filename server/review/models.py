"""What the lead's decision leaves in tables; the decision itself is an entry of the journal."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.accounts.models import Person
from server.dispatch.models import Task
from server.platform.db import Base


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
