"""Named checks of what people type: the same answers on phone and server."""

import re
from collections.abc import Callable

from server.core.checklist.times import BadTime, civil_date

_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}\Z")
_RESIDENT = re.compile(r"[1-9][0-9]{5}(?:18|19|20)[0-9]{9}[0-9X]\Z")
_PHONE = re.compile(r"1[3-9][0-9]{9}\Z")
_LAST4 = re.compile(r"[0-9]{3}[0-9X]\Z")
_CAS = re.compile(r"([1-9][0-9]{1,6})-([0-9]{2})-([0-9])\Z")
_DIGITS = re.compile(r"[0-9]+\Z")


def valid_uscc(text: str) -> bool:
    """统一社会信用代码, GB 32100-2015: alphabet, length and check character."""
    if not _USCC.match(text):
        return False
    total = sum(_USCC_ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(text[:17]))
    # When the sum is a multiple of 31 the check value is 0, not 31.
    return _USCC_ALPHABET[(31 - total % 31) % 31] == text[17]


def valid_resident_id(text: str) -> bool:
    """居民身份证, GB 11643-1999: a real date of birth and the check digit; x and X are the same."""
    number = text.replace("x", "X")
    if not _RESIDENT.match(number):
        return False
    try:
        civil_date(f"{number[6:10]}-{number[10:12]}-{number[12:14]}")
    except BadTime:
        return False
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(number[:17]))
    return "10X98765432"[total % 11] == number[17]


def valid_phone(text: str) -> bool:
    """Mobile number of mainland China."""
    return _PHONE.match(text) is not None


def valid_cas(text: str) -> bool:
    """CAS registry number with its check digit."""
    match = _CAS.match(text)
    if match is None:
        return False
    digits = (match[1] + match[2])[::-1]
    return sum((place + 1) * int(digit) for place, digit in enumerate(digits)) % 10 == int(match[3])


def _last4(text: str) -> bool:
    return _LAST4.match(text) is not None


def _digits(text: str) -> bool:
    return _DIGITS.match(text) is not None


FORMATS: dict[str, Callable[[str], bool]] = {
    "uscc": valid_uscc,
    "resident_id": valid_resident_id,
    "phone": valid_phone,
    "cas": valid_cas,
    "last4": _last4,
    "digits": _digits,
}


def well_formed(text: str, format_name: str) -> bool:
    """Apply the named format of a text field; `last4` is the end of an ID number, nothing more is kept."""
    return FORMATS[format_name](text)
