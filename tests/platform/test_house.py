"""The rules of the house that import-linter cannot say: they hold for every file, also for the ones to come."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from server import STAGES

SERVER = Path(__file__).parents[2] / "server"


def _imports(path: Path) -> Iterator[str]:
    """Dotted names that a file imports, wherever in the file it does."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _slips(folder: Path, *, allowed: str, rooms: set[str]) -> list[str]:
    """Imports of other stages' `rooms` by the files of one stage."""
    return [
        f"{path.relative_to(SERVER)} imports {name}"
        for path in folder.rglob("*.py")
        for name in _imports(path)
        if name.startswith("server.") and not name.startswith(f"server.{allowed}.") and rooms & set(name.split(".")[2:])
    ]


def test_core_needs_nothing_but_the_standard_library() -> None:
    strangers = [
        f"{path.relative_to(SERVER)} imports {name}"
        for path in (SERVER / "core").rglob("*.py")
        for name in _imports(path)
        if not name.startswith("server.core") and name.split(".")[0] not in sys.stdlib_module_names
    ]
    assert strangers == []


def test_no_stage_looks_into_the_routes_or_schemas_of_another() -> None:
    slips = [slip for stage in STAGES for slip in _slips(SERVER / stage, allowed=stage, rooms={"routes", "schemas"})]
    assert slips == []
