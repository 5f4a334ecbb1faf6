"""The draw at a province's size, against the least that any such draw must do; and the pairing."""

import json
import os
import resource
import statistics
import time
from collections.abc import Callable
from hashlib import sha256

from server.core.draw import smallest
from server.core.pairing import Deck

PREMISES = 1_000_000
DRAWN = 50_000
INSPECTORS = 50_000
RUNS = 3
SEED = sha256(b"bench").hexdigest()


def _cpu(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _bare_hashing(ids: list[str]) -> None:
    """What nobody can avoid: one SHA-256 per premises."""
    prefix = f"DSS1|{SEED}|"
    for id_ in ids:
        sha256((prefix + id_).encode()).digest()


def draw() -> dict[str, object]:
    """CPU of drawing 5 % of a million premises as a multiple of the bare hashing, medians of several runs."""
    ids = [f"410422{index:012d}" for index in range(PREMISES)]
    ratios = []
    for _ in range(RUNS):
        bare = _cpu(lambda: _bare_hashing(ids))
        ratios.append(_cpu(lambda: smallest(SEED, ids, DRAWN)) / bare)
    return {
        "id": "draw-1m",
        "what": "draw of 5 % of 1,000,000 premises, as a multiple of a bare SHA-256 loop",
        "value": round(statistics.median(ratios), 2),
        "unit": "×",
        "goal": 2,
        "peer": "consistent_sampler 14.0",
        "spread": f"{min(ratios):.2f}–{max(ratios):.2f}",
        "runs": RUNS,
    }


def _deal_all() -> int:
    people = [
        {"id": f"i{index}", "senior": index % 3 == 0, "household": None, "district": None, "load": 0}
        for index in range(INSPECTORS)
    ]
    pool = {"id": "all", "members": [{"id": person["id"], "out": None} for person in people]}
    rules = {"district": False, "senior": True, "household": True}
    deck = Deck(people, [pool], [], rules, SEED)
    for index in range(PREMISES):
        team, report = deck.deal(f"t{index}", None, "all", 2)
        if report is not None or len(team) != 2:
            raise RuntimeError(f"task {index} got no pair")
    return max(deck.loads().values()) - min(deck.loads().values())


def pair() -> dict[str, object]:
    """CPU of pairing a million tasks over 50,000 inspectors, in a process of its own for its memory."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds = _cpu(_deal_all)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return {
        "id": "pair-1m",
        "what": f"1,000,000 tasks × 50,000 inspectors paired (memory grew by {grown:.0f} MB)",
        "value": round(seconds, 1),
        "unit": "CPU s",
        "goal": 30,
        "peer": "OR-tools, 100,000 × 5,000: 14.8 s",
        "runs": 1,
    }


def _apart(measure: Callable[[], dict[str, object]]) -> None:
    """Print one figure from a child process, so that the memory of one does not count for the next."""
    child = os.fork()
    if child == 0:
        print(json.dumps(measure(), ensure_ascii=False), flush=True)
        os._exit(0)
    if os.waitpid(child, 0)[1] != 0:
        raise SystemExit(1)


if __name__ == "__main__":
    _apart(pair)
    _apart(draw)
