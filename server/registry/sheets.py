"""A bureau's Excel file as records, and the list of what could not be taken."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from server.platform.errors import Problem
from server.registry import sheet_reader
from server.registry.cells import Unreadable, cell_text
from server.registry.columns import Column, Table

SECONDS = 120
ROWS = 500_000
HEADING_ROWS = 10
KNOWN = 500
HINT, EXAMPLE = "说明：", "示例："
"""How the template's own rows begin; whoever leaves them in does no harm."""


@dataclass(frozen=True)
class Refusal:
    """One cell or row that was not taken: file, row as Excel numbers it, column, what it said, why."""

    table: str
    row: int
    column: str
    said: str
    reason: str


@dataclass
class Records:
    """What a file holds: records with their row number, and refusals."""

    table: Table
    good: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)

    def refuse(self, row: int, column: str, said: str, problem: Problem) -> None:
        self.refusals.append(Refusal(self.table.title, row, column, said[:60], problem.sentence("zh")))


def read_table(path: Path, table: Table) -> Records:
    """Read the first sheet of a workbook by its headings; the template's hint and example rows are passed over.

    Raises `file_not_xlsx`, `file_too_large`, `file_without_headings` (names the missing ones).
    """
    rows = _rows_of(path)
    at, places = _headings(rows, table)
    records = Records(table)
    for number, row in enumerate(rows[at + 1 :], at + 2):
        if _is_told(row):
            _read_row(number, row, places, records)
    return records


def _rows_of(path: Path) -> list[list[Any]]:
    command = [sys.executable, "-I", str(Path(sheet_reader.__file__)), str(path)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise Problem("file_too_large", file=path.name) from error
    if done.returncode != 0:
        # Killed by its limits, or the reader gave up on memory.
        raise Problem("file_too_large", file=path.name)
    answer = json.loads(done.stdout)
    if "error" in answer:
        raise Problem(answer["error"], file=path.name)
    rows: list[list[Any]] = answer["rows"]
    if len(rows) > ROWS:
        raise Problem("file_too_large", file=path.name)
    return rows


def _headings(rows: Sequence[Sequence[Any]], table: Table) -> tuple[int, list["_Place"]]:
    """Where the headings stand, and which column is where. A title above them is passed over."""
    known = table.by_heading()
    needed = {column.heading for column in table.columns if column.required}
    for at, row in enumerate(rows[:HEADING_ROWS]):
        told = [cell_text(cell).rstrip("*＊ ") for cell in row]
        if needed <= set(told):
            return at, [_Place(place, known[name]) for place, name in enumerate(told) if name in known]
    seen = {cell_text(cell).rstrip("*＊ ") for row in rows[:HEADING_ROWS] for cell in row}
    raise Problem("file_without_headings", file=table.title, missing="、".join(sorted(needed - seen)) or "—")


def _is_told(row: Sequence[Any]) -> bool:
    for cell in row:
        if cell is not None and cell != "" and (told := cell_text(cell)):
            return not told.startswith((HINT, EXAMPLE))
    return False


class _Place:
    """A column at its place in this file. What few different cells say is understood once: townships, states."""

    def __init__(self, at: int, column: Column) -> None:
        self.at, self.column = at, column
        self.known: dict[str, Any] = {}

    def read(self, cell: Any) -> Any:
        """The cell's value, None when it is empty. Raises Unreadable."""
        if type(cell) is str and cell in self.known:
            return self.known[cell]
        said = cell_text(cell)
        value = self.column.read(said) if said else None
        if type(cell) is str and len(self.known) < KNOWN:
            self.known[cell] = value
        return value


def _read_row(number: int, row: Sequence[Any], places: Sequence[_Place], records: Records) -> None:
    record: dict[str, Any] = {}
    whole = True
    for place in places:
        cell, column = row[place.at] if place.at < len(row) else None, place.column
        try:
            value = place.read(cell)
        except Unreadable as error:
            whole = False
            records.refuse(number, column.heading, cell_text(cell), error.problem)
            continue
        if value is not None:
            record[column.name] = value
        elif column.required:
            whole = False
            records.refuse(number, column.heading, "", Problem("cell_missing"))
    if whole:
        records.good.append((number, record))


def heading_of(table: Table, name: str) -> str:
    """The heading of a column by its name in records."""
    return next(column.heading for column in table.columns if column.name == name)


def unique(records: Records, name: str, key: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The records whose `key` stands once in the file; a later one with the same is refused, with the row of the
    first."""
    first: dict[Any, int] = {}
    for number, record in records.good:
        if record[key] in first:
            problem = Problem("row_twice", row=first[record[key]])
            records.refuse(number, heading_of(records.table, name), str(record[name]), problem)
            continue
        first[record[key]] = number
        yield number, record
