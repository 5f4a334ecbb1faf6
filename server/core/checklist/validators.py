"""Named formats of what people type; identifiers themselves are read by `core.identifiers`."""

import re
from collections.abc import Callable

from server.core import identifiers
from server.core.identifiers import BadIdentifier

_LAST4 = re.compile(r"[0-9]{3}[0-9X]")
_CAS = re.compile(r"([1-9][0-9]{1,6})-([0-9]{2})-([0-9])")
_INITIALS = re.compile(r"[A-Z](\.?[A-Z]){1,3}\.?")
_SOMEBODY = re.compile(r"(?!某)[\u4e00-\u9fff]{1,2}某{1,2}")
_DIGITS = re.compile(r"[0-9]+")


def _readable(reader: Callable[[str], object]) -> Callable[[str], bool]:
    def check(text: str) -> bool:
        try:
            reader(text)
        except BadIdentifier:
            return False
        return True

    return check


valid_uscc = _readable(identifiers.uscc)
valid_resident_id = _readable(identifiers.resident_id)
valid_phone = _readable(identifiers.phone)


def valid_last4(text: str) -> bool:
    """The last four characters of an identity number: all that is kept of a consumer's."""
    return _LAST4.fullmatch(text) is not None


def valid_initials(text: str) -> bool:
    """A minor's name as far as it is kept: "WM", "W.M.", or the surname alone, "王某某", "欧阳某"."""
    if _INITIALS.fullmatch(text):
        return True
    return _SOMEBODY.fullmatch(text) is not None and identifiers.mask_name(text).replace("*", "某") == text


def valid_cas(text: str) -> bool:
    """CAS registry number with its check digit."""
    match = _CAS.fullmatch(text)
    if match is None:
        return False
    digits = (match[1] + match[2])[::-1]
    return sum((place + 1) * int(digit) for place, digit in enumerate(digits)) % 10 == int(match[3])


def valid_digits(text: str) -> bool:
    return _DIGITS.fullmatch(text) is not None


FORMATS: dict[str, Callable[[str], bool]] = {
    "uscc": valid_uscc,
    "resident_id": valid_resident_id,
    "phone": valid_phone,
    "last4": valid_last4,
    "initials": valid_initials,
    "cas": valid_cas,
    "digits": valid_digits,
}
