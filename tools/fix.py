"""Formats everything, and writes anew what is generated: openapi.json, its types for the phone app, vector counts."""

from pathlib import Path

from house import PWA, PYTHON, inside, say, script
from node_side import node
from setup import setup
from steps import Step, run_live


def steps() -> list[Step]:
    """In this order: what generates before what formats."""
    modules = PWA / "node_modules"
    prettier: list[str | Path] = [
        node(),
        modules / "prettier" / "bin" / "prettier.cjs",
        "--log-level",
        "warn",
        "--write",
    ]
    return [
        Step("vector counts", [PYTHON, "-m", "tests.vectors.count", "--write"]),
        Step("openapi.json", [PYTHON, "tools/contract.py", "write"]),
        Step("imports and simple lint", [PYTHON, "-m", "ruff", "check", "--quiet", "--fix", "."]),
        Step("Python format", [PYTHON, "-m", "ruff", "format", "--quiet", "."]),
        Step("phone app format", [*prettier, "."], PWA),
        Step("journeys' format", [*prettier, "--config", ".prettierrc.json", "../tests/journeys"], PWA),
    ]


def main() -> int:
    setup("check")
    environment = inside(node=node())
    failed = [step.name for step in steps() if not run_live(step, environment)]
    say(f"fix: failed: {', '.join(failed)}" if failed else "fix: done; see git diff")
    return 1 if failed else 0


if __name__ == "__main__":
    script(main)
