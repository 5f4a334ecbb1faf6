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
    told = TOLD.search(done.stdout)
    if done.returncode or told is None or int(told[5]):
        raise SystemExit(f"kills-browser: {done.stdout[-3000:]}{done.stderr[-1000:]}")
    what = f"kills of the browser (seed {told[2]}): {told[3]} answers and {told[4]} photos called saved, 0 lost"
    figure = {"id": "kills-browser", "what": what, "value": int(told[1]), "unit": "kills", "goal": GOAL}
    print(json.dumps(figure | {"higher_is_better": True, "runs": 1}, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
