"""Dates and moments of an inspection.

Inside expressions both are UTC datetimes: a date is the first instant of that day in Shanghai
(UTC+8; the daylight saving of 1986 to 1991 never moves a calendar date of ours). All counting of
days is counting of Shanghai calendar days, never of 24-hour spans.
"""

import re
from datetime import UTC, date, datetime, timedelta

from server.core.refusal import Refused

OFFSET = timedelta(hours=8)
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})\Z")
_MOMENT = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})\.([0-9]{3})Z\Z")
_FIRST_YEAR, _LAST_YEAR = 1800, 2199


class BadTime(Refused):
    """A text is not a date, not a moment, or lies outside 1800 to 2199."""


def start_of_day(text: str) -> datetime:
    """Read "2026-11-22" as the first instant of that day in Shanghai. Raises `BadTime` (bad_date)."""
    return from_day(civil_date(text))


def civil_date(text: str) -> date:
    """Read "2026-11-22". Raises `BadTime` (bad_date)."""
    match = _DATE.match(text)
    if match is None or not _FIRST_YEAR <= int(match[1]) <= _LAST_YEAR:
        raise BadTime("bad_date", text)
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError as error:
        raise BadTime("bad_date", text) from error


def moment(text: str) -> datetime:
    """Read "2026-11-22T06:05:00.000Z". Raises `BadTime` (bad_moment)."""
    match = _MOMENT.match(text)
    if match is None or not _FIRST_YEAR <= int(match[1]) <= _LAST_YEAR:
        raise BadTime("bad_moment", text)
    year, month, day, hour, minute, second, milli = (int(part) for part in match.groups())
    try:
        return datetime(year, month, day, hour, minute, second, milli * 1000, UTC)
    except ValueError as error:
        raise BadTime("bad_moment", text) from error


def day_of(instant: datetime) -> date:
    """The Shanghai calendar day of an instant."""
    return (instant.astimezone(UTC) + OFFSET).date()


def from_day(day: date) -> datetime:
    """The first instant of a Shanghai calendar day, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) - OFFSET


def days_between(first: date, second: date) -> int:
    return (second - first).days


def add_months(day: date, months: int) -> date:
    """Same day of the month `months` later; the last day of that month where it has none (民法典 202)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise BadTime("bad_date", f"{day} {months:+d} months")
    return date(year, month + 1, min(day.day, _length(year, month + 1)))


def _length(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - date(year, month, 1)).days


def age(birth: date, on: date) -> int:
    """周岁: a year is full from the day *after* the birthday, so a birthday today is still the year below."""
    return on.year - birth.year - (0 if (on.month, on.day) > (birth.month, birth.day) else 1)


def working_days(first: date, second: date, off: frozenset[str], on: frozenset[str]) -> int:
    """Working days after `first` up to and including `second`; negative never, 0 when not later."""
    count = 0
    day = first
    while day < second:
        day += timedelta(days=1)
        text = day.isoformat()
        if text in on or (day.weekday() < 5 and text not in off):
            count += 1
    return count


def zh_date(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def zh_moment(instant: datetime) -> str:
    local = instant.astimezone(UTC) + OFFSET
    return f"{zh_date(local.date())}{local.hour:02d}时{local.minute:02d}分"


def iso_moment(instant: datetime) -> str:
    at = instant.astimezone(UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"
