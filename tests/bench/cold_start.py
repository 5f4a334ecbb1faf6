"""A cold start without network to the list of tasks, at a quarter of this machine's speed, in a real Chromium.

What counts is the time to the login form plus the time from the opened vault to the tasks; stretching the password is
slow on purpose, runs in a worker (which the throttle does not reach) and is told apart.
"""

import json
import os
import re
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STARTS = int(os.environ.get("SUICHA_COLD_STARTS", "7"))
TOLD = re.compile(r"cold start: (\d+) \+ (\d+) \+ (\d+) ms")


def figure(name: str, what: str, times: list[int], goal: int | None = None) -> None:
    """One line with the median and the spread."""
    told = {"id": name, "what": what, "value": statistics.median(times), "unit": "ms", "runs": len(times)}
    told |= {"spread": f"{min(times)}–{max(times)}"} | ({"goal": goal} if goal else {})
    print(json.dumps(told, ensure_ascii=False), flush=True)


def main() -> None:
    """Print the figures."""
    words = [sys.executable, "tools/test.py", "journeys", "cold-start"]
    environment = os.environ | {"SUICHA_COLD_STARTS": str(STARTS)}
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    starts = [tuple(map(int, found)) for found in TOLD.findall(done.stdout)]
    if done.returncode or len(starts) != STARTS:
        raise SystemExit(f"cold-start: {done.stdout[-3000:]}{done.stderr[-1000:]}")
    whole = [form + rest for form, rest, _ in starts]
    figure("cold-start", "cold offline start to the task list without the unlocking, 4× throttle", whole, 1200)
    figure(
        "cold-start-unlock",
        "stretching the password (argon2id 19 MiB, 2 passes), not throttled",
        [s[2] for s in starts],
    )


if __name__ == "__main__":
    main()
