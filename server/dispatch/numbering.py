"""Numbers of tasks and documents: gap-free per kind, unit and year, taken in the transaction of the act itself."""

from server.accounts.models import Unit
from server.dispatch.counters import locked
from server.dispatch.models import Serial
from server.platform.db import db
from server.platform.installation import installation

APPROVAL = "检批字"
NOTICE = "检通字"
TASK = "task"


def next_serial(kind: str, unit: Unit, year: int) -> int:
    """The next number of a series, from 1. Two requests at once wait for each other on the row."""
    series = locked(Serial, kind=kind, unit_id=unit.id, year=year)
    series.last += 1
    db.session.flush()
    return series.last


def document_number(word: str, unit: Unit, year: int) -> str:
    """叶公（治）检通字〔2026〕1号: the bureau's name, as a brigade is no legal person; the number without zeros."""
    serial = next_serial(word, unit, year)
    return f"{installation().bureau_short}（{unit.short}）{word}〔{year}〕{serial}号"


def task_number(unit: Unit, year: int) -> str:
    """2026-治-0007."""
    return f"{year}-{unit.short}-{next_serial(TASK, unit, year):04d}"
