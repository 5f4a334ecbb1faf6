"""All tests, or those of one side: `python3 tools/test.py [server|client|journeys|screenshots] [more words]`.

What follows the side is handed to its runner, so `make test ONLY="server tests/core"` runs less.
"""

import sys
from pathlib import Path

from house import PWA, PYTHON, ROOT, Stop, inside, say, script
from node_side import node
from setup import setup
from steps import Step, run_live
from system import chromium

JOURNEYS = ROOT / "tests" / "journeys"


def steps() -> dict[str, Step]:
    """Side → its runner. The journeys drive a real Chromium against the real server."""
    modules = PWA / "node_modules"
    playwright: list[str | Path] = [node(), modules / "@playwright" / "test" / "cli.js", "test", "--config", JOURNEYS]
    pytest: list[str | Path] = [PYTHON, "-m", "pytest", "--numprocesses=auto", "--maxprocesses=4", "--dist=worksteal"]
    return {
        "server": Step("server tests (pytest)", pytest),
        "client": Step("phone app tests (vitest)", [node(), modules / "vitest" / "vitest.mjs", "run"], PWA),
        "journeys": Step("journeys in a real browser (Playwright)", [*playwright, "--project=journeys"]),
        "screenshots": Step("screenshots (Playwright)", [*playwright, "--project=screenshots"]),
    }


def main() -> int:
    asked, more = sys.argv[1:2], sys.argv[2:]
    setup("test")
    known = steps()
    if asked and asked[0] not in known:
        raise Stop(f"test what? One of: {', '.join(known)}")
    environment = inside({"SUICHA_CHROMIUM": chromium() or ""}, node())
    chosen = asked or ["server", "client", "journeys"]
    failed = []
    for name in chosen:
        step = known[name]
        if not run_live(Step(step.name, [*step.words, *more], step.cwd), environment):
            failed.append(name)
    say(f"test: failed: {', '.join(failed)}" if failed else "test: all is well")
    return 1 if failed else 0


if __name__ == "__main__":
    script(main)
