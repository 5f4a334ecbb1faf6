"""Entries: how one is made, and what is checked before one is believed.

`read` is the least that must hold for an entry to be kept at all (its id is the hash of what it
says, and one can tell where it belongs); `check` is what it takes to be part of the record. An entry
that passes the first and fails the second comes perhaps from a newer phone: it is held, not dropped.
"""

import hashlib
import re
import uuid
from collections.abc import Mapping
from typing import Any, cast

from server.core.calendar import is_instant
from server.core.canonical import NotCanonical, canonical, digest
from server.core.journal.types import ACTS, KINDS, SERVER, SERVER_KINDS, Entry
from server.core.journal.values import DEVICE, ID, LARGEST_SEQ, UUID, VALUES
from server.core.refusal import Refused
from server.core.shapes import Shape, ascending, either, integer, nothing

FIELDS = frozenset(Entry.__annotations__)
LONGEST_SKEW = 8_000_000_000_000  # 253 years: a phone with a flat battery wakes up in 1970

_ITEM = "[A-Z]{2,6}[0-9]{0,4}"
_ROW = f"{_ITEM}/[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}"
_CELL = f"{_ROW}/[a-z][a-z0-9_]{{0,40}}"
_WHOLE = re.compile("")
_PATHS = {
    "answer": re.compile(f"{_ITEM}|{_CELL}"),
    "row": re.compile(_ROW),
    **dict.fromkeys(("evidence", "mark", "withdraw", "finding"), re.compile(f"{_ITEM}|{_ROW}")),
    "comment": re.compile(f"|{_ITEM}|{_ROW}|{_CELL}"),
}
_Shapes = tuple[tuple[str, str, Shape], ...]
_PLACE: _Shapes = (
    ("inspection", "inspection_wrong", UUID),
    ("author", "author_wrong", UUID),
    ("device", "device_wrong", DEVICE),
    ("seq", "seq_wrong", integer(1, LARGEST_SEQ)),
    ("prev", "prev_wrong", either(nothing, ID)),
)
_REST: _Shapes = (
    ("at", "at_wrong", is_instant),
    ("skew_ms", "skew_wrong", integer(-LONGEST_SKEW, LONGEST_SKEW)),
    ("replaces", "replaces_wrong", ascending(ID, 10_000)),
)


class BadEntry(Refused):
    """An entry that is not part of any record; the code says why."""


def entry_id(body: dict[str, Any]) -> str:
    """The id of an entry: the SHA-256 of its canonical JSON without `id`; raises `NotCanonical`."""
    return digest({name: member for name, member in body.items() if name != "id"})


def seal(body: dict[str, Any]) -> Entry:
    """Make an entry of the eleven fields of `body`; raises `BadEntry` as `check` and `NotCanonical`."""
    entry = {**body, "id": entry_id(body)}
    check(entry)
    return cast(Entry, entry)


def read(wire: Any) -> tuple[str, bytes]:
    """Return the id and the canonical body of what a device sent when it may be kept at all.

    Raises `BadEntry`: `entry_unreadable` when it is not an object that says to which inspection,
    author, device and place in the chain it belongs, or has no canonical form; `entry_id_wrong` when
    the id is not the hash of the rest.
    """
    if not isinstance(wire, dict):
        raise BadEntry("entry_unreadable", type(wire).__name__)
    for name, _, shape in _PLACE:
        if not shape(wire.get(name)):
            raise BadEntry("entry_unreadable", name)
    said = wire.copy()
    claimed = said.pop("id", None)
    try:
        body = canonical(said)
    except NotCanonical as error:
        raise BadEntry("entry_unreadable", error.code) from error
    expected = hashlib.sha256(body).hexdigest()
    if claimed != expected:
        raise BadEntry("entry_id_wrong", str(claimed)[:64])
    return expected, body


def identify(wire: Any) -> str:
    """The id of what a device sent when it may be kept at all; raises as `read`."""
    return read(wire)[0]


def check(entry: Any) -> None:
    """Accept an entry whose every field is in order; the id is the business of `identify`.

    Raises `BadEntry` with one of `entry_fields`, `inspection_wrong`, `author_wrong`, `device_wrong`,
    `seq_wrong`, `prev_wrong`, `at_wrong`, `skew_wrong`, `replaces_wrong`, `kind_unknown`,
    `server_only`, `path_wrong`, `value_wrong`.
    """
    if not isinstance(entry, dict) or entry.keys() != FIELDS:
        raise BadEntry("entry_fields")
    for name, code, shape in _PLACE:
        if not shape(entry[name]):
            raise BadEntry(code, name)
    check_read(entry)


def check_read(entry: Mapping[str, Any]) -> None:
    """What is left to check of an entry that has passed `read`; raises as `check`."""
    if entry.keys() != FIELDS:
        raise BadEntry("entry_fields")
    for name, code, shape in _REST:
        if not shape(entry[name]):
            raise BadEntry(code, name)
    if (entry["seq"] == 1) != (entry["prev"] is None):
        raise BadEntry("prev_wrong", "only the first entry has none")
    kind, path = entry["kind"], entry["path"]
    if kind not in KINDS:
        raise BadEntry("kind_unknown", str(kind)[:40])
    if kind in SERVER_KINDS and entry["device"] != SERVER:
        raise BadEntry("server_only", kind)
    if not isinstance(path, str) or not _PATHS.get(kind, _WHOLE).fullmatch(path):
        raise BadEntry("path_wrong", f"{kind} at {path}")
    if not VALUES[kind](entry["value"]):
        raise BadEntry("value_wrong", f"{kind} at {path}")
    _check_replaces(kind, len(entry["replaces"]))


def _check_replaces(kind: str, count: int) -> None:
    """Acts and evidence only add; a withdrawal is about one piece of evidence."""
    if count and (kind in ACTS or kind == "evidence"):
        raise BadEntry("replaces_wrong", kind)
    if kind == "withdraw" and count != 1:
        raise BadEntry("replaces_wrong", kind)


def row_id(inspection: str, item: str, key: str) -> str:
    """The id of a catalogue or drawn row: uuid5 (RFC 9562 5.5), the same on every phone."""
    return str(uuid.uuid5(uuid.UUID(inspection), f"{item}/{key}"))
