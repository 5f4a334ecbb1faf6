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
from server.core.checklist.scope import Environment, Program, Scope
from server.core.checklist.values import (
    COMPUTED_CEL,
    OPEN,
    Entries,
    Reading,
    Surroundings,
    cel_types,
    invalid,
    outward,
    read,
)


class Place(NamedTuple):
    """One row before its cells are read."""

    id: str
    key: str | None
    title: str
    source: str


class Row(NamedTuple):
    place: Place
    verdict: str
    scope: Scope
    values: dict[str, Any]
    hidden: list[str]
    open: list[str]
    faults: list[str]
    readings: dict[str, Reading]
    units: Mapping[str, str]
    unchecked: bool


class TablePrograms:
    """The compiled side of one table: row environment, column conditions, row values, row rule."""

    def __init__(self, item: Mapping[str, Any], globals_: Mapping[str, str], base: Environment, checklist: Any) -> None:
        table = item["table"]
        self.row_types: dict[str, str] = {"row_key": "string"}
        for column in table["columns"]:
            self.row_types |= cel_types(column, column["key"], checklist.attributes)
        for value in table["values"]:
            self.row_types[value["key"]] = COMPUTED_CEL[value["type"]]
        rows = Environment({**globals_, **self.row_types}, base.functions)
        lists = {name: f"list<{kind}>" for name, kind in self.row_types.items() if not kind.startswith("list")}
        summary = Environment({**globals_, **lists}, base.functions)
        compile_ = checklist.compile
        self.lists = list(lists)
        self.when = {
            column["key"]: Program(column["when"], rows, compile_) for column in table["columns"] if "when" in column
        }
        self.values = [(value, Program(value, rows, compile_)) for value in table["values"]]
        self.fails = Program(table["row_fails_when"], rows, compile_) if "row_fails_when" in table else None
        self.computed = [(value, Program(value, summary, compile_)) for value in item["computed"]]
        self.names = {
            column["key"]: tuple(cel_types(column, column["key"], checklist.attributes)) for column in table["columns"]
        }


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


def read_row(
    item: Mapping[str, Any],
    programs: TablePrograms,
    place: Place,
    answers: Mapping[str, Any],
    entries: Entries,
    outer: Scope,
) -> Row:
    """Read the cells of one row, calculate its values and judge it."""
    scope = Scope()
    scope.set("row_key", place.key or "")
    units = _row_units(item["table"], place, item["code"], answers)
    row = Row(place, "open", scope, {}, [], [], [], {}, units, False)
    unchecked = False
    for column in item["table"]["columns"]:
        reading = _cell(item, column, programs, place, answers, entries, outer, row, units)
        unchecked = unchecked or (reading is not None and reading.status == "unchecked")
    for value, program in programs.values:
        outcome = program.run(scope, outer)
        base = units.get(value.get("unit_column", ""))
        if outcome.status == "known":
            scope.set(value["key"], outcome.value)
            row.values[value["key"]] = outward(value, outcome.value, base)
        else:
            scope.lack([value["key"]], "open" if outcome.status == "error" else outcome.status)
            row.values[value["key"]] = None
            if outcome.status == "error":
                row.faults.append("calculation")
    return row._replace(verdict=_verdict(row, programs, outer, unchecked), unchecked=unchecked)


def _cell(
    item: Mapping[str, Any],
    column: Mapping[str, Any],
    programs: TablePrograms,
    place: Place,
    answers: Mapping[str, Any],
    entries: Entries,
    outer: Scope,
    row: Row,
    units: Mapping[str, str],
) -> Reading | None:
    key = column["key"]
    names = programs.names[key]
    if key in programs.when:
        outcome = programs.when[key].run(row.scope, outer)
        if outcome.status != "known" or outcome.value is not True:
            row.hidden.append(key)
            row.scope.lack(names, "absent")
            return None
    raw = answers.get(f"{item['code']}/{place.id}/{key}", {}).get("value")
    reading = _read_cell(column, raw, entries, outer, units)
    row.readings[key] = reading
    if reading.status == "known":
        for suffix, value in reading.values.items():
            row.scope.set(key + suffix, value)
        return reading
    optional = reading.status == "open" and not column["required"]
    row.scope.lack(names, "absent" if optional else "open" if reading.status == "invalid" else reading.status)
    if reading.status == "invalid":
        row.faults.append(reading.detail)
    if reading.status == "unchecked" and not reading.detail:
        row.faults.append("shape")
    if reading.status in ("open", "invalid") and not optional:
        row.open.append(key)
    return reading


def _read_cell(
    column: Mapping[str, Any], raw: Any, entries: Entries, outer: Scope, units: Mapping[str, str]
) -> Reading:
    among = frozenset(outer.values.get(column["among"], ())) if "among" in column else None
    if raw is None:
        return OPEN
    if "unit_column" in column:
        base = units.get(column["unit_column"])
        if base is None:
            return invalid("row_unit")
        return read(column, raw, Surroundings(entries, base, among))
    return read(column, raw, Surroundings(entries, None, among))


def _row_units(table: Mapping[str, Any], place: Place, code: str, answers: Mapping[str, Any]) -> dict[str, str]:
    """The unit of calculation that each unit column of this row names."""
    units = {}
    for name in {column["unit_column"] for column in table["columns"] if "unit_column" in column}:
        chosen = answers.get(f"{code}/{place.id}/{name}", {}).get("value")
        if isinstance(chosen, str) and chosen in UNITS:
            units[name] = chosen
    return units


def _verdict(row: Row, programs: TablePrograms, outer: Scope, unchecked: bool) -> str:
    if row.open or row.faults:
        return "open"
    if programs.fails is not None:
        outcome = programs.fails.run(row.scope, outer)
        if outcome.status == "known" and outcome.value is True:
            return "fail"
        if outcome.status in ("open", "unchecked"):
            return outcome.status
        if outcome.status == "error":
            row.faults.append("calculation")
            return "open"
    return "unchecked" if unchecked else "pass"


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
