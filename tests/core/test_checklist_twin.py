"""The phone and the server say the same about any checklist and any answers, to the byte.

Python makes the cases and its own answers; the TypeScript engine runs in Node and gives its own.
"""

import json
import os
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from server.core.canonical import canonical
from server.core.checklist import combine, compile_checklist, evaluate, record
from server.core.checklist.build import switched_on
from server.core.refusal import Refused
from server.platform.cel import compile_cel
from server.platform.definitions import load_all
from tests.core.checklist_random import Definitions, edited, state_and_context

TWIN = Path(__file__).parents[2] / "pwa" / "tests" / "core" / "twin.mjs"
NODE = shutil.which("node")
SEEDS = int(os.environ.get("SUICHA_TWIN_SEEDS", "150"))


def theirs(definitions: list[Any], cases: list[Any]) -> list[str]:
    assert NODE is not None, "without Node nothing is compared: run make setup"
    given = json.dumps({"definitions": definitions, "cases": cases})
    ran = subprocess.run(
        [NODE, str(TWIN)], input=given, capture_output=True, text=True, cwd=TWIN.parents[2], check=False
    )
    assert ran.returncode == 0, ran.stderr[-4000:]
    return ran.stdout.removesuffix("\n").split("\n")


def ours(definitions: list[Any], cases: list[Any]) -> list[str]:
    checklists = [compile_checklist(definition, compile_cel) for definition in definitions]
    answers = []
    for case in cases:
        checklist, state, context = checklists[case["definition"]], case["state"], case["context"]
        both = {"evaluation": evaluate(checklist, state, context), "record": record(checklist, state, context)}
        answers.append(canonical(both).decode())
    return answers


def assert_twins(definitions: list[Any], cases: list[Any]) -> None:
    for number, (mine, other) in enumerate(zip(ours(definitions, cases), theirs(definitions, cases), strict=True)):
        if mine != other:
            at = next(i for i, (a, b) in enumerate(zip(mine, other, strict=False)) if a != b)
            pytest.fail(f"case {number}: Python …{mine[at - 150 : at + 60]}\nNode …{other[at - 150 : at + 60]}")


def test_the_three_checklists_are_judged_alike_whatever_is_answered() -> None:
    loaded = load_all()
    definitions = [*loaded.values(), combine([switched_on(definition) for definition in loaded.values()])]
    cases = []
    for seed in range(SEEDS):
        rng = random.Random(f"answers {seed}")
        index = seed % len(definitions)
        state, context = state_and_context(rng, definitions[index])
        cases.append({"definition": index, "state": state, "context": context})
    assert_twins(definitions, cases)


def test_random_definitions_are_judged_alike() -> None:
    definitions, cases = [], []
    for seed in range(SEEDS):
        rng = random.Random(f"definition {seed}")
        definition = Definitions(rng).make()
        definitions.append(definition)
        for _ in range(3):
            state, context = state_and_context(rng, definition)
            cases.append({"definition": seed, "state": state, "context": context})
    assert_twins(definitions, cases)


def test_keystroke_by_keystroke_both_say_the_same() -> None:
    """The phone remembers rows and expressions between two evaluations; the server starts from nothing."""
    definitions, cases = [], []
    for seed in range(SEEDS // 3):
        rng = random.Random(f"keystrokes {seed}")
        definitions.append(Definitions(rng).make())
        state, context = state_and_context(rng, definitions[-1])
        for _ in range(8):
            cases.append({"definition": seed, "state": state, "context": context})
            state = edited(rng, state)
    assert_twins(definitions, cases)


def test_random_definitions_have_every_kind_of_item_and_table() -> None:
    made = [Definitions(random.Random(f"definition {seed}")).make() for seed in range(SEEDS)]
    items = [item for definition in made for section in definition["sections"] for item in section["items"]]
    tables = [item["table"] for item in items if "table" in item]
    schema = json.loads((TWIN.parents[3] / "checklists" / "schema.json").read_text("utf-8"))
    types = {item["type"] for item in items}
    assert types == set(schema["$defs"]["item"]["properties"]["type"]["enum"])
    assert {table["source"] for table in tables} == {"hand", "fixed", "catalogue", "chosen", "drawn"}
    assert any(column.get("unit_column") for table in tables for column in table["columns"])
    assert any("when" in section for definition in made for section in definition["sections"])


def test_random_definitions_are_mostly_right_so_that_the_comparison_means_something() -> None:
    from server.core.checklist.check import check

    refused = {"wrong_type", "bad_expression", "later_name", "unknown_name", "fraction", "forbidden"}
    for seed in range(30):
        definition = Definitions(random.Random(f"definition {seed}")).make()
        found = [problem for problem in check(definition, compile_cel) if problem.code in refused]
        assert not found, found


def test_a_context_that_is_not_well_formed_is_refused() -> None:
    definition = Definitions(random.Random(1)).make()
    state, context = state_and_context(random.Random(1), definition)
    with pytest.raises(Refused):
        evaluate(compile_checklist(definition, compile_cel), state, {**context, "visit_started_at": "yesterday"})
