"""Counts the vectors per folder: `python -m tests.vectors.count --write` renews counts.json.

Both runners compare what they ran with that file, so a vector that one language skips is seen.
"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).parent
COUNTS = ROOT / "counts.json"


def count() -> dict[str, int]:
    """Return folder → number of tests, as found on disk."""
    counts: dict[str, int] = {}
    for file in sorted(ROOT.glob("*/*.json")):
        groups = json.loads(file.read_text("utf-8"))
        counts[file.parent.name] = counts.get(file.parent.name, 0) + sum(len(g["tests"]) for g in groups)
    return counts


def main(arguments: list[str]) -> int:
    """Write the counts with --write; without it answer 1 when the file on disk has drifted."""
    text = json.dumps(count(), indent=2, sort_keys=True) + "\n"
    if "--write" in arguments:
        COUNTS.write_text(text, "utf-8")
        return 0
    return 0 if COUNTS.exists() and COUNTS.read_text("utf-8") == text else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
