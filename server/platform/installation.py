"""What this installation knows of itself: the bureau's name and code, and its epoch.

The epoch changes with every restore from a backup; phones that see another epoch offer again all they still hold.
"""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from server.platform.db import Base, db
from server.platform.ids import new_id


class Installation(Base):
    """One row."""

    __tablename__ = "installation"

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    epoch: Mapped[str] = mapped_column(String(36), default=new_id)
    bureau_name: Mapped[str] = mapped_column(String(100))
    bureau_short: Mapped[str] = mapped_column(String(20))
    division_code: Mapped[str] = mapped_column(String(6))
    demo: Mapped[bool] = mapped_column(default=False)


def installation() -> Installation:
    """The row. Raises RuntimeError before `flask demo load` or `flask bureau create`."""
    row = db.session.get(Installation, 1)
    if row is None:
        raise RuntimeError("this installation has no bureau yet: flask demo load, or flask bureau create")
    return row
