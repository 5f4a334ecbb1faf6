"""The one way DSS1 hashes: fields joined by a bar, in UTF-8, through SHA-256 (specification section 2).

No field may contain the bar, so two different lists of fields never give the same bytes. Everything
that enters is a string: numbers are written in decimal before they come here, which is what keeps a
seed of twenty digits from being rounded and an id `007` from becoming `7`.
"""

import re
import unicodedata
from hashlib import sha256
from typing import Any

from server.core.refusal import Refused

SPEC = "DSS1"
_HEX64 = re.compile(r"[0-9a-f]{64}")
# C0 and C1 controls, the bar, and the spaces a screen or a keyboard adds without being asked.
_UNCLEAN = re.compile("[\x00-\x1f\x7f-\x9f|\u200b-\u200f\u2028-\u202e\u2060\ufeff]")
_EDGES = " \u00a0\u3000"
MAX_TEXT = 200


class DrawRefused(Refused):
    """The draw cannot be announced, executed or amended as asked; the code says why."""


def tagged(*fields: str) -> str:
    """Return the lower-case hex SHA-256 of `DSS1|field|field|…` (specification section 2)."""
    return sha256("|".join((SPEC, *fields)).encode()).hexdigest()


def is_hex(value: Any) -> bool:
    """Say whether `value` is 32 bytes written as 64 lower-case hexadecimal characters."""
    return isinstance(value, str) and _HEX64.fullmatch(value) is not None


def is_clean(value: Any) -> bool:
    """Say whether `value` may stand in a plan or be hashed as it is: 1 to 200 characters, in NFC, no
    bar, no control or invisible character, no space at either end."""
    return (
        isinstance(value, str)
        and 0 < len(value.encode("utf-16-le", "surrogatepass")) // 2 <= MAX_TEXT
        and not _UNCLEAN.search(value)
        and value == value.strip(_EDGES)
        and unicodedata.is_normalized("NFC", value)
        and not any("\ud800" <= sign <= "\udfff" for sign in value)
    )


def clean(text: str) -> str:
    """Return what a person typed as it will be hashed: NFC, spaces at the ends removed.

    Raises `DrawRefused("text_unclean")` when a bar, a control character or nothing is left: the person
    has to see and correct it, because what is hashed must be what the paper shows.
    """
    tidy = unicodedata.normalize("NFC", text).strip(_EDGES + "\t\r\n").strip(_EDGES)
    if not is_clean(tidy):
        raise DrawRefused("text_unclean", repr(text[:40]))
    return tidy
