"""The three empty Excel files: headings, what each column wants, one example. What is typed below them is read."""

from pathlib import Path

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from server.registry.columns import INSPECTORS, ITEMS, SUBJECTS, Column, Table
from server.registry.sheets import EXAMPLE, HINT

FILES = (("1-抽查事项清单.xlsx", ITEMS), ("2-检查对象名录库.xlsx", SUBJECTS), ("3-执法检查人员名录库.xlsx", INSPECTORS))
_REQUIRED = PatternFill("solid", fgColor="FFF2CC")
_TEXT_ROWS = 500


def write_templates(folder: Path) -> list[Path]:
    """Write the three templates into a folder, and return where they are."""
    folder.mkdir(parents=True, exist_ok=True)
    return [_write(folder / name, table) for name, table in FILES]


def _write(path: Path, table: Table) -> Path:
    book = Workbook()
    sheet = book.active
    sheet.title = table.title
    for at, column in enumerate(table.columns, 1):
        heading = sheet.cell(1, at, column.heading + ("*" if column.required else ""))
        heading.font = Font(bold=True)
        heading.alignment = Alignment(wrap_text=True, vertical="center")
        if column.required:
            heading.fill = _REQUIRED
        if column.hint:
            heading.comment = Comment(column.hint, "随查")
        sheet.cell(2, at, (HINT if at == 1 else "") + _hint(column)).font = Font(italic=True, color="808080")
        sheet.cell(3, at, (EXAMPLE if at == 1 else "") + column.example).font = Font(italic=True, color="808080")
        sheet.column_dimensions[get_column_letter(at)].width = max(12, 2 * len(column.heading) + 2)
        # As text, so that Excel eats no leading zero and rounds no long code.
        for row in range(2, _TEXT_ROWS):
            sheet.cell(row, at).number_format = "@"
    sheet.freeze_panes = "A2"
    book.save(path)
    return path


def _hint(column: Column) -> str:
    return column.hint or ("必填" if column.required else "可不填")
