"""Reading one answer: from the journal's JSON to values that expressions and sentences use.

Item answers and table cells are read by the same function; `Field` in types.ts says what a field
has. What cannot be read is never guessed: it is `invalid` with a code, and blocks submission.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from server.core import identifiers
from server.core.canonical import MAX_INTEGER
from server.core.checklist import times
from server.core.checklist.quantities import plain, scaled
from server.core.checklist.validators import FORMATS, valid_phone, valid_resident_id
from server.core.checklist.words import trimmed
from server.core.refusal import Refused

MAX_TEXT = 2000
STANDARD = ("pass", "fail", "na")
PERSON_FIELDS = ("name", "id_type", "id_number", "phone")
_COORDINATE = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{1,8})?\Z")


class Reading(NamedTuple):
    """`status` is open, unchecked, invalid or known; `detail` the reason or the fault.

    `values` are the CEL values by name suffix: "" is the field itself, "_class" an attribute of the
    chosen catalogue entry, "_name" a field of a person.
    """

    status: str
    detail: str
    values: Mapping[str, Any]


class Entries:
    """The catalogue entries in force on the visit date, by catalogue and key."""

    def __init__(self, catalogues: Mapping[str, Any], on: str) -> None:
        self._lists = catalogues["lists"]
        self._on = on
        self._cache: dict[str, dict[str, Any]] = {}

    def of(self, catalogue: str) -> Mapping[str, Any]:
        if catalogue not in self._cache:
            entries = self._lists[catalogue]["entries"]
            self._cache[catalogue] = {entry["key"]: entry for entry in entries if in_force(entry, self._on)}
        return self._cache[catalogue]

    def attributes(self, catalogue: str) -> Sequence[str]:
        attributes: Sequence[str] = self._lists[catalogue]["attributes"]
        return attributes


def in_force(entry: Mapping[str, Any], on: str) -> bool:
    """Whether a dated entry holds on the ISO date `on`; `effective_to` is the last day."""
    until = entry["effective_to"]
    return bool(entry["effective_from"] <= on and (until is None or on <= until))


class Surroundings(NamedTuple):
    """What reading a field may depend on: entries in force, the row's unit, the keys chosen elsewhere."""

    entries: Entries
    base_unit: str | None = None
    among: frozenset[str] | None = None


OPEN = Reading("open", "", {})


def invalid(code: str) -> Reading:
    return Reading("invalid", code, {})


def read(field: Mapping[str, Any], raw: Any, around: Surroundings) -> Reading:
    """Read the raw answer `raw` (None: not answered) of `field`."""
    if raw is None:
        return OPEN
    if isinstance(raw, Mapping) and set(raw) == {"unchecked"}:
        reason = raw["unchecked"]
        return Reading("unchecked", reason if isinstance(reason, str) else "", {})
    reader = _READERS.get(field["type"])
    if reader is None:
        return invalid("shape")
    try:
        return reader(field, raw, around)
    except Refused as refusal:
        return invalid(refusal.code)


def _known(value: Any) -> Reading:
    return Reading("known", "", {"": value})


def _choice(field: Mapping[str, Any], raw: Any, around: Surroundings) -> Reading:
    if not isinstance(raw, str):
        return invalid("shape")
    if "catalogue" in field:
        return _from_catalogue(field["catalogue"], [raw], around, single=True)
    keys = [option["key"] for option in field["options"]] if "options" in field else STANDARD
    return _known(raw) if raw in keys else invalid("not_an_option")


def _multi(field: Mapping[str, Any], raw: Any, around: Surroundings) -> Reading:
    if not isinstance(raw, list) or not all(isinstance(key, str) for key in raw):
        return invalid("shape")
    if raw != sorted(set(raw)):
        return invalid("not_sorted")
    if "catalogue" in field:
        return _from_catalogue(field["catalogue"], raw, around, single=False)
    keys = {option["key"] for option in field["options"]}
    return _known(raw) if keys.issuperset(raw) else invalid("not_an_option")


def _from_catalogue(catalogue: str, keys: list[str], around: Surroundings, *, single: bool) -> Reading:
    entries = around.entries.of(catalogue)
    if any(key not in entries for key in keys):
        return invalid("not_in_force")
    if around.among is not None and not around.among.issuperset(keys):
        return invalid("not_among")
    values: dict[str, Any] = {"": keys[0] if single else keys}
    for name in around.entries.attributes(catalogue):
        found = [entries[key]["attributes"].get(name, "") for key in keys]
        values[f"_{name}"] = found[0] if single else found
    return Reading("known", "", values)


def _integer(field: Mapping[str, Any], raw: Any, around: Surroundings) -> Reading:
    if type(raw) is not int:
        return invalid("shape")
    if raw < field.get("min", 0) or raw > field.get("max", 10**9):
        return invalid("out_of_range")
    return _known(raw)


def _quantity(field: Mapping[str, Any], raw: Any, around: Surroundings) -> Reading:
    if not _has_texts(raw, ("number", "unit")):
        return invalid("shape")
    if raw["unit"] not in field["units"]:
        return invalid("unknown_unit")
    base = around.base_unit or field["units"][0]
    value = scaled(raw["number"], raw["unit"], base, field["scale"])
    if value < _bound(field, "min", base, 0):
        return invalid("out_of_range")
    if "max" in field and value > _bound(field, "max", base, 0):
        return invalid("out_of_range")
    return _known(value)


def _bound(field: Mapping[str, Any], name: str, base: str, default: int) -> int:
    return scaled(field[name], base, base, field["scale"]) if name in field else default


def _text(field: Mapping[str, Any], raw: Any, around: Surroundings) -> Reading:
    if not isinstance(raw, str):
        return invalid("shape")
    if not trimmed(raw):
        return OPEN
    if len(raw) > field.get("max_length", MAX_TEXT):
        return invalid("too_long")
    if "format" in field and not FORMATS[field["format"]](raw):
        return invalid("bad_format")
    return _known(raw)


def _date(field: Mapping[str, Any], raw: Any, around: Surroundings) -> Reading:
    return _known(times.start_of_day(raw)) if isinstance(raw, str) else invalid("shape")


def _datetime(field: Mapping[str, Any], raw: Any, around: Surroundings) -> Reading:
    return _known(times.moment(raw)) if isinstance(raw, str) else invalid("shape")


def _position(field: Mapping[str, Any], raw: Any, around: Surroundings) -> Reading:
    if not isinstance(raw, Mapping) or not all(isinstance(raw.get(name), str) for name in ("lat", "lng")):
        return invalid("shape")
    if not _COORDINATE.match(raw["lat"]) or not _COORDINATE.match(raw["lng"]):
        return invalid("shape")
    return Reading("known", "", {})


def _person(field: Mapping[str, Any], raw: Any, around: Surroundings) -> Reading:
    if not isinstance(raw, Mapping) or not all(isinstance(raw.get(name, ""), str) for name in PERSON_FIELDS):
        return invalid("shape")
    asked = field.get("fields", PERSON_FIELDS)
    values = {f"_{name}": trimmed(raw.get(name, "")) for name in PERSON_FIELDS}
    if not any(values.values()):
        return OPEN
    if any(not values[f"_{name}"] for name in asked):
        return invalid("person_incomplete")
    if values["_id_number"] and values["_id_type"] in ("", "resident_id"):
        if not valid_resident_id(values["_id_number"]):
            return invalid("bad_format")
        values["_id_number"] = identifiers.resident_id(values["_id_number"]).number
    if values["_phone"] and not valid_phone(values["_phone"]):
        return invalid("bad_phone")
    return Reading("known", "", values)


def _has_texts(raw: Any, names: Sequence[str]) -> bool:
    return isinstance(raw, Mapping) and all(isinstance(raw.get(name), str) for name in names)


_READERS: dict[str, Callable[[Mapping[str, Any], Any, Surroundings], Reading]] = {
    "choice": _choice,
    "multi": _multi,
    "integer": _integer,
    "score": _integer,
    "quantity": _quantity,
    "text": _text,
    "scan": _text,
    "date": _date,
    "datetime": _datetime,
    "position": _position,
    "person": _person,
}


def cel_types(field: Mapping[str, Any], name: str, attributes: Callable[[str], Sequence[str]]) -> dict[str, str]:
    """The CEL variables that a field gives, by name."""
    kind = field["type"]
    if kind == "person":
        return {f"{name}_{part}": "string" for part in PERSON_FIELDS}
    if kind in ("photo", "signature"):
        return {f"{name}_photos": "int"}
    if kind not in _CEL:
        return {}
    types = {name: _CEL[kind]}
    if "catalogue" in field:
        types |= {f"{name}_{attribute}": _CEL[kind] for attribute in attributes(field["catalogue"])}
    return types


_CEL = {
    "choice": "string",
    "multi": "list<string>",
    "integer": "int",
    "score": "int",
    "quantity": "int",
    "text": "string",
    "scan": "string",
    "date": "timestamp",
    "datetime": "timestamp",
}
COMPUTED_CEL = {
    "integer": "int",
    "quantity": "int",
    "boolean": "bool",
    "date": "timestamp",
    "text": "string",
}


def outward(spec: Mapping[str, Any], value: Any, base_unit: str | None = None) -> Any:
    """A computed value as JSON; None when it does not fit JSON's integers."""
    kind = spec["type"]
    if kind == "quantity":
        unit = base_unit or spec["units"][0]
        return {"number": plain(value, spec["scale"]), "unit": unit}
    if kind == "date":
        return times.day_of(value).isoformat()
    if kind == "integer" and abs(value) > MAX_INTEGER:
        return None
    return value
