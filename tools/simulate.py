"""Seeded lives of a bureau: the phone's real code over the real server, a bad line, deaths at any write.

`make simulate SEEDS=100 FROM=1 STEPS=60`. A seed that fails prints its diary and repeats exactly.
`make simulate MUTANTS=1` plants the bugs of pwa/tests/simulation/mutants.json, one after the other, and shows which
seed notices each; MUTANTS="tip, epoch" only those whose name has one of the words.
"""

import os

from house import PWA, Stop, inside, say, script
from node_side import node
from setup import setup
from steps import Step, run_live

DEFAULTS = {"FROM": "1", "SEEDS": "100", "STEPS": "60"}


def plant(wish: str) -> int:
    """Plant all bugs, or those whose name has one of the words."""
    words = [] if wish == "1" else [word.strip() for word in wish.split(",")]
    title = "planted bugs, each with lives until one notices"
    step = Step(title, [str(node()), str(PWA / "tests" / "simulation" / "plant.mjs"), *words], PWA)
    return 0 if run_live(step, inside({}, node())) else 1


def main() -> int:
    setup("check")
    if wish := os.environ.get("MUTANTS"):
        return plant(wish)
    asked = {name: os.environ.get(name) or usual for name, usual in DEFAULTS.items()}
    wrong = [f"{name}={text}" for name, text in asked.items() if not text.isdigit()]
    if wrong:
        raise Stop(f"not a whole number: {', '.join(wrong)}")
    vitest = PWA / "node_modules" / "vitest" / "vitest.mjs"
    config = PWA / "tests" / "simulation" / "vitest.config.ts"
    words = [str(node()), str(vitest), "run", "--config", str(config), "simulation.test.ts"]
    words.append("--disable-console-intercept")
    environment = inside({f"SIMULATE_{name}": text for name, text in asked.items()}, node())
    title = f"{asked['SEEDS']} lives of {asked['STEPS']} steps from seed {asked['FROM']}"
    well = run_live(Step(title, words, PWA), environment)
    say("simulate: nothing was lost" if well else "simulate: a life above lost something, or the simulation broke")
    return 0 if well else 1


if __name__ == "__main__":
    script(main)
