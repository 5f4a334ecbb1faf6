"""Two implementations, written apart, agree; and both say what is wrong when a single byte was changed.

SUICHA_DRAW_CASES sets how many random counties are drawn (the long run: 10000), SUICHA_DRAW_FLIPS how many bytes of a
certificate are flipped.
"""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import pytest

from server.core import draw
from server.core.canonical import canonical, digest
from tests.core.draw_cases import amended_bundle, county

VERIFY = Path(__file__).parents[2] / "verify"
CASES = int(os.environ.get("SUICHA_DRAW_CASES", "300"))
FLIPS = int(os.environ.get("SUICHA_DRAW_FLIPS", "400"))


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, VERIFY / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


apart = load("verify_draw")
around = load("verify_chain")


def file_of(bundle: Any) -> bytes:
    return canonical(bundle) + b"\n"


def test_the_stand_alone_verifier_agrees_on_random_counties_and_their_amendments() -> None:
    rules: dict[str, int] = {}
    for seed in range(CASES):
        bundle = amended_bundle(Random(seed))
        data = file_of(bundle)
        assert draw.verify_bytes(data) == [], seed
        assert apart.explain(data) == [], seed
        assert apart.explain(data, around.check_around) == [], seed
        for task in bundle["certificate"]["tasks"]:
            for group in task["groups"]:
                rule = group["report"]["rule"] if group["report"] else "dealt"
                rules[rule] = rules.get(rule, 0) + 1
    # The counties have to reach every rule, or agreement on them means nothing.
    assert set(rules) == {"dealt", "too_few", "senior", "household"}


def test_the_stand_alone_verifier_needs_nothing_but_the_standard_library() -> None:
    for name in ("verify_draw.py", "verify_chain.py"):
        imports = [
            line.split()[1].partition(".")[0]
            for line in (VERIFY / name).read_text("utf-8").splitlines()
            if line.startswith(("import ", "from "))
        ]
        assert set(imports) - {"verify_draw"} <= sys.stdlib_module_names


@pytest.mark.parametrize("name", ["verify_draw", "verify_chain", "verify_records"])
def test_whoever_asks_how_a_verifier_is_used_is_told_and_a_wrong_call_is_a_sentence(name: str, tmp_path: Path) -> None:
    def called(*arguments: str) -> tuple[int, str, str]:
        done = subprocess.run([sys.executable, VERIFY / f"{name}.py", *arguments], capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr

    for asked in ("--help", "-h"):
        status, told, wrong = called(asked)
        assert (status, wrong) == (0, "") and f"python3 {name}.py" in told
    for arguments in ([], ["a", "b", "c"], [str(tmp_path / "没有.json")] * (2 if name == "verify_records" else 1)):
        status, told, wrong = called(*arguments)
        assert (status, told) == (2, "") and wrong.startswith("无法开始 / Cannot begin: ")
        assert f"python3 {name}.py" in wrong and "Traceback" not in wrong


def test_any_flipped_byte_is_said_in_words_by_both() -> None:
    data = file_of(county().bundle(full=True))
    random = Random(20261122)
    for at in sorted(random.sample(range(len(data)), min(FLIPS, len(data)))):
        changed = bytearray(data)
        changed[at] ^= 1 << random.randrange(8)
        said = draw.verify_bytes(bytes(changed))
        assert said and all(finding["zh"] and finding["en"] for finding in said), at
        assert apart.explain(bytes(changed)), at


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        (("certificate", "ceremony", "contributions", 1, "reveal"), "20260303", "seed"),
        (("certificate", "ceremony", "source", "text"), "3 8 2", "seed"),
        (("certificate", "plan", "title"), "另一批", "plan_digest"),
        (("certificate", "at"), "2026-03-02T08:05:00.000Z", None),
        (("rosters", "HOTEL", 0, "stratum"), "HOTEL-B", "roster_rule"),
        (("annex", "inspectors", 0, "badge_no"), "999999", "annex_digest"),
    ],
)
def test_the_finding_names_the_cause_and_not_its_consequences(
    path: tuple[str | int, ...], value: str, code: str | None
) -> None:
    bundle = json.loads(canonical(county().bundle(full=True)))
    place = bundle
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    found = [finding["code"] for finding in draw.verify(bundle)]
    stated = ["certificate_digest"] if path[0] == "certificate" else []
    assert found[: len(stated) + 1] == stated + ([code] if code else [])
    bundle["digest"] = digest(bundle["certificate"])
    assert (draw.verify(bundle) == []) == (code is None)


def test_a_certificate_that_was_made_to_fit_in_itself_still_breaks_the_chain() -> None:
    """Times and names are in no calculation: only the chain, whose digests were published, protects them."""
    case = county(previous=None)
    announced = draw.announcement(case.plan, 1)
    certificate = draw.certificate(
        case.plan,
        case.ceremony,
        case.rosters,
        number=2,
        previous=digest(announced),
        executed_at="2026-03-02T07:05:00.000Z",
        annex=case.annex,
    )
    forged = {**certificate, "at": "2026-03-02T07:06:00.000Z"}
    assert draw.verify(draw.bundle(forged, case.rosters)) == []
    published = [
        {"number": row["number"], "kind": row["kind"], "digest": digest(row), "record": row, "signature": None}
        for row in (announced, certificate)
    ]
    published[1]["record"] = forged
    assert [finding["code"] for finding in draw.verify_chain(published)] == ["chain_digest"]
    assert list(around.check_chain(published))
