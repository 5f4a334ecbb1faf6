"""Quantities: a decimal string with a unit outside, a scaled integer inside; never a float.

"12.345 kg" at scale 3 is 12345. A digit that the scale cannot hold is refused, not rounded.
"""

import re
from typing import NamedTuple

from server.core.refusal import Refused

LIMIT = 10**15
MAX_SCALE = 6
_NUMBER = re.compile(r"(-?)(0|[1-9][0-9]{0,17})(?:\.([0-9]{1,18}))?\Z")


class Unit(NamedTuple):
    """`dimension` groups units that convert; `power` is the power of ten to the base of the dimension."""

    dimension: str
    power: int
    zh: str
    en: str


UNITS = {
    "mg": Unit("mass", -3, "毫克", "mg"),
    "g": Unit("mass", 0, "克", "g"),
    "kg": Unit("mass", 3, "千克", "kg"),
    "t": Unit("mass", 6, "吨", "t"),
    "mL": Unit("volume", 0, "毫升", "mL"),
    "L": Unit("volume", 3, "升", "L"),
    "m3": Unit("volume", 6, "立方米", "m³"),
    "bottle": Unit("bottle", 0, "瓶", "bottles"),
    "drum": Unit("drum", 0, "桶", "drums"),
    "bag": Unit("bag", 0, "袋", "bags"),
    "piece": Unit("piece", 0, "件", "pieces"),
    "percent": Unit("percent", 0, "%", "%"),
    "g/mL": Unit("density", 0, "克/毫升", "g/mL"),
}


class BadQuantity(Refused):
    """bad_number, unknown_unit, unit_mismatch, too_many_digits or too_large."""


def scaled(number: str, unit: str, base: str, scale: int) -> int:
    """Return `number` of `unit` as an integer count of 10^-scale of `base`.

    Raises `BadQuantity`; conversion only by powers of ten within one dimension.
    """
    match = _NUMBER.match(number)
    if match is None:
        raise BadQuantity("bad_number", number)
    if unit not in UNITS or base not in UNITS:
        raise BadQuantity("unknown_unit", unit)
    if UNITS[unit].dimension != UNITS[base].dimension:
        raise BadQuantity("unit_mismatch", f"{unit}, {base}")
    fraction = (match[3] or "").rstrip("0")
    digits = int(match[2] + fraction)
    shift = UNITS[unit].power - UNITS[base].power + scale - len(fraction)
    if shift < 0:
        digits, rest = divmod(digits, 10**-shift)
        if rest:
            raise BadQuantity("too_many_digits", number)
    else:
        digits *= int(10**shift)
    if digits > LIMIT:
        raise BadQuantity("too_large", number)
    return -digits if match[1] else digits


def plain(value: int, scale: int) -> str:
    """Return the canonical decimal string of a scaled integer: 12500 at scale 3 is "12.5"."""
    sign = "-" if value < 0 else ""
    digits = str(abs(value)).rjust(scale + 1, "0")
    whole, fraction = (digits[:-scale], digits[-scale:].rstrip("0")) if scale else (digits, "")
    return f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"


def divide_half_even(numerator: int, denominator: int) -> int:
    """Integer division rounding half to even (四舍六入五成双, GB/T 8170). `denominator` > 0."""
    quotient, rest = divmod(numerator, denominator)
    twice = 2 * rest
    if twice > denominator or (twice == denominator and quotient % 2 == 1):
        quotient += 1
    return quotient
