"""Runs tests/bench/*.py and writes docs/benchmarks.json (for scripts) and docs/benchmarks.md (for people).

Each bench prints JSON lines with at least id, what, value and unit; goal, peer, spread, runs and higher_is_better
where they apply. `make bench ONLY=kills` runs the file of that name, `ONLY=bench` all whose names have that word; the
other figures are kept.
"""

import json
import os
import platform
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

from house import PYTHON, ROOT, Stop, inside, say, script
from node_side import node
from setup import setup
from system import chromium

FOLDER = ROOT / "tests" / "bench"
FIGURES = ROOT / "docs" / "benchmarks.json"
PAGE = ROOT / "docs" / "benchmarks.md"
FIELDS = ("id", "what", "value", "unit", "goal", "peer", "spread", "runs", "date", "higher_is_better")

Figure = dict[str, Any]


def measure(path: Path) -> list[Figure]:
    """Run one bench and return its figures; what it says besides is shown. Raises Stop when it fails."""
    say(f"measuring {path.stem}")
    environment = inside({"SUICHA_CHROMIUM": chromium() or ""}, node())
    with subprocess.Popen(
        [PYTHON, str(path)], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as running:
        figures = [figure for line in running.stdout or () if (figure := _figure(line))]
    if running.returncode:
        raise Stop(f"{path.relative_to(ROOT)} failed with exit code {running.returncode}")
    return figures


def _figure(line: str) -> Figure | None:
    if not line.startswith("{"):
        print(f"    {line}", end="", flush=True)
        return None
    told = json.loads(line)
    lacking = {"id", "what", "value", "unit"} - told.keys()
    strange = told.keys() - set(FIELDS)
    if lacking or strange:
        raise Stop(f"a figure lacks {sorted(lacking)} or has {sorted(strange)}: {line}")
    told.setdefault("date", date.today().isoformat())
    print(f"    {told['id']}: {told['value']} {told['unit']}", flush=True)
    return {name: told[name] for name in FIELDS if name in told}


def merge(old: list[Figure], fresh: list[Figure]) -> list[Figure]:
    """New figures take the place of old ones with the same id."""
    return list({figure["id"]: figure for figure in [*old, *fresh]}.values())


def meets(figure: Figure) -> str:
    """Does the value reach the goal? Empty where there is none."""
    if figure.get("goal") is None:
        return ""
    reached = figure["value"] >= figure["goal"] if figure.get("higher_is_better") else figure["value"] <= figure["goal"]
    return "reached" if reached else "**missed**"


def page(figures: list[Figure]) -> str:
    """The figures as a Markdown page."""
    rows = [
        "| id | what | value | goal | | peer | spread | runs | date |",
        "| --- | --- | ---: | ---: | --- | --- | --- | ---: | --- |",
    ]
    for figure in figures:
        bound = (
            "" if figure.get("goal") is None else f"{'≥' if figure.get('higher_is_better') else '≤'} {figure['goal']}"
        )
        cells = [f"`{figure['id']}`", figure["what"], f"{figure['value']} {figure['unit']}", bound, meets(figure)]
        cells += [str(figure.get(name) or "–") for name in ("peer", "spread", "runs", "date")]
        rows.append(f"| {' | '.join(cells)} |")
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    return "\n".join(
        [
            "# Measured",
            "",
            "`make bench` writes this page. Machines differ and share their cores, so ratios within one run,",
            f"CPU time, medians and their spread count more than single seconds. Last run on: {machine}.",
            "",
            *rows,
            "",
        ]
    )


def chosen_by(only: str) -> list[Path]:
    """The bench of that name, or all that have the word in theirs. Raises Stop when there is none."""
    benches = [path for path in sorted(FOLDER.glob("*.py")) if not path.stem.startswith("_")]
    named = [path for path in benches if path.stem == only]
    chosen = named or [path for path in benches if only in path.stem]
    if not chosen:
        raise Stop(f"no bench in {FOLDER.relative_to(ROOT)} has '{only}' in its name")
    return chosen


def main() -> None:
    only = sys.argv[1] if len(sys.argv) > 1 else ""
    setup("test")
    chosen = chosen_by(only)
    figures = json.loads(FIGURES.read_text("utf-8")) if FIGURES.is_file() else []
    for path in chosen:
        figures = merge(figures, measure(path))
        figures.sort(key=lambda figure: figure["id"])
        FIGURES.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", "utf-8")
        PAGE.write_text(page(figures), "utf-8")
    missed = [figure["id"] for figure in figures if "missed" in meets(figure)]
    say(f"bench: goals not reached: {', '.join(missed)}" if missed else "bench: all goals reached")


if __name__ == "__main__":
    script(main)
