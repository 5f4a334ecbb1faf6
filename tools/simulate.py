"""Seeded lives of a bureau: the phone's real code over the real server, a bad line, deaths at any write.

`make simulate SEEDS=100 FROM=1 STEPS=60`. A seed that fails prints its diary and repeats exactly.
"""

import os

from house import PWA, Stop, inside, say, script
from node_side import node
from setup import setup
from steps import Step, run_live

DEFAULTS = {"FROM": "1", "SEEDS": "100", "STEPS": "60"}


def main() -> int:
    setup("check")
    asked = {name: os.environ.get(name) or usual for name, usual in DEFAULTS.items()}
    wrong = [f"{name}={text}" for name, text in asked.items() if not text.isdigit()]
    if wrong:
        raise Stop(f"not a whole number: {', '.join(wrong)}")
    vitest = PWA / "node_modules" / "vitest" / "vitest.mjs"
    words = [str(node()), str(vitest), "run", "tests/simulation", "--disable-console-intercept"]
    environment = inside({f"SIMULATE_{name}": text for name, text in asked.items()}, node())
    title = f"{asked['SEEDS']} lives of {asked['STEPS']} steps from seed {asked['FROM']}"
    well = run_live(Step(title, words, PWA), environment)
    say("simulate: nothing was lost" if well else "simulate: a life above lost something, or the simulation broke")
    return 0 if well else 1


if __name__ == "__main__":
    script(main)
