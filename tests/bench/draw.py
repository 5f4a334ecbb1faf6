"""The draw at a province's size, against the least that any such draw must do; the pairing; a county over HTTP."""

import json
import os
import resource
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from server import create_app
from server.core.draw import smallest
from server.core.pairing import Deck
from server.platform.clock import SetClock
from server.platform.config import Settings
from server.platform.db import Base, db
from server.registry.models import Inspector
from tests.browser import Browser
from tests.factories import make_bureau
from tests.factories_drawing import Room, make_room
from tests.factories_registry import make_subject

PREMISES = 1_000_000
DRAWN = 50_000
INSPECTORS = 50_000
RUNS = 3
COUNTY = 2_000
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


def whole_order() -> dict[str, object]:
    """CPU of putting all of a million premises in order, as a multiple of the bare hashing: drawn set and every
    alternate."""
    ids = [f"410422{index:012d}" for index in range(PREMISES)]
    bare = _cpu(lambda: _bare_hashing(ids))
    ratio = _cpu(lambda: smallest(SEED, ids, PREMISES)) / bare
    return {
        "id": "draw-1m-order",
        "what": "full order of 1,000,000 premises, as a multiple of a bare SHA-256 loop",
        "value": round(ratio, 2),
        "unit": "×",
        "runs": 1,
    }


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


def county() -> dict[str, object]:
    """The draw of a county as its office waits for it: one HTTP request, from the press of the button to the answer
    with certificate, tasks and pairs, on SQLite with a file."""
    with TemporaryDirectory() as folder:
        clock = SetClock(datetime(2026, 11, 22, 1, 0, tzinfo=UTC))
        settings = Settings(Path(folder), f"sqlite:///{folder}/bench.db", testing=True)
        app = create_app(settings, clock)
        with app.app_context():
            Base.metadata.create_all(db.engine)
            bureau = make_bureau()
            times = [_executed(make_room(Browser(app), bureau, clock))]
            people = db.session.query(Inspector).count()
            db.session.remove()
            db.engine.dispose()
    return {
        "id": "draw-county",
        "what": f"execution of a county's draw over HTTP on SQLite ({COUNTY} premises, {people} inspectors)",
        "value": round(statistics.median(times)),
        "unit": "ms",
        "goal": 1000,
        "runs": len(times),
    }


def _executed(room: Room) -> float:
    """Milliseconds of the one request that draws."""
    for at in range(COUNTY - 35):
        make_subject(f"宾馆{at}", "ZA-01", code=f"91410422MB40A{at:05d}")
    db.session.commit()
    room.announce()
    room.witness_types()
    room.reveal()
    room.wait_for_the_number()
    room.act("source", text="3 8 1", again="3 8 1")
    started = time.perf_counter()
    answer = room.act("execution")
    took = (time.perf_counter() - started) * 1000
    if answer["state"] != "executed":
        raise RuntimeError(str(answer))
    return took


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
    _apart(whole_order)
    _apart(county)
