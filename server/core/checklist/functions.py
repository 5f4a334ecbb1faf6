"""The functions that expressions may call, beside the operators of CEL and `size`.

Few, pure, total where possible; each is held to the shared vectors in Python and in TypeScript
(pwa/src/core/checklist/functions.ts). `matches()` of CEL is not allowed, because the two regular
expression engines differ: the named validators here stand in for it.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from server.core.calendar import WorkingCalendar, days_between, working_days_between
from server.core.checklist import times
from server.core.checklist.quantities import divide_half_even
from server.core.checklist.validators import valid_phone, valid_resident_id, valid_uscc
from server.core.refusal import Refused

INT64 = 2**63


class CannotCalculate(Refused):
    """empty (of an empty list), overflow (beyond int64) or zero (division by zero), date (no such day)."""


class Function(NamedTuple):
    """One CEL function; types as in `CelType` of types.ts."""

    name: str
    parameters: tuple[str, ...]
    result: str
    run: Callable[..., Any]


def within(value: int) -> int:
    """Return `value` if it fits int64, as every CEL integer must. Raises `CannotCalculate`."""
    if not -INT64 <= value < INT64:
        raise CannotCalculate("overflow", str(value))
    return value


def convert(amount: int, multiply: Sequence[int], divide: Sequence[int]) -> int:
    """amount × all of `multiply` ÷ all of `divide`, exact in between, half to even at the end.

    Scales are the writer's business: litres at scale 3 times density at scale 4 times percent at
    scale 2, over the powers of ten that are left. Only the result must fit int64.
    """
    numerator, denominator = amount, 1
    for factor in multiply:
        numerator *= factor
    for factor in divide:
        denominator *= factor
    if denominator == 0:
        raise CannotCalculate("zero")
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    return within(divide_half_even(numerator, denominator))


def percent(part: int, whole: int) -> int:
    """part ÷ whole in hundredths of a percent: percent(1, 3) is 3333."""
    return convert(part, [10000], [whole])


def median(values: Sequence[int]) -> int:
    """The middle value; of two middle ones the mean, rounded down."""
    ordered: list[int] = sorted(_some(values))
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) // 2


def _some(values: Sequence[Any]) -> Sequence[Any]:
    if not values:
        raise CannotCalculate("empty")
    return values


def _minutes(first: datetime, second: datetime) -> int:
    return (second - first) // timedelta(minutes=1)


def _days(first: datetime, second: datetime) -> int:
    return days_between(times.day_of(first), times.day_of(second))


def _add_days(day: datetime, days: int) -> datetime:
    return times.from_day(times.add_days(times.day_of(day), days))


def _add_months(day: datetime, months: int) -> datetime:
    return times.from_day(times.add_months(times.day_of(day), months))


def _in_year(day: datetime, month: int, day_of_month: int) -> datetime:
    try:
        return times.from_day(times.day_of(day).replace(month=month, day=day_of_month))
    except ValueError as error:
        raise CannotCalculate("date", f"{month}-{day_of_month}") from error


def _age(birth: datetime, on: datetime) -> int:
    return times.full_years(times.day_of(birth), times.day_of(on))


def functions(holidays: Mapping[str, Any]) -> tuple[Function, ...]:
    """All functions; `holidays` is the plan that `WorkingCalendar.from_data` reads."""
    calendar = WorkingCalendar.from_data(holidays)

    def working_days(first: datetime, second: datetime) -> int:
        return working_days_between(times.day_of(first), times.day_of(second), calendar)

    moments = ("timestamp", "timestamp")
    integers = ("list<int>",)
    return (
        Function("days", moments, "int", _days),
        Function("minutes", moments, "int", _minutes),
        Function("working_days", moments, "int", working_days),
        Function("age", moments, "int", _age),
        Function("add_days", ("timestamp", "int"), "timestamp", _add_days),
        Function("add_months", ("timestamp", "int"), "timestamp", _add_months),
        Function("in_year", ("timestamp", "int", "int"), "timestamp", _in_year),
        Function("sum", integers, "int", lambda values: within(sum(values))),
        Function("count", ("list<bool>",), "int", lambda values: sum(1 for value in values if value)),
        Function("max", integers, "int", lambda values: max(_some(values))),
        Function("min", integers, "int", lambda values: min(_some(values))),
        Function("median", integers, "int", median),
        Function("latest", ("list<timestamp>",), "timestamp", lambda values: max(_some(values))),
        Function("earliest", ("list<timestamp>",), "timestamp", lambda values: min(_some(values))),
        Function("distinct", ("list<string>",), "int", lambda values: len(set(values))),
        Function("abs", ("int",), "int", lambda value: within(abs(value))),
        Function("percent", ("int", "int"), "int", percent),
        Function("convert", ("int", "list<int>", "list<int>"), "int", convert),
        Function("valid_uscc", ("string",), "bool", valid_uscc),
        Function("valid_resident_id", ("string",), "bool", valid_resident_id),
        Function("valid_phone", ("string",), "bool", valid_phone),
    )
