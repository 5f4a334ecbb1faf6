"""Time as something handed in: the app holds one clock, tests hold another."""

from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from flask import current_app

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SetClock:
    """A clock that moves only when told to."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def advance(self, **by: float) -> None:
        """Move on by the given `timedelta` arguments."""
        self.at += timedelta(**by)


def now() -> datetime:
    """Now in UTC, by the app's clock, whole milliseconds (what JSON carries)."""
    at: datetime = current_app.extensions["clock"].now()
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def today() -> date:
    """Today's date where the bureau is."""
    return now().astimezone(SHANGHAI).date()


def iso(at: datetime) -> str:
    """UTC ISO 8601 with milliseconds and Z: the only form in which instants leave the server."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def parse_iso(text: str) -> datetime:
    """The instant behind `iso()`'s text. Raises ValueError for anything without a zone."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("an instant needs its zone")
    return at.astimezone(UTC)
