"""The item list: versions by effective date (清单动态调整)."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select

from server.platform.clock import today
from server.platform.db import db
from server.platform.errors import Problem
from server.registry.models import InspectionItem


def items_on(day: date | None = None) -> Sequence[InspectionItem]:
    """The items in force on a day (default today), in the order of the published list."""
    day = day or today()
    return db.session.scalars(
        select(InspectionItem)
        .where(InspectionItem.effective_from <= day)
        .where(or_(InspectionItem.effective_to.is_(None), InspectionItem.effective_to >= day))
        .order_by(InspectionItem.position, InspectionItem.code)
    ).all()


def all_versions() -> Sequence[InspectionItem]:
    """Every version of every item, the newest of each first."""
    order = (InspectionItem.position, InspectionItem.code, InspectionItem.effective_from.desc())
    return db.session.scalars(select(InspectionItem).order_by(*order)).all()


def item_on(code: str, day: date | None = None) -> InspectionItem:
    """The version of one item in force on a day. Raises `item_not_in_force`: what is not on the list that day
    may not be inspected (国办发〔2024〕54号)."""
    for item in items_on(day):
        if item.code == code:
            return item
    raise Problem("item_not_in_force", item=code)
