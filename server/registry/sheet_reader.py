"""Read one worksheet in a process of its own, with limits: `python sheet_reader.py FILE` prints its rows as JSON.

A workbook of 91 KiB can cost 354 MiB when it is opened, so its unpacked size is looked at first, and memory and time
are limited whatever it says about itself. This file imports nothing of the house: it starts in a few milliseconds.
"""

import json
import resource
import sys
import zipfile
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

UNPACKED_BYTES = 300 * 1024 * 1024
PARTS = 2000
MEMORY_BYTES = 2 * 1024**3
CPU_SECONDS = 60


def plain(value: Any) -> str:
    """Dates as ISO text; a datetime at midnight is the date that was typed."""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    raise TypeError(type(value).__name__)


def refusal(path: str) -> str | None:
    """The code of what is wrong with the file as a container, or None."""
    try:
        with zipfile.ZipFile(path) as container:
            parts = container.infolist()
    except (zipfile.BadZipFile, OSError):
        return "file_not_xlsx"
    if len(parts) > PARTS or sum(part.file_size for part in parts) > UNPACKED_BYTES:
        return "file_too_large"
    return None


def rows_of(path: str) -> dict[str, Any]:
    """`{"rows": [[cell]]}` of the first sheet from its first row and column on, or `{"error": code}`."""
    code = refusal(path)
    if code is not None:
        return {"error": code}
    try:
        workbook = CalamineWorkbook.from_path(path)
        if not workbook.sheet_names:
            return {"error": "file_not_xlsx"}
        return {"rows": workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)}
    except (CalamineError, OSError, ValueError):
        return {"error": "file_not_xlsx"}
    except MemoryError:
        return {"error": "file_too_large"}


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    json.dump(rows_of(sys.argv[1]), sys.stdout, ensure_ascii=False, default=plain)
