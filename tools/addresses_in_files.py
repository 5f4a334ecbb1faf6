"""Lock files and requirements name packages, never download addresses: a bureau's registry is its own affair."""

import re
import sys

from house import ROOT

LOCKS = ("pwa/package-lock.json", "tools/fonts/package-lock.json")
PINS = ("requirements.txt", "requirements-dev.txt", "constraints.txt", "pwa/.npmrc", "tools/fonts/.npmrc")


def findings() -> list[str]:
    """One sentence per slip."""
    found = [
        f"{name} has download addresses: keep omit-lockfile-registry-resolved in .npmrc and make it anew"
        for name in LOCKS
        if re.search(r'"resolved": *"\w+://', (ROOT / name).read_text("utf-8"))
    ]
    found += [
        f"{name} names an address"
        for name in PINS
        if re.search(r"\w+://|--(extra-)?index-url|--find-links|registry *=", (ROOT / name).read_text("utf-8"))
    ]
    return found


if __name__ == "__main__":
    slips = findings()
    print("\n".join(slips))
    sys.exit(1 if slips else 0)
