"""The shared vectors in Python: every file of tests/vectors, each folder through its adapter.

The TypeScript twin is pwa/tests/core/vectors.test.ts; both are held to tests/vectors/counts.json, so
that neither can pass by running less.
"""

import importlib
import json
from pathlib import Path
from typing import Any

import pytest

from server.core.refusal import Refused
from tests.vectors.count import COUNTS, ROOT, count


def cases() -> list[Any]:
    found = []
    for file in sorted(ROOT.glob("*/*.json")):
        for group in json.loads(file.read_text("utf-8")):
            for test in group["tests"]:
                name = f"{file.parent.name}/{file.stem}: {group['description']}: {test['description']}"
                found.append(pytest.param(file.parent.name, test, id=name))
    return found


def answer(folder: str, given: Any) -> Any:
    adapter = importlib.import_module(f"tests.core.adapters.{folder}")
    try:
        return adapter.run(given)
    except Refused as refusal:
        return {"error": refusal.code}


@pytest.mark.parametrize(("folder", "test"), cases())
def test_vector(folder: str, test: dict[str, Any]) -> None:
    assert answer(folder, test["given"]) == test["expect"]


def test_every_folder_has_an_adapter_and_the_counts_are_the_committed_ones() -> None:
    adapters = {file.stem for file in (Path(__file__).parent / "adapters").glob("[a-z]*.py")}
    counted = count()
    assert set(counted) <= adapters
    assert counted == json.loads(COUNTS.read_text("utf-8"))
