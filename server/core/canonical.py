"""The one way a value becomes bytes: RFC 8785 (JSON Canonicalization Scheme), restricted.

Everything that is hashed or signed (entries, runs, checklists, draw certificates) goes through
`canonical`. The restriction is what makes two languages agree for ever: objects with ASCII keys,
arrays, strings, integers up to 2^53-1, true, false and null. Measured numbers are strings, so the
number formatting of RFC 8785 section 3.2.2.3 never comes into play. Bringing text into NFC is the
work of the edge that takes it in, not of this module: a signed text is never changed afterwards.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from server.core.refusal import Refused

MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 64

_encode = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, allow_nan=False, sort_keys=True, separators=(",", ":")
).encode


class NotCanonical(Refused):
    """The value has no canonical form; the code says why."""


def canonical(value: Any) -> bytes:
    """Return the canonical JSON of `value` as UTF-8 bytes.

    Raises `NotCanonical` with one of the codes `float`, `integer_out_of_range`, `key_not_ascii`,
    `lone_surrogate`, `not_json`, `too_deep`.
    """
    _check((value,), 1)
    try:
        return _encode(value).encode()
    except UnicodeEncodeError as error:
        raise NotCanonical("lone_surrogate") from error


def digest(value: Any) -> str:
    """Return the lower-case hex SHA-256 of the canonical JSON of `value`; raises as `canonical`."""
    return hashlib.sha256(canonical(value)).hexdigest()


def _check(members: Iterable[Any], depth: int) -> None:
    """One call for all members of a list or an object: most are plain, and not worth a call each."""
    for member in members:
        kind = type(member)
        if kind is str or member is None or kind is bool:
            continue
        if kind is int:
            if not -MAX_INTEGER <= member <= MAX_INTEGER:
                raise NotCanonical("integer_out_of_range")
        elif kind is float:
            raise NotCanonical("float", repr(member))
        elif depth > MAX_DEPTH:
            raise NotCanonical("too_deep")
        elif kind is list or kind is tuple:
            _check(member, depth + 1)
        elif kind is dict or isinstance(member, Mapping):
            _check_keys(member)
            _check(member.values(), depth + 1)
        else:
            raise NotCanonical("not_json", kind.__name__)


def _check_keys(keys: Iterable[Any]) -> None:
    try:
        plain = "".join(keys).isascii()
    except TypeError:
        plain = False
    if not plain:
        raise NotCanonical("key_not_ascii")
