"""A million steps of the journal's model in every run: half of them the same every time, half that nobody has heard."""

import os
import sys

import pytest

from tests.core import model

STEPS = int(os.environ.get("SUICHA_MODEL_STEPS", "1000000"))
PARTS = 10


@pytest.mark.parametrize("part", range(PARTS))
def test_no_step_of_the_known_stories_breaks_a_law(part: int) -> None:
    _lawful(1 + part * STEPS // PARTS)


@pytest.mark.parametrize("part", range(PARTS))
def test_no_step_of_unheard_stories_breaks_a_law(part: int) -> None:
    _lawful(int.from_bytes(os.urandom(4), "big"))


def _lawful(first: int) -> None:
    steps = STEPS // PARTS // 2
    sys.stdout.write(f"{steps} steps from seed {first}\n")
    assert model.run(first, steps) == [], f"{steps} steps from seed {first}"


def test_the_oracle_notices_a_lost_statement() -> None:
    entries = model.Teller(3).tell(model.STEPS)
    answers = [e for e in entries if e["kind"] == "answer" and e["value"] is not None]
    shortened = [e for e in entries if e is not answers[-1]]
    assert model.oracle(entries, set()) != model.oracle(shortened, set())


def test_the_model_notices_a_phone_that_sees_something_else() -> None:
    entries = model.Teller(3).tell(model.STEPS)
    answers = [e for e in entries if e["kind"] == "answer"]
    assert not model.sees_alike([e for e in entries if e is not answers[-1]], model.fold(entries))
