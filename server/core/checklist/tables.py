"""Tables: which rows there are, what their cells say, what is computed over them.

Rows come by hand, from a fixed list, from a catalogue, from the keys chosen in another item, or drawn.
All but the first are derived here, from the definition and the frame, so that two phones (and the
server) have the same rows with the same ids whether or not anybody has touched them.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from server.core.canonical import digest
from server.core.checklist import sample
from server.core.checklist.quantities import UNITS
from server.core.checklist.scope import AnyOf, Environment, Program, Scope
from server.core.checklist.values import (
    COMPUTED_CEL,
    Entries,
    Reading,
    Surroundings,
    cel_types,
    invalid,
    outward,
    read,
)
from server.core.checklist.words import trimmed


class Place(NamedTuple):
    """One row before its cells are read."""

    id: str
    key: str | None
    title: str
    source: str


class Row:
    """One row with its cells read; `open` are required columns without a value, `faults` their codes."""

    def __init__(self, place: Place, units: Mapping[str, str]) -> None:
        self.place = place
        self.units = units
        self.scope = Scope()
        self.verdict = "open"
        self.values: dict[str, Any] = {}
        self.hidden: list[str] = []
        self.open: list[str] = []
        self.faults: list[str] = []
        self.readings: dict[str, Reading] = {}
        self.unchecked = False


class TablePrograms:
    """The compiled side of one table: row environment, column conditions, row values, row rule."""

    def __init__(self, item: Mapping[str, Any], globals_: Mapping[str, str], base: Environment, checklist: Any) -> None:
        table = item["table"]
        self.row_types: dict[str, str] = {"row_key": "string"}
        for column in table["columns"]:
            self.row_types |= cel_types(column, column["key"], checklist.attributes)
        for value in table["values"]:
            self.row_types[value["key"]] = COMPUTED_CEL[value["type"]]
        used = _outer_names(item, globals_)
        lists = {name: f"list<{kind}>" for name, kind in self.row_types.items() if not kind.startswith("list")}
        rows = Environment({**used, **self.row_types}, base.functions)
        summary = Environment({**used, **lists}, base.functions)
        compile_ = checklist.compile
        self.lists = list(lists)
        self.when = {
            column["key"]: Program(column["when"], rows, compile_) for column in table["columns"] if "when" in column
        }
        self.values = [(value, Program(value, rows, compile_)) for value in table["values"]]
        rules = [Program(rule, rows, compile_) for rule in table.get("row_fails_when", ())]
        self.fails = AnyOf(rules) if rules else None
        self.computed = [(value, Program(value, summary, compile_)) for value in item["computed"]]
        self.names = {
            column["key"]: tuple(cel_types(column, column["key"], checklist.attributes)) for column in table["columns"]
        }


def _outer_names(item: Mapping[str, Any], globals_: Mapping[str, str]) -> dict[str, str]:
    """Of all variables only those that the table's expressions name: small environments build fast."""
    table = item["table"]
    expressions = [*table["values"], *item["computed"], *(c["when"] for c in table["columns"] if "when" in c)]
    expressions += table.get("row_fails_when", ())
    names = {name for expression in expressions for name in expression["needs"]}
    return {name: kind for name, kind in globals_.items() if name in names}


def draw_sample(inspection: str, code: str, rule: Mapping[str, Any], frame: Any) -> dict[str, Any]:
    """Return the sample of a frozen frame. Raises `sample.BadFrame`."""
    things = sample.frame_of(frame, rule["frame"])
    size = sample.size_of(len(things), rule)
    return {
        "digest": digest(things),
        "total": len(things),
        "keys": sample.draw(inspection, code, things, size),
        "round": frame["round"],
    }


def derived(
    table: Mapping[str, Any], entries: Entries, scope: Scope, drawn: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """The (key, title) of every row that the system makes, in order."""
    source = table["source"]
    if source == "fixed":
        yield from ((row["key"], row["title"]["zh"]) for row in table["fixed"])
    elif source == "catalogue":
        yield from ((key, entry["title"]["zh"]) for key, entry in entries.of(table["catalogue"]).items())
    elif source == "chosen":
        known = entries.of(table["catalogue"])
        yield from ((key, known[key]["title"]["zh"]) for key in scope.values.get(table["chosen"], ()))
    elif source == "drawn":
        yield from ((key, key) for key in drawn)


def places(
    item: Mapping[str, Any], inspection: str, made: Sequence[tuple[str, str]], listed: Sequence[str]
) -> list[Place]:
    """All rows: those the system makes, then those listed in the journal that it did not make."""
    table = item["table"]
    source = "drawn" if table["source"] == "drawn" else "catalogue"
    rows = [Place(sample.row_id(inspection, item["code"], key), key, title, source) for key, title in made]
    if table["source"] == "hand" or table["hand_rows"]:
        known = {place.id for place in rows}
        by_hand = [row for row in listed if row not in known]
        thing = table["row_title"]["zh"]
        rows += [Place(row, None, f"第{number}{thing}", "hand") for number, row in enumerate(by_hand, 1)]
    return rows


class RowReader:
    """Reads the rows of one table: cells first, then row values, then the verdict of the row."""

    def __init__(
        self,
        item: Mapping[str, Any],
        programs: TablePrograms,
        answers: Mapping[str, Any],
        entries: Entries,
        outer: Scope,
    ) -> None:
        self.code: str = item["code"]
        self.table: Mapping[str, Any] = item["table"]
        self.programs = programs
        self.answers = answers
        self.entries = entries
        self.outer = outer
        self.unit_columns = {c["unit_column"] for c in self.table["columns"] if "unit_column" in c}

    def read(self, place: Place) -> Row:
        """Read the cells of one row, calculate its values and judge it."""
        row = Row(place, self._units(place))
        row.scope.set("row_key", place.key or "")
        for column in self.table["columns"]:
            self._cell(row, column)
        for value, program in self.programs.values:
            self._value(row, value, program)
        row.verdict = self._verdict(row)
        return row

    def _units(self, place: Place) -> dict[str, str]:
        """The unit of calculation that each unit column of this row names."""
        chosen = {name: self._raw(place, name) for name in self.unit_columns}
        return {name: unit for name, unit in chosen.items() if isinstance(unit, str) and unit in UNITS}

    def _raw(self, place: Place, column: str) -> Any:
        return self.answers.get(f"{self.code}/{place.id}/{column}", {}).get("value")

    def _cell(self, row: Row, column: Mapping[str, Any]) -> None:
        key = column["key"]
        names = self.programs.names[key]
        when = self.programs.when.get(key)
        if when is not None and not when.run(row.scope, self.outer).is_true():
            row.hidden.append(key)
            row.scope.lack(names, "absent")
            return
        reading = row.readings[key] = self._read(row, column, self._raw(row.place, key))
        if reading.status == "known":
            for suffix, value in reading.values.items():
                row.scope.set(key + suffix, value)
        elif reading.status == "unchecked":
            row.scope.lack(names, "unchecked")
            row.unchecked = True
            if not trimmed(reading.detail):
                row.faults.append("unchecked_reason")
        elif reading.status == "invalid":
            row.faults.append(reading.detail)
            row.open.append(key)
        elif column["required"]:
            row.open.append(key)
        else:
            row.scope.lack(names, "absent")

    def _read(self, row: Row, column: Mapping[str, Any], raw: Any) -> Reading:
        among = frozenset(self.outer.values.get(column["among"], ())) if "among" in column else None
        base = row.units.get(column["unit_column"]) if "unit_column" in column else None
        if raw is not None and "unit_column" in column and base is None:
            return invalid("row_unit")
        return read(column, raw, Surroundings(self.entries, base, among))

    def _value(self, row: Row, value: Mapping[str, Any], program: Program) -> None:
        key = value["key"]
        found = program.run(row.scope, self.outer)
        shown = None
        if found.status == "known":
            shown = outward(value, found.value, row.units.get(value.get("unit_column", "")))
        row.values[key] = shown
        if shown is not None:
            row.scope.set(key, found.value)
        elif found.status in ("known", "error"):
            row.faults.append("calculation")
        else:
            row.scope.lack([key], found.status)

    def _verdict(self, row: Row) -> str:
        if row.open or row.faults:
            return "open"
        if self.programs.fails is not None:
            found = self.programs.fails.run(row.scope, self.outer)
            if found.is_true():
                return "fail"
            if found.status in ("open", "unchecked"):
                return found.status
            if found.status == "error":
                row.faults.append("calculation")
                return "open"
        return "unchecked" if row.unchecked else "pass"


def summary_scope(programs: TablePrograms, rows: Sequence[Row]) -> Scope:
    """Each column and row value as the list of what is known of it so far, in row order."""
    scope = Scope()
    for name in programs.lists:
        scope.set(name, [row.scope.values[name] for row in rows if name in row.scope.values])
    return scope


def row_result(row: Row) -> dict[str, Any]:
    """The row as the evaluation shows it (`RowResult` of types.ts)."""
    return {
        "id": row.place.id,
        "key": row.place.key,
        "title": row.place.title,
        "source": row.place.source,
        "verdict": row.verdict,
        "values": row.values,
        "hidden": row.hidden,
        "open": row.open,
    }
