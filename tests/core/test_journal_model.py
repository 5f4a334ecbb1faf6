"""A hundred thousand steps of the journal's model in every run; `make bench ONLY=model` walks a million."""

import os
import sys

from tests.core import model

STEPS = int(os.environ.get("SUICHA_MODEL_STEPS", "100000"))
FIXED = 1
"""The same stories every time for the first half; the rest begins where the day says."""


def test_no_step_breaks_a_law() -> None:
    fresh = int.from_bytes(os.urandom(4), "big")
    sys.stdout.write(f"model: {STEPS // 2} steps from seed {FIXED}, {STEPS // 2} from seed {fresh}\n")
    assert model.run(FIXED, STEPS // 2) + model.run(fresh, STEPS // 2) == []


def test_the_oracle_notices_a_lost_statement() -> None:
    entries = model.Teller(3).tell(model.STEPS)
    answers = [e for e in entries if e["kind"] == "answer" and e["value"] is not None]
    shortened = [e for e in entries if e is not answers[-1]]
    assert model.oracle(entries, set()) != model.oracle(shortened, set())
