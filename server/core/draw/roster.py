"""Freezing a roster: one canonical line per premises, sorted, hashed, published (specification section 3).

The ids in a roster are statutory (`uscc:91410422MA40A1B28W`, `uscc:91410422MA40A1B28W#2` for a second
site) or, where they must not be public, pseudonyms made with the salt that the plan commits to. Keys
of a database never enter: a draw must be repeatable by someone who does not have the database.
"""

import json
import re
from collections.abc import Iterable, Sequence
from hashlib import sha256
from operator import itemgetter
from typing import NamedTuple

from server.core.draw.hashing import DrawRefused, is_hex, tagged

_ID = re.compile(r"[a-z][a-z0-9_]{0,15}:[0-9A-Za-z._-]{1,64}(#[0-9A-Za-z._-]{1,32})?")
_CODE = re.compile(r"[0-9A-Za-z._-]{1,64}")
_TAG = re.compile(r"[0-9A-Za-z._/-]{1,60}")
# A roster is ordered by id alone: a line is a tuple whose first member is the id.
_by_id = itemgetter(0)


class Line(NamedTuple):
    """One premises in one roster. `district` is set only where the own-district rule is in force."""

    id: str
    stratum: str
    district: str | None = None


def is_id(value: object) -> bool:
    """Say whether `value` is a ticket id: `kind:code` or `kind:code#site`, ASCII, no bar."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def is_tag(value: object) -> bool:
    """Say whether `value` names a stratum, pool, item, household or district: short ASCII, no bar."""
    return isinstance(value, str) and _TAG.fullmatch(value) is not None


def statutory_id(kind: str, code: str, site: str | None = None) -> str:
    """Return the statutory ticket id; raises `DrawRefused("id_malformed")`.

    A code with other characters than an id may hold (`豫公特〔2019〕12号`) enters as `x-` and the first 32 characters
    of `H("code", code)`: whoever has the code can say which id is his.
    """
    if code and _CODE.fullmatch(code) is None:
        code = f"x-{tagged('code', code)[:32]}"
    text = f"{kind}:{code}" if site is None else f"{kind}:{code}#{site}"
    if not is_id(text):
        raise DrawRefused("id_malformed", text)
    return text


def salt_commitment(draw: str, salt: str) -> str:
    """Return what the plan publishes about the salt (32 bytes in hex) before the draw."""
    if not is_hex(salt):
        raise DrawRefused("salt_malformed")
    return tagged("salt", draw, salt)


def pseudonym(kind: str, salt: str, identity: str) -> str:
    """Return the pseudonym of `identity` for one draw; `kind` is `i` (inspector) or `p` (premises).

    128 bits of a salted hash: a six-digit badge cannot be found by trying a million of them, and the
    same person has another pseudonym in the next draw.
    """
    if not is_hex(salt):
        raise DrawRefused("salt_malformed")
    return f"{kind}:{tagged('pseudonym', salt, identity)[:32]}"


def roster_lines(lines: Iterable[Line]) -> bytes:
    """Return the roster file: canonical JSON, one line per premises, sorted by id, each ended by LF.

    An empty roster is zero bytes. Raises `DrawRefused` with `id_malformed`, `stratum_malformed`,
    `district_malformed` or `roster_duplicate`.
    """
    ordered = sorted(lines, key=_by_id)
    previous = ""
    written: list[str] = []
    for id_, stratum, district in ordered:
        if not is_id(id_):
            raise DrawRefused("id_malformed", id_)
        if not is_tag(stratum):
            raise DrawRefused("stratum_malformed", stratum)
        if id_ == previous:
            raise DrawRefused("roster_duplicate", id_)
        previous = id_
        # The checked characters need no escape, so this is the canonical JSON of the object.
        written.append(f'{_district(district)}"id":"{id_}","stratum":"{stratum}"}}\n')
    return "".join(written).encode("ascii")


def _district(district: str | None) -> str:
    if district is None:
        return "{"
    if not is_tag(district):
        raise DrawRefused("district_malformed", district)
    return f'{{"district":"{district}",'


def parse_roster(text: bytes) -> list[Line]:
    """Return the lines of a roster file; raises `DrawRefused("roster_malformed")` when the bytes are not
    exactly what `roster_lines` writes (other order, spaces, a doubled or missing line end)."""
    try:
        rows = [json.loads(line) for line in text.decode("ascii").splitlines()]
        lines = [Line(row["id"], row["stratum"], row.get("district")) for row in rows]
        if roster_lines(lines) == text:
            return lines
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DrawRefused("roster_malformed", str(error)[:80]) from error
    raise DrawRefused("roster_malformed", "not in canonical form")


def roster_digest(text: bytes) -> str:
    """Return the SHA-256 of a roster file: the same figure as `sha256sum roster.jsonl`."""
    return sha256(text).hexdigest()


def roster_rows(lines: Sequence[Line]) -> list[dict[str, str]]:
    """Return the lines as the JSON objects that the published bundle carries, sorted by id."""
    rows: list[dict[str, str]] = []
    for line in sorted(lines, key=_by_id):
        row = {"id": line.id, "stratum": line.stratum}
        if line.district is not None:
            row["district"] = line.district
        rows.append(row)
    return rows
