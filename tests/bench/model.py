"""The journal's model, a million steps long: seeded stories folded, merged and held against laws and an oracle."""

import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.core import model

GOAL = 1_000_000
STEPS = int(os.environ.get("SUICHA_MODEL_STEPS", GOAL))
FIRST = int(os.environ.get("SUICHA_MODEL_FROM", "1000000"))
PARTS = 40


def main() -> None:
    part = -(-STEPS // PARTS)
    seeds = -(-part // model.STEPS)
    with ProcessPoolExecutor() as workers:
        runs = [workers.submit(model.run, FIRST + at * seeds, part) for at in range(PARTS)]
        broken = [words for run in runs for words in run.result()]
    if broken:
        raise SystemExit(f"sim-model-steps: {broken[:5]}")
    steps = PARTS * seeds * model.STEPS
    what = f"steps of the journal's model from seed {FIRST}: fold and merge against laws and an oracle, 0 violations"
    figure = {"id": "sim-model-steps", "what": what, "value": steps, "unit": "steps", "goal": GOAL}
    print(json.dumps(figure | {"higher_is_better": True, "runs": 1}, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
