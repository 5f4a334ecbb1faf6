"""Vectors of dates: `{function: arguments}`; a third argument `plan` stands for the 2026 holiday plan."""

from typing import Any

from server.core import calendar
from server.core.calendar import WorkingCalendar, parse_date

PLAN = {
    "2026": {
        "holidays": [
            *(f"2026-01-{day:02d}" for day in range(1, 4)),
            *(f"2026-02-{day:02d}" for day in range(15, 24)),
            *(f"2026-04-{day:02d}" for day in range(4, 7)),
            *(f"2026-05-{day:02d}" for day in range(1, 6)),
            *(f"2026-06-{day:02d}" for day in range(19, 22)),
            *(f"2026-09-{day:02d}" for day in range(25, 28)),
            *(f"2026-10-{day:02d}" for day in range(1, 8)),
        ],
        "make_up_days": ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"],
    }
}


def run(given: dict[str, Any]) -> Any:
    plan = WorkingCalendar.from_data(PLAN)
    ((name, told),) = given.items()
    if name == "add_working_days":
        return calendar.add_working_days(parse_date(told[0]), told[1], plan).isoformat()
    if name == "working_days_between":
        return calendar.working_days_between(parse_date(told[0]), parse_date(told[1]), plan)
    if name == "covers":
        return plan.covers(parse_date(told[0]), parse_date(told[1]))
    if name in ("age", "days_between"):
        return getattr(calendar, name)(parse_date(told[0]), parse_date(told[1]))
    if name == "date":
        return parse_date(told).isoformat()
    return calendar.shifted(*told)
