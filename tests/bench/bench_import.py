"""100,000 premises from Excel: read, checked, stored on SQLite. CPU seconds of this process and its reader together.

Within the same run: calamine reading the same file alone, openpyxl reading a tenth of it (times ten). Every row
is checked against the database's content afterwards.
"""

import json
import resource
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from openpyxl import Workbook, load_workbook  # noqa: E402
from python_calamine import CalamineWorkbook  # noqa: E402
from sqlalchemy import func, select  # noqa: E402

from server import create_app  # noqa: E402
from server.accounts.bureau import create_bureau  # noqa: E402
from server.core.identifiers import USCC_ALPHABET, USCC_WEIGHTS  # noqa: E402
from server.platform.config import Settings  # noqa: E402
from server.platform.db import Base, db  # noqa: E402
from server.registry.columns import SUBJECTS  # noqa: E402
from server.registry.intake import take_files  # noqa: E402
from server.registry.models import Subject  # noqa: E402
from tests.factories import make_unit  # noqa: E402
from tests.factories_registry import make_item  # noqa: E402

ROWS, RUNS = 100_000, 3


def code(serial: int) -> str:
    body = f"91410422{serial:09d}"
    total = sum(USCC_ALPHABET.index(mark) * weight for mark, weight in zip(body, USCC_WEIGHTS, strict=True))
    return body + USCC_ALPHABET[(31 - total % 31) % 31]


def premises(serial: int) -> dict[str, Any]:
    return {
        "代码类型": "统一社会信用代码",
        "代码": code(serial),
        "名称": f"某某宾馆第{serial}号店",
        "抽查事项编码": "ZA-01",
        "地址": f"叶县昆阳街道文化路{serial % 900}号",
        "乡镇街道": ("昆阳街道", "任店镇", "叶邑镇")[serial % 3],
        "辖区派出所": ("昆阳派出所", "任店派出所", "叶邑派出所")[serial % 3],
        "法定代表人": "张三",
        "联系电话": f"0375-{serial:07d}",
        "规模": serial % 90 + 10,
    }


def write(path: Path, rows: int) -> None:
    headings = [column.heading for column in SUBJECTS.columns if column.heading in premises(0)]
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(headings)
    for serial in range(rows):
        row = premises(serial)
        sheet.append([row[heading] for heading in headings])
    book.save(path)


def cpu() -> float:
    """CPU seconds of this process and of the children that have ended."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)


def spent(work: Callable[[], Any]) -> float:
    before = cpu()
    work()
    return cpu() - before


def imports(file: Path, folder: Path) -> Iterator[tuple[float, float]]:
    """CPU seconds of a first import and of the same file again, each run in a fresh database."""
    for run in range(RUNS):
        home = folder / str(run)
        app = create_app(Settings(instance=home, database_url=f"sqlite:///{home / 'b.db'}", testing=True))
        with app.app_context():
            Base.metadata.create_all(db.engine)
            create_bureau("叶县公安局", "叶公", "410422")
            make_item("ZA-01", make_unit("410422-x", "治安大队", "治", "brigade"))  # type: ignore[arg-type]
            db.session.commit()
            first = spent(lambda: take_files({"subjects": file}))
            stored = db.session.scalar(select(func.count()).select_from(Subject))
            db.session.rollback()
            assert stored == ROWS, stored
            again = spent(lambda: take_files({"subjects": file}))
            db.session.remove()
            db.engine.dispose()
        yield first, again


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file, tenth = folder / "subjects.xlsx", folder / "tenth.xlsx"
        write(file, ROWS)
        write(tenth, ROWS // 10)
        alone = spent(lambda: CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python())
        slow = 10 * spent(lambda: list(load_workbook(tenth, read_only=True).active.iter_rows(values_only=True)))
        runs = list(imports(file, folder))
    first = [one for one, _ in runs]
    figure = {
        "id": "import-100k",
        "what": f"import of {ROWS:,} subjects from xlsx, checked and stored",
        "value": round(statistics.median(first), 2),
        "unit": "CPU s",
        "goal": 8,
        "peer": f"openpyxl reading alone {slow:.1f}; calamine reading alone {alone:.2f}",
        "spread": f"{min(first):.2f}–{max(first):.2f}",
        "runs": RUNS,
    }
    again = {
        "id": "import-100k-again",
        "what": "the same file again: every row compared, nothing written",
        "value": round(statistics.median(second for _, second in runs), 2),
        "unit": "CPU s",
        "runs": RUNS,
    }
    for line in (figure, again):
        print(json.dumps(line, ensure_ascii=False))


if __name__ == "__main__":
    main()
