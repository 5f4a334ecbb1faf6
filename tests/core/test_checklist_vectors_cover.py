"""Which vectors hold which feature of the checklist language: every feature has at least one, run in both languages.

`pytest --junitxml=covered.xml` on this file writes which vectors hold which feature.
"""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from server.core.checklist.functions import functions
from server.core.checklist.quantities import UNITS

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "checklists" / "schema.json").read_text("utf-8"))


Record = Callable[[str, object], None]


def vectors() -> list[tuple[str, str]]:
    """(folder: group: description, the whole vector as text)."""
    found = []
    for file in sorted((ROOT / "tests" / "vectors").glob("*/*.json")):
        if file.parent.name not in ("checklist", "narrative"):
            continue
        for group in json.loads(file.read_text("utf-8")):
            for test in group["tests"]:
                name = f"{file.stem}: {group['description']}: {test['description']}"
                found.append((name, json.dumps(test, ensure_ascii=False)))
    return found


VECTORS = vectors()


def enum(*path: str) -> list[str]:
    """The words that the schema allows at a place."""
    place: Any = SCHEMA["$defs"]
    for key in path:
        place = place[key]
    return list(place["enum"])


def features() -> Iterator[tuple[str, str]]:
    """(feature, pattern of a vector that has it)."""
    for kind in enum("item", "properties", "type"):
        yield f"item type {kind}", rf'"type": "{kind}"'
    for source in ("hand", "fixed", "catalogue", "chosen", "drawn"):
        yield f"table source {source}", rf'"source": "{source}"'
    for function in functions({}):
        yield f"function {function.name}", rf'("call": "{function.name}"|\b{function.name}\()'
    for unit in UNITS:
        yield f"unit {unit}", rf'"{re.escape(unit)}"'
    for failure in enum("class"):
        yield f"class {failure}", rf'"class": "{failure}"'
    for result in enum("result"):
        yield f"result {result}", rf'"{result}"'
    shapes = (ROOT / "pwa/src/core/checklist/evaluation.ts").read_text("utf-8")
    for reason in re.findall(r'"(\w+)"', shapes.split("export type MissingReason")[1].split(";")[0]):
        yield f"missing {reason}", rf'"{reason}"'
    for part in ("when", "grades", "unit_column", "hand_rows", "row_fails_when", "facts", "settings"):
        yield f"part {part}", rf'"{part}"'
    for part in ("among", "scale", "max_length", "min_rows", "max_rows", "restricted", "holidays", "stays"):
        yield f"part {part}", rf'"{part}"'
    for text in ("masked", "last4", "phone"):
        yield f"filter {text}", rf"\|{text}\}}"


BORDERS = {
    "an empty table": "an empty table",
    "midnight": "midnight",
    "the 18th birthday": "18th birthday",
    "two years": "two years to the day",
    "sixty days": "60-day border",
    "a quantity at scale 6": "at scale 6",
    "a conversion beyond int64": "product passes int64",
    "a result beyond int64": "result passes int64",
}


@pytest.mark.parametrize(("feature", "pattern"), list(features()), ids=lambda value: str(value)[:40])
def test_every_feature_has_a_vector(feature: str, pattern: str, record_property: Record) -> None:
    holding = [name for name, text in VECTORS if re.search(pattern, text)]
    assert holding, f"no vector has {feature}"
    record_property(feature, holding)


@pytest.mark.parametrize("border", BORDERS)
def test_every_border_has_a_vector(border: str, record_property: Record) -> None:
    holding = [name for name, _ in VECTORS if BORDERS[border] in name]
    assert holding
    record_property(border, holding)
