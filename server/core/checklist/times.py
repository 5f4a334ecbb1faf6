"""Days and instants as expressions see them.

Inside an expression both are UTC datetimes: a date is the first instant of that day in Shanghai
(UTC+8; the daylight saving of 1986 to 1991 never moves a calendar date of ours). All counting of
days is counting of Shanghai calendar days, never of 24-hour spans.
"""

from datetime import UTC, date, datetime, timedelta

from server.core.calendar import BadTime, format_instant, parse_date, parse_instant

OFFSET = timedelta(hours=8)
FIRST, LAST = date(1800, 1, 1), date(2199, 12, 31)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def start_of_day(text: object) -> datetime:
    """Read "2026-11-22" as the first instant of that day in Shanghai. Raises `BadTime` (date_wrong)."""
    return from_day(parse_date(text))


def moment(text: object) -> datetime:
    """Read "2026-11-22T06:05:00.000Z". Raises `BadTime` (instant_wrong)."""
    return _EPOCH + parse_instant(text) * _MILLISECOND


def day_of(instant: datetime) -> date:
    """The Shanghai calendar day of an instant."""
    return (instant + OFFSET).date()


def from_day(day: date) -> datetime:
    """The first instant of a Shanghai calendar day, in UTC. Raises `BadTime` outside 1800 to 2199."""
    if not FIRST <= day <= LAST:
        raise BadTime("date_wrong", day.isoformat())
    return datetime(day.year, day.month, day.day, tzinfo=UTC) - OFFSET


def add_days(day: date, days: int) -> date:
    """Raises `BadTime` outside 1800 to 2199."""
    if abs(days) > 200_000:
        raise BadTime("date_wrong", f"{day} {days:+d} days")
    return _within(day + timedelta(days=days))


def add_months(day: date, months: int) -> date:
    """Same day of the month `months` later; the last day of that month where it has none (民法典 Art 202).

    Raises `BadTime` outside 1800 to 2199.
    """
    if abs(months) > 6_000:
        raise BadTime("date_wrong", f"{day} {months:+d} months")
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return _within(date(year, month + 1, min(day.day, _length(year, month + 1))))


def _within(day: date) -> date:
    if not FIRST <= day <= LAST:
        raise BadTime("date_wrong", day.isoformat())
    return day


def _length(year: int, month: int) -> int:
    return (date(year + month // 12, month % 12 + 1, 1) - date(year, month, 1)).days


def full_years(birth: date, on: date) -> int:
    """周岁 as police count them: full from the day *after* the birthday, so on an 18th birthday still 17.

    `calendar.age` counts the birthday itself; for who must not be in a café the later day holds, and
    the inspector is told to verify.
    """
    return on.year - birth.year - ((on.month, on.day) <= (birth.month, birth.day))


def zh_date(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def zh_moment(instant: datetime) -> str:
    local = instant + OFFSET
    return f"{zh_date(local.date())}{local.hour:02d}时{local.minute:02d}分"


def iso_moment(instant: datetime) -> str:
    return format_instant((instant - _EPOCH) // _MILLISECOND)
