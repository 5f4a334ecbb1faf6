"""What a cell of the bureau's Excel files may say, and how it is understood.

A reader takes the cell's text and gives the value; `Unreadable` carries the catalogue's code and what fills its
sentence. Spreadsheets write whole numbers as 5.0, percentages as 0.05 and long codes in scientific notation: the
first two are understood, the third is refused, as its digits are lost.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from server.core import identifiers
from server.core.calendar import BadTime, parse_date
from server.platform.errors import Problem

Reader = Callable[[str], Any]
_DATE = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_LANDLINE = re.compile(r"0[0-9]{2,3}-?[0-9]{7,8}(-[0-9]{1,5})?")
_BETWEEN = re.compile(r"[、,，;；\s]+")
_ITEM_CODE = re.compile(r"[0-9A-Za-z-]{1,40}")
_SITE = re.compile(r"[0-9A-Za-z_-]{1,32}")
_SCIENTIFIC = re.compile(r"[0-9.]+[eE]\+[0-9]+")
_PERCENT_SIGNS = {"%": 100, "‰": 1000}


class Unreadable(Exception):
    """The cell cannot be taken. `code` is in the catalogue."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.problem = Problem(code, **values)


def cell_text(cell: Any) -> str:
    """A cell as the text that a person sees in it: without blanks around, whole numbers without ".0"."""
    if type(cell) is str:
        return cell.strip() if cell.isascii() else unicodedata.normalize("NFC", cell).strip()
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 10**15 else repr(cell)
    return str(cell).strip()


def text(most: int) -> Reader:
    """Any text of at most `most` characters."""

    def read(given: str) -> str:
        if len(given) > most:
            raise Unreadable("cell_too_long", most=most)
        return given

    return read


def integer(low: int, high: int) -> Reader:
    """A whole number from `low` to `high`."""

    def read(given: str) -> int:
        if not given.isdecimal() or not low <= int(given) <= high:
            raise Unreadable("cell_not_integer", low=low, high=high)
        return int(given)

    return read


def one_of(words: Mapping[str, Any]) -> Reader:
    """One of the known words, each standing for a value."""

    def read(given: str) -> Any:
        if given not in words:
            raise Unreadable("cell_not_in_list", words="、".join(words))
        return words[given]

    return read


def many(read_one: Reader) -> Reader:
    """Several values with 、 or a comma between them."""

    def read(given: str) -> list[Any]:
        return list(dict.fromkeys(read_one(part) for part in _BETWEEN.split(given) if part))

    return read


def lines(given: str) -> list[str]:
    """Each line of the cell, without empty ones."""
    return [line.strip() for line in given.splitlines() if line.strip()]


def day(given: str) -> date:
    """A date as Excel has it or as people write it: 2026-01-05, 2026/1/5, 2026年1月5日."""
    written = _DATE.fullmatch(given)
    try:
        if written is None:
            raise BadTime("date_wrong")
        year, month, number = (int(part) for part in written.groups())
        return parse_date(f"{year:04d}-{month:02d}-{number:02d}")
    except BadTime as error:
        raise Unreadable("cell_not_date") from error


def ratio(given: str) -> tuple[int, int]:
    """5%, 0.05, 5/100 or 5‰ as numerator and denominator, never as a float; whole percents stay hundredths."""
    try:
        factor = _PERCENT_SIGNS.get(given[-1:], 1)
        number = Fraction(given.rstrip("%‰").strip()) if "/" in given else Fraction(Decimal(given.rstrip("%‰").strip()))
        part = number / factor
    except (ValueError, ZeroDivisionError, InvalidOperation) as error:
        raise Unreadable("cell_not_ratio") from error
    if not 0 < part <= 1 or part.denominator > 1_000_000:
        raise Unreadable("cell_not_ratio")
    return (int(part * 100), 100) if 100 % part.denominator == 0 else (part.numerator, part.denominator)


def degrees(low: int, high: int) -> Reader:
    """A position's degrees as a decimal string with five places, in the range of the country."""

    def read(given: str) -> str:
        try:
            number = Decimal(given)
        except InvalidOperation as error:
            raise Unreadable("cell_not_degrees", low=low, high=high) from error
        if not number.is_finite() or not low <= number <= high:
            raise Unreadable("cell_not_degrees", low=low, high=high)
        return f"{number:.5f}"

    return read


def telephone(given: str) -> str:
    """A mobile number or a landline with its area code."""
    if _LANDLINE.fullmatch(given):
        return given
    try:
        return identifiers.phone(given)
    except identifiers.BadIdentifier as error:
        raise Unreadable("cell_not_phone") from error


def badge_no(given: str) -> str:
    """A 警号. Excel eats leading zeros, so a shorter number is refused rather than guessed."""
    try:
        return identifiers.badge_no(given)
    except identifiers.BadIdentifier as error:
        raise Unreadable("cell_not_badge") from error


def certificate_no(given: str) -> str:
    """A 行政执法证号: letters and digits; the patterns of the provinces differ."""
    _refuse_lost_digits(given)
    number = identifiers.written(given)
    if not (6 <= len(number) <= 30 and number.isascii() and number.isalnum()):
        raise Unreadable("cell_not_certificate")
    return number


def code_of_kind(kind: str, given: str) -> str:
    """A statutory code: a 统一社会信用代码 is checked digit by digit, others by their shape."""
    _refuse_lost_digits(given)
    if kind == "uscc":
        try:
            return identifiers.uscc(given)
        except identifiers.BadIdentifier as error:
            raise Unreadable(f"cell_{error.code}") from error
    code = identifiers.written(given)
    if not (code.isascii() and 3 <= len(code) <= 64 and code.isalnum()):
        raise Unreadable("cell_not_code")
    return code


def _refuse_lost_digits(given: str) -> None:
    if _SCIENTIFIC.fullmatch(given):
        raise Unreadable("cell_digits_lost")


def item_code(given: str) -> str:
    """The code of an item: letters, digits, dash; it names pools and strata in the draw."""
    if not _ITEM_CODE.fullmatch(given):
        raise Unreadable("cell_not_item_code")
    return given


def site(given: str) -> str:
    """The mark of a second site, or of a household: up to 32 letters and digits."""
    if not _SITE.fullmatch(given):
        raise Unreadable("cell_not_site")
    return given
