"""The simulator: how many seeded lives of a bureau lose nothing, and how many planted bugs it notices."""

import json
import os
import re
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

PWA = Path(__file__).resolve().parents[2] / "pwa"
SIMULATION = PWA / "tests" / "simulation"
GOAL = 1000
SEEDS = int(os.environ.get("SUICHA_SIM_SEEDS", GOAL))
FIRST = int(os.environ.get("SUICHA_SIM_FROM", "1"))
PLANTED = int(os.environ.get("SUICHA_SIM_MUTANTS", "1"))
"""0: only the lives."""
LIFE = re.compile(r"^life \d+: (.*)$", re.M)
TOLD = ("saved", "calls", "faults of the line", "deaths of the app", "restores", "server deaths")
CAUGHT = re.compile(r"^(\d+) of (\d+) planted bugs caught$", re.M)
NODE = shutil.which("node") or "node"


def live(part: tuple[int, int]) -> str:
    """Lives `first` to `first + count - 1` in a process of their own. Raises SystemExit when one lost something."""
    first, count = part
    vitest = [NODE, str(PWA / "node_modules/vitest/vitest.mjs"), "run", "-t", "loses nothing"]
    words = [
        *vitest,
        "--config",
        str(SIMULATION / "vitest.config.ts"),
        "simulation.test.ts",
        "--disable-console-intercept",
    ]
    told = {"SIMULATE_FROM": str(first), "SIMULATE_SEEDS": str(count), "SIMULATE_FRESH": "0"}
    done = subprocess.run(words, cwd=PWA, env=os.environ | told, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"sim-stack-seeds: {done.stdout[-6000:]}{done.stderr[-6000:]}")
    return done.stdout


def number(life: str, words: str) -> int:
    found = re.search(rf"(\d+) {words}(?:,|$)", life)
    if found is None:
        raise SystemExit(f"sim-stack-seeds: no {words} in: {life}")
    return int(found[1])


def seeds() -> None:
    workers = min(os.cpu_count() or 1, SEEDS)
    share = -(-SEEDS // workers)
    parts = [(FIRST + at, min(share, SEEDS - at)) for at in range(0, SEEDS, share)]
    began = time.monotonic()
    with ThreadPoolExecutor(workers) as pool:
        lives = LIFE.findall("\n".join(pool.map(live, parts)))
    pace = len(lives) / (time.monotonic() - began) * 60
    counted = ", ".join(f"{sum(number(life, words) for life in lives)} {words}" for words in TOLD)
    what = f"lives of the whole stack from seed {FIRST}: {counted}, 0 lost, 0 doubled ({pace:.0f} lives a minute)"
    figure = {"id": "sim-stack-seeds", "what": what, "value": len(lives), "unit": "seeds", "goal": GOAL}
    print(json.dumps(figure | {"higher_is_better": True, "runs": 1}, ensure_ascii=False), flush=True)


def mutants() -> None:
    words = [NODE, str(SIMULATION / "plant.mjs")]
    done = subprocess.run(words, cwd=PWA, capture_output=True, text=True, check=False)
    told = CAUGHT.search(done.stdout)
    if done.returncode or told is None:
        raise SystemExit(f"sim-mutants-caught: {done.stdout[-3000:]}{done.stderr[-3000:]}")
    what = f"planted bugs that the simulator notices, of {told[2]} (docs/simulation.md)"
    figure = {"id": "sim-mutants-caught", "what": what, "value": int(told[1]), "unit": "bugs", "goal": 30}
    print(json.dumps(figure | {"higher_is_better": True, "runs": 1}, ensure_ascii=False), flush=True)


def main() -> None:
    seeds()
    if PLANTED:
        mutants()


if __name__ == "__main__":
    main()
