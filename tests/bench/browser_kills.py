"""SIGKILL of Chromium while answers are typed and photos are shot: how much of what it had called saved is missing."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GOAL = 100
KILLS = int(os.environ.get("SUICHA_BROWSER_KILLS", GOAL))
TOLD = re.compile(r"browser kills: (\d+) from seed (\d+), (\d+) answers and (\d+) photos called saved, (\d+) lost")


def main() -> None:
    words = [sys.executable, "tools/test.py", "journeys", "kills"]
    environment = os.environ | {"SUICHA_BROWSER_KILLS": str(KILLS)}
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    phones = [[int(number) for number in told] for told in TOLD.findall(done.stdout)]
    if done.returncode or not phones or any(lost for *_, lost in phones):
        raise SystemExit(f"kills-browser: {done.stdout[-3000:]}{done.stderr[-1000:]}")
    kills, _, answers, photos, _ = (sum(each) for each in zip(*phones, strict=True))
    seeds = ", ".join(str(seed) for _, seed, *_ in phones)
    what = f"kills of the browser (seeds {seeds}): {answers} answers and {photos} photos called saved, 0 lost"
    figure = {"id": "kills-browser", "what": what, "value": kills, "unit": "kills", "goal": GOAL}
    print(json.dumps(figure | {"higher_is_better": True, "runs": 1}, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
