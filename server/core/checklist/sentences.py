"""Sentences of the record: templates with {slots}, optional [clauses] and few filters.

A clause in square brackets disappears when a slot inside it is empty. Outside a clause an empty slot
prints 未记录, so that the record never has a hole that can be filled in later.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from server.core.checklist import times
from server.core.checklist.quantities import UNITS, plain
from server.core.checklist.words import last4, one_line
from server.core.identifiers import mask_name, mask_phone
from server.core.refusal import Refused

if TYPE_CHECKING:
    from server.core.checklist.run import Run
    from server.core.checklist.tables import Row

EMPTY = "未记录"
FILTERS: dict[str, Callable[[str], str]] = {
    "masked": mask_name,
    "last4": last4,
    "phone": mask_phone,
}
ITEM_SLOTS = (
    "answer",
    "reason",
    "finding",
    "correction",
    "rows",
    "failed_rows",
    "unchecked_rows",
    "sample",
    "round",
    "redraw_reason",
    "photos",
)
STANDARD_WORDS = {"pass": "合格", "fail": "不合格", "na": "不适用"}
UNCHECKED = "{title}：本次未检查或无法核实，原因：{reason}。"
Slots = Callable[[str], str]


class BadTemplate(Refused):
    """bracket, slot_name or filter: the template cannot be read."""


class Slot:
    """A {name} or {name|filter}."""

    def __init__(self, text: str) -> None:
        self.name, _, self.filter = text.partition("|")
        if not self.name or any(not (char.isascii() and (char.isalnum() or char == "_")) for char in self.name):
            raise BadTemplate("slot_name", text)
        if self.filter and self.filter not in FILTERS:
            raise BadTemplate("filter", text)

    def fill(self, slots: Slots) -> str:
        value = slots(self.name)
        return FILTERS[self.filter](value) if self.filter and value else value


Clause = tuple[str | Slot, ...]


@lru_cache(maxsize=4096)
def parse(template: str) -> tuple[tuple[bool, Clause], ...]:
    """Split a template into (optional, parts). Raises `BadTemplate`."""
    clauses: list[tuple[bool, Clause]] = []
    for index, piece in enumerate(template.split("[")):
        inside, closed, outside = piece.partition("]")
        if index == 0:
            if closed:
                raise BadTemplate("bracket", template)
            clauses.append((False, _parts(inside)))
            continue
        if not closed or "]" in outside:
            raise BadTemplate("bracket", template)
        clauses.append((True, _parts(inside)))
        clauses.append((False, _parts(outside)))
    return tuple(clause for clause in clauses if clause[1])


def _parts(text: str) -> Clause:
    parts: list[str | Slot] = []
    for index, piece in enumerate(text.split("{")):
        if index == 0:
            if "}" in piece:
                raise BadTemplate("bracket", text)
            parts.append(piece)
            continue
        name, closed, rest = piece.partition("}")
        if not closed or "}" in rest:
            raise BadTemplate("bracket", text)
        parts += [Slot(name), rest]
    return tuple(part for part in parts if part != "")


def slots_of(template: str) -> list[str]:
    """The names of the slots of a template, in order. Raises `BadTemplate`."""
    return [part.name for _, parts in parse(template) for part in parts if isinstance(part, Slot)]


def render(template: str, slots: Slots) -> str:
    text = ""
    for optional, parts in parse(template):
        filled = [part if isinstance(part, str) else part.fill(slots) for part in parts]
        if optional and not all(filled):
            continue
        text += "".join(piece or EMPTY for piece in filled)
    return text


def shown(spec: Mapping[str, Any], value: Any, unit: str | None = None) -> str:
    """A value in the record's words; `spec` is the field, computed value, fact or setting it belongs to."""
    kind = spec["type"]
    if kind == "choice":
        return _option_words(spec, value)
    if kind == "multi":
        return "、".join(_option_words(spec, key) for key in value)
    if kind == "quantity":
        base = unit or spec["units"][0]
        return f"{plain(value, spec['scale'])}{UNITS[base].zh}"
    if kind == "date":
        return times.zh_date(times.day_of(value))
    if kind == "datetime":
        return times.zh_moment(value)
    if kind == "boolean":
        return "是" if value else "否"
    return one_line(str(value))


def _option_words(spec: Mapping[str, Any], key: str) -> str:
    for option in spec.get("options", ()):
        if option["key"] == key:
            return str(option.get("words") or option["title"]["zh"])
    for entry in spec.get("entries", ()):
        if entry["key"] == key:
            return str(entry["title"]["zh"])
    return STANDARD_WORDS.get(key, key)


def of_item(run: "Run", item: Mapping[str, Any], verdict: str) -> str:
    """The sentence of an item for a verdict; "" where the record says nothing (na without a sentence)."""
    template = item["sentences"].get(verdict, UNCHECKED if verdict == "unchecked" else "")
    return render(template, lambda name: _item_slot(run, item, name))


def _item_slot(run: "Run", item: Mapping[str, Any], name: str) -> str:
    code = item["code"]
    if name == "title":
        return str(item["title"]["zh"])
    if name == "answer":
        return _answer(run, item)
    if name == "reason":
        reading = run.readings.get(code)
        return one_line(reading.detail) if reading is not None and reading.status == "unchecked" else ""
    if name in ("finding", "correction"):
        key = "text" if name == "finding" else "correction_text"
        texts = [one_line(value.get(key) or "") for value in run.texts.get(code, [])]
        return "；".join(text for text in texts if text)
    if name == "photos":
        return str(run.pictures(code) or "")
    if name in ("rows", "failed_rows", "unchecked_rows"):
        wanted = {"rows": None, "failed_rows": "fail", "unchecked_rows": "unchecked"}[name]
        rows = run.rows.get(code, [])
        return "；".join(of_row(run, item, row) for row in rows if wanted is None or row.verdict == wanted)
    if name in ("sample", "round", "redraw_reason"):
        return _sample_slot(run, code, name)
    return of_variable(run, name)


def _sample_slot(run: "Run", code: str, name: str) -> str:
    found = run.samples.get(code)
    if found is None:
        return ""
    if name == "sample":
        return "、".join(found["keys"])
    if name == "round":
        return str(found["round"])
    return redraw_reasons(run, code) if found["round"] > 1 else ""


def redraw_reasons(run: "Run", code: str) -> str:
    """Every reason for which the list of a drawn table was changed, oldest first, the one in force last."""
    own = run.answers[code]["value"]["reason"]
    reasons = [*(reason for reason in run.frozen(code)["reasons"] if reason != own), own]
    return "；".join(line for line in map(one_line, reasons) if line)


def _answer(run: "Run", item: Mapping[str, Any]) -> str:
    code = item["code"]
    if item["type"] == "person":
        values = run.scope.values
        if f"{code}_name" not in values:
            return ""
        return masked_person(values[f"{code}_name"], values[f"{code}_id_number"])
    return of_variable(run, code)


def masked_person(name: str, number: str) -> str:
    """A person at the scene: the name as given, of the identity number only its end."""
    return f"{one_line(name)}（证件{last4(number)}）" if number else one_line(name)


def bare(value: Any) -> str:
    """A value that belongs to no field: a count, an attribute of a catalogue entry or a list of them."""
    return "、".join(map(bare, value)) if isinstance(value, list) else one_line(str(value))


def of_variable(run: "Run", name: str) -> str:
    """A variable in the record's words; "" while it has no value."""
    if name not in run.scope.values:
        return ""
    spec = run.checklist.specs.get(name)
    value = run.scope.values[name]
    return shown(spec, value) if spec is not None else bare(value)


def of_row(run: "Run", item: Mapping[str, Any], row: "Row") -> str:
    table = item["table"]
    specs = run.checklist.row_specs(item)

    def slot(name: str) -> str:
        if name == "row":
            return row.place.title
        if name in row.scope.values and name in specs:
            unit = row.units.get(specs[name].get("unit_column", ""))
            return shown(specs[name], row.scope.values[name], unit)
        if name in row.scope.values:
            return bare(row.scope.values[name])
        reading = row.readings.get(name)
        if reading is not None and reading.status == "unchecked":
            return f"未核实（{one_line(reading.detail)}）"
        return "" if name in specs else of_variable(run, name)

    return render(table.get("row_sentence", "{row}"), slot)
