"""Prints the targets of a Makefile with the words behind their `##`."""

import re
import sys
from pathlib import Path


def targets(text: str) -> list[tuple[str, str]]:
    """(target, what it does) in the order of the file."""
    return re.findall(r"^([a-z-]+):.*?## (.+)$", text, re.MULTILINE)


if __name__ == "__main__":
    for name, what in targets(Path(sys.argv[1]).read_text("utf-8")):
        print(f"  make {name:<16} {what}")
