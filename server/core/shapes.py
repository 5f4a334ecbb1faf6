"""Small shape checks for JSON values that come from a device: predicates that compose.

A shape is a function from a value to true or false; it never raises and never converts. The mirror
is pwa/src/core/shapes.ts; lengths count code points, so that both languages agree on long text.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

Shape = Callable[[Any], bool]


def text(longest: int, shortest: int = 0) -> Shape:
    """A string of `shortest` to `longest` code points."""
    return lambda value: isinstance(value, str) and shortest <= len(value) <= longest


def matching(pattern: str) -> Shape:
    """A string that the whole ASCII pattern matches."""
    compiled = re.compile(pattern, re.ASCII)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


def integer(smallest: int, largest: int) -> Shape:
    """An integer within bounds; true and false are not integers."""
    return lambda value: type(value) is int and smallest <= value <= largest


def boolean(value: Any) -> bool:
    """True or false."""
    return isinstance(value, bool)


def nothing(value: Any) -> bool:
    """Null."""
    return value is None


def among(*allowed: str) -> Shape:
    """One of the strings."""
    return lambda value: isinstance(value, str) and value in allowed


def either(*shapes: Shape) -> Shape:
    """At least one of the shapes."""
    if len(shapes) == 2:
        first, second = shapes
        return lambda value: first(value) or second(value)

    def check(value: Any) -> bool:
        # A loop, not `any` over a generator: every value of every entry comes through here.
        for shape in shapes:  # noqa: SIM110
            if shape(value):
                return True
        return False

    return check


def many(shape: Shape, most: int, fewest: int = 0) -> Shape:
    """A list of `fewest` to `most` members of one shape."""
    return lambda value: isinstance(value, list) and fewest <= len(value) <= most and all(map(shape, value))


def ascending(shape: Shape, most: int, fewest: int = 0) -> Shape:
    """A list of strings of one shape, sorted by code point and without repeats."""
    listed = many(shape, most, fewest)
    return lambda value: (
        listed(value) and (len(value) < 2 or all(a < b for a, b in zip(value, value[1:], strict=False)))
    )


def pair(first: Shape, second: Shape) -> Shape:
    """A list of exactly two members."""
    return lambda value: isinstance(value, list) and len(value) == 2 and first(value[0]) and second(value[1])


def by_key(key: Shape, member: Shape, most: int) -> Shape:
    """An object whose keys and members have one shape each."""

    def check(value: Any) -> bool:
        return (
            isinstance(value, dict) and len(value) <= most and all(map(key, value)) and all(map(member, value.values()))
        )

    return check


def fields(required: Mapping[str, Shape], optional: Mapping[str, Shape] | None = None) -> Shape:
    """An object with exactly the required fields and any of the optional ones."""
    shapes = {**required, **(optional or {})}
    needed = frozenset(required)

    def check(value: Any) -> bool:
        if not isinstance(value, dict) or not needed <= value.keys() or not value.keys() <= shapes.keys():
            return False
        for name, member in value.items():  # noqa: SIM110 (as in `either`)
            if not shapes[name](member):
                return False
        return True

    return check
