"""Is the draw fair, with seeds that nobody chose? 20,000 draws from a fresh prefix, which is printed.

`make draw-statistics`, or `make draw-statistics SEED=anything` to repeat a run. The limits are those of the fixed seeds
in tests/core/test_draw_statistics.py: about one false alarm in a thousand runs, so try another seed before you
believe one.
"""

import os
import secrets
from pathlib import Path

from house import PYTHON, inside, say, script
from setup import setup
from steps import Step, run_live


def main() -> int:
    setup("test")
    seed = os.environ.get("SEED") or secrets.token_hex(8)
    words: list[str | Path] = [PYTHON, "-m", "pytest", "--verbose", "tests/core/test_draw_statistics.py"]
    well = run_live(Step(f"statistics of the draw with SEED={seed}", words), inside({"SUICHA_DRAW_SEED": seed}))
    say(f"draw-statistics: {'fair' if well else 'a test above failed'} with SEED={seed}")
    return 0 if well else 1


if __name__ == "__main__":
    script(main)
