"""Identifiers of people and businesses: read, checked and masked.

The readers take what a person typed or a file contained, bring it into its one written form, and
raise `BadIdentifier` with a code that says what is wrong. The mirror is pwa/src/core/identifiers.ts.
"""

import unicodedata
from dataclasses import dataclass
from datetime import date

from server.core.calendar import BadTime, parse_date
from server.core.refusal import Refused

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
RESIDENT_CHECKS = "10X98765432"
DIGITS = frozenset("0123456789")

# The compound surnames one meets; a mask that keeps only 欧 of 欧阳 would name somebody else.
COMPOUND_SURNAMES = (
    " 欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 长孙 宇文 司徒 令狐 端木 夏侯 轩辕 南宫 西门 独孤 申屠 "
)


class BadIdentifier(Refused):
    """An identifier that cannot be right; the code begins with the kind: `uscc_`, `resident_id_` …"""


@dataclass(frozen=True)
class ResidentId:
    """What a resident identity number (GB 11643-1999) says. `sex` is "male" or "female"."""

    number: str
    division: str
    birth: date
    sex: str


def written(text: str) -> str:
    """The one written form: half-width, upper case, without blanks and hyphens."""
    folded = unicodedata.normalize("NFKC", text).upper()
    return "".join(mark for mark in folded if mark not in "- \t\r\n")


def uscc(text: str) -> str:
    """Read a 统一社会信用代码 (GB 32100-2015) and return its written form.

    Raises `BadIdentifier`: `uscc_length`, `uscc_character` (I, O, S, V, Z or anything else) or
    `uscc_check`.
    """
    code = written(text)
    if len(code) != 18:
        raise BadIdentifier("uscc_length", str(len(code)))
    values = [USCC_ALPHABET.find(mark) for mark in code]
    if min(values) < 0:
        raise BadIdentifier("uscc_character", code[values.index(-1)])
    total = sum(value * weight for value, weight in zip(values, USCC_WEIGHTS, strict=False))
    # The outer modulus matters: a total of 0 gives 31, which the alphabet does not have.
    if values[17] != (31 - total % 31) % 31:
        raise BadIdentifier("uscc_check")
    return code


def organisation_check(code: str) -> bool:
    """Whether positions 9 to 17 of a written USCC satisfy GB 11714: a hint for people, not a refusal."""
    body, check = code[8:16], code[16]
    total = sum(int(mark, 36) * weight for mark, weight in zip(body, ORGANISATION_WEIGHTS, strict=True))
    return check == "0123456789X0"[11 - total % 11]


def resident_id(text: str) -> ResidentId:
    """Read a 居民身份证 number or one of the same build (residence permits 81/82/83, cards from 9).

    Raises `BadIdentifier`: `resident_id_length`, `resident_id_character`, `resident_id_check` or
    `resident_id_date`.
    """
    number = written(text)
    if len(number) != 18:
        raise BadIdentifier("resident_id_length", str(len(number)))
    if not DIGITS.issuperset(number[:17]) or number[17] not in RESIDENT_CHECKS or number[0] == "0":
        raise BadIdentifier("resident_id_character")
    total = sum(int(mark) * weight for mark, weight in zip(number, RESIDENT_WEIGHTS, strict=False))
    if number[17] != RESIDENT_CHECKS[total % 11]:
        raise BadIdentifier("resident_id_check")
    try:
        birth = parse_date(f"{number[6:10]}-{number[10:12]}-{number[12:14]}")
    except BadTime:
        raise BadIdentifier("resident_id_date", number[6:14]) from None
    return ResidentId(number, number[:6], birth, "male" if int(number[16]) % 2 else "female")


def badge_no(text: str) -> str:
    """Read a 警号: six digits, leading zeros kept; raises `badge_no_wrong` (辅警 numbers have other shapes)."""
    return _digits(text, 6, "badge_no_wrong")


def phone(text: str) -> str:
    """Read a mobile number of mainland China, with or without +86; raises `phone_wrong`."""
    number = written(text)
    if number.startswith(("+86", "0086")):
        number = number.removeprefix("+86").removeprefix("0086")
    number = _digits(number, 11, "phone_wrong")
    if number[0] != "1" or number[1] < "3":
        raise BadIdentifier("phone_wrong")
    return number


def _digits(text: str, count: int, code: str) -> str:
    number = written(text)
    if len(number) != count or not DIGITS.issuperset(number):
        raise BadIdentifier(code)
    return number


def mask_name(name: str, mark: str = "*") -> str:
    """Surname and one `mark` for every further character: 张三 → 张*, with 某 for running text 张某."""
    text = name.strip()
    if not text:
        return ""
    if not "\u3400" <= text[0] <= "\u9fff" and ord(text[0]) < 0x20000:
        return text[0] + mark * 3
    kept = 2 if len(text) > 2 and f" {text[:2]} " in COMPOUND_SURNAMES else 1
    return text[:kept] + mark * max(1, len(text) - kept)


def mask_id(number: str) -> str:
    """Division code and last four of a resident number; of any other document only two at each end."""
    text = written(number)
    if len(text) == 18:
        return text[:6] + "*" * 8 + text[14:]
    return text[:2] + "*" * (len(text) - 4) + text[-2:] if len(text) > 6 else "*" * len(text)


def mask_phone(number: str) -> str:
    """First three and last four of a mobile number; of any other number only the last two."""
    text = written(number)
    if len(text) == 11:
        return text[:3] + "****" + text[7:]
    return "*" * (len(text) - 2) + text[-2:] if len(text) > 4 else "*" * len(text)
