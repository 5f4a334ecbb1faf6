"""Make this checkout ready. Everything that is done already costs a look at its stamp.

`python3 tools/setup.py run` prepares what `make run` needs, `… test` also what the checks and tests need.
"""

import sys

import fonts
import node_side
import python_side
import system
from house import Stop, alone, say, script

PURPOSES = ("run", "check", "test")


def setup(purpose: str) -> None:
    """Prepare for `purpose`: run (the product), check (no browser, no build), test (everything). Raises Stop."""
    with alone():
        system.require(system.PAPER + (system.BROWSER if purpose == "test" else ()))
        python_side.prepare(with_tests=purpose != "run")
        node_path = node_side.prepare()
        if purpose == "check":
            return
        fonts.prepare(node_path)
        node_side.build_client(node_path)


def main() -> None:
    purpose = sys.argv[1] if len(sys.argv) > 1 else "run"
    if purpose not in PURPOSES:
        raise Stop(f"prepare for what? One of: {', '.join(PURPOSES)}")
    setup(purpose)
    say("ready")


if __name__ == "__main__":
    script(main)
