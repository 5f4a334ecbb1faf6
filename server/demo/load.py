"""Load the demo bureau: registries, the year's plan, the approvals. The draw is made by whoever walks through."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from server.demo.items import make_items
from server.demo.people import People, declare_interests, make_people
from server.demo.premises import make_premises
from server.dispatch import approvals
from server.planning import service as planning
from server.platform.clock import today
from server.platform.db import db, transaction
from server.platform.installation import Installation
from server.registry.models import Inspector, Subject


@dataclass(frozen=True)
class Loaded:
    """What there is afterwards, and whether this call made it."""

    fresh: bool
    subjects: int
    inspectors: int


class NotADemo(Exception):
    """The database holds a real bureau."""


def load_demo() -> Loaded:
    """Fill an empty database with the demo bureau in one transaction; a second call changes nothing.

    Raises NotADemo when the database belongs to a real bureau.
    """
    with transaction():
        here = db.session.get(Installation, 1)
        if here is not None and not here.demo:
            raise NotADemo
        if here is None:
            _fill()
        subjects = db.session.scalar(select(func.count()).select_from(Subject)) or 0
        inspectors = db.session.scalar(select(func.count()).select_from(Inspector)) or 0
        return Loaded(here is None, subjects, inspectors)


def _fill() -> None:
    db.session.add(Installation(bureau_name="叶县公安局", bureau_short="叶公", division_code="410422", demo=True))
    db.session.flush()
    made = make_people()
    make_items(made.units)
    premises = make_premises(made.stations)
    declare_interests(made.inspectors, premises)
    _plan(made)


def _plan(made: People) -> None:
    """The plan as a year begins: made and approved in January as far as the clock has come, filed, and the batch of
    today approved item by item."""
    day = today()
    plan = planning.make_plan(day.year)
    plan.made_on = min(day, date(day.year, 1, 8))
    planning.approve_plan(made.people["leader"], day.year)
    plan.approved_on = min(day, date(day.year, 1, 15))
    planning.file_plan(made.people["office"], day.year, f"叶双随机办备〔{day.year}〕1号")
    plan.filed_on = min(day, date(day.year, 1, 20))
    batch = planning.batch_on(day)
    if batch is not None:
        for line in batch.lines:
            approvals.approve(made.people["leader"], batch.id, line.item.code)
