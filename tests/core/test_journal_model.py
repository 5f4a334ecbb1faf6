"""A hundred thousand steps of the journal's model in every run; `make bench ONLY=model` walks a million."""

import os

import pytest

from tests.core import model

STEPS = int(os.environ.get("SUICHA_MODEL_STEPS", "100000"))


@pytest.mark.parametrize("stories", ["the same every time", "nobody has heard"])
def test_no_step_breaks_a_law(stories: str) -> None:
    first = 1 if stories == "the same every time" else int.from_bytes(os.urandom(4), "big")
    assert model.run(first, STEPS // 2) == [], f"{STEPS // 2} steps from seed {first}"


def test_the_oracle_notices_a_lost_statement() -> None:
    entries = model.Teller(3).tell(model.STEPS)
    answers = [e for e in entries if e["kind"] == "answer" and e["value"] is not None]
    shortened = [e for e in entries if e is not answers[-1]]
    assert model.oracle(entries, set()) != model.oracle(shortened, set())
