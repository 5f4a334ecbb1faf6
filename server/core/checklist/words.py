"""Text as it enters the record: trimmed the same way in both languages, one line, masked where needed."""

import re

BLANK = " \t\r\n\u00a0\u3000"
_BREAKS = re.compile("[\x00-\x1f\x7f\u0085\u2028\u2029]+")


def trimmed(text: str) -> str:
    """Without blanks at the ends; the set of blanks is ours, because languages differ in theirs."""
    return text.strip(BLANK)


def one_line(text: str) -> str:
    """Free text for one line of the record: breaks and control characters become one space."""
    return trimmed(_BREAKS.sub(" ", text))


def last4(number: str) -> str:
    """Of an identity number only its end."""
    return f"尾号{number[-4:]}"


def width(text: str) -> int:
    """Width in half columns: ASCII one, everything else two."""
    return sum(1 if char < "\x80" else 2 for char in text)
