"""Dates, instants, ages and working days; "now" and the table of holidays are always handed in.

Dates are `datetime.date` in Python and ISO strings in TypeScript (pwa/src/core/calendar.ts). Instants
are ISO strings in UTC with milliseconds, and integers of milliseconds since 1970 when one calculates.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from server.core.refusal import Refused

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


class BadTime(Refused):
    """Not a date (`date_wrong`) or not an instant (`instant_wrong`)."""


def parse_date(text: Any) -> date:
    """Read "2026-11-22"; a day that the calendar does not have is `date_wrong`."""
    if isinstance(text, str) and _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise BadTime("date_wrong", str(text)[:40])


def is_date(text: Any) -> bool:
    """Whether `text` is a date that exists."""
    try:
        parse_date(text)
    except BadTime:
        return False
    return True


def parse_instant(text: Any) -> int:
    """Read "2026-11-22T06:05:00.000Z" as milliseconds since 1970; years 1970 to 2199, else `instant_wrong`."""
    if isinstance(text, str) and _INSTANT.fullmatch(text) and "1970" <= text[:4] <= "2199":
        try:
            since = datetime.fromisoformat(text) - _EPOCH
            return since.days * 86_400_000 + since.seconds * 1000 + since.microseconds // 1000
        except ValueError:
            pass
    raise BadTime("instant_wrong", str(text)[:40])


def is_instant(text: Any) -> bool:
    """Whether `text` is an instant as this house writes them."""
    try:
        parse_instant(text)
    except BadTime:
        return False
    return True


def format_instant(milliseconds: int) -> str:
    """Write milliseconds since 1970 as "2026-11-22T06:05:00.000Z"."""
    moment = _EPOCH + milliseconds * _MILLISECOND
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{milliseconds % 1000:03d}Z"


def shifted(at: str, milliseconds: int) -> str:
    """The instant `milliseconds` after `at`; raises `BadTime` when `at` is none."""
    return format_instant(parse_instant(at) + milliseconds)


@dataclass(frozen=True)
class WorkingCalendar:
    """The State Council's holiday plan: days off and make-up working days, by the years it covers."""

    years: frozenset[int]
    holidays: frozenset[date]
    make_up_days: frozenset[date]

    @classmethod
    def from_data(cls, data: Mapping[str, Mapping[str, Iterable[str]]]) -> "WorkingCalendar":
        """Read `{"2026": {"holidays": [dates], "make_up_days": [dates]}}`; raises `date_wrong`."""
        years = frozenset(map(int, data))
        days = [frozenset(map(parse_date, year["holidays"])) for year in data.values()]
        extra = [frozenset(map(parse_date, year["make_up_days"])) for year in data.values()]
        return cls(years, frozenset().union(*days), frozenset().union(*extra))

    def covers(self, first: date, last: date) -> bool:
        """Whether the plan is known for every year from `first` to `last`; otherwise dates are provisional."""
        return all(year in self.years for year in range(first.year, last.year + 1))

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on `day`; a year without a plan counts Monday to Friday."""
        if day in self.make_up_days:
            return True
        return day.weekday() < 5 and day not in self.holidays


def add_working_days(start: date, days: int, calendar: WorkingCalendar) -> date:
    """The date `days` working days after `start`, which itself is not counted (民法典 Art 201)."""
    day = start
    left = days
    while left > 0:
        day += timedelta(days=1)
        left -= calendar.is_working_day(day)
    return day


def working_days_between(first: date, last: date, calendar: WorkingCalendar) -> int:
    """How many working days lie after `first` up to and including `last`; 0 when `last` is not later."""
    span = (last - first).days
    return sum(calendar.is_working_day(first + timedelta(days=n)) for n in range(1, span + 1))


def days_between(first: date, last: date) -> int:
    """Calendar days from `first` to `last`; negative when `last` is earlier."""
    return (last - first).days


def age(birth: date, on: date) -> int:
    """Completed years on a day: somebody turns 18 on the birthday, who was born on 29 February on 1 March.

    Raises `BadTime` `birth_later` when `birth` lies after `on`.
    """
    if birth > on:
        raise BadTime("birth_later", birth.isoformat())
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))
