"""Writing tables that people open in a spreadsheet: nothing that somebody typed may become a formula there."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from openpyxl import Workbook

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(value: object) -> str:
    """The text of a cell, with an apostrophe before what a spreadsheet would take for a formula."""
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def write_table(path: Path, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table as CSV (UTF-8 with a mark that Excel needs) or as XLSX, by the file's ending."""
    safe = ([safe_cell(value) for value in row] for row in rows)
    if path.suffix.lower() == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows((headings, *safe))
        return
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for line in (headings, *safe):
        sheet.append(list(line))
    book.save(path)
