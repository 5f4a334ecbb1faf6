"""The journal as a model: seeded stories told step by step, folded and merged, and held against laws and an oracle.

The oracle says what stands at a path in the plainest way there is, without the fold's indexes; the laws are those of a
set: order, repeats and the way of merging do not matter, and nothing that was said is gone. A step is one statement,
exchange or fork of a story.
"""

import random
from collections.abc import Iterable
from typing import Any

from server.core.canonical import canonical
from server.core.journal.chain import absent, cover, covered
from server.core.journal.fold import fold, heads_at, heads_of_row
from server.core.journal.types import Entry, State
from tests.core.sight import BELOW, Sight, stands_in
from tests.core.stories import Teller

STEPS = 50
"""Of one story. Longer ones cost more and meet nothing new."""
UNLISTED = {"withdraw", "submit", "return", "admit", "received"}


def violations(seed: int) -> list[str]:
    """What the story of this seed breaks, in words; nothing when all is well."""
    entries = Teller(seed).tell(STEPS)
    state = fold(entries)
    chance = random.Random(seed)
    broken = [law for law, holds in _laws(entries, state, chance) if not holds]
    return [f"seed {seed}: {law}" for law in broken]


def run(first: int, steps: int) -> list[str]:
    """Stories from `first` until so many steps are told; what they break."""
    found: list[str] = []
    for seed in range(first, first + -(-steps // STEPS)):
        found += violations(seed)
    return found


def _laws(entries: list[Entry], state: State, chance: random.Random) -> Iterable[tuple[str, bool]]:
    yield "the state cannot be hashed", canonical(state) != b""
    shuffled = entries + chance.choices(entries, k=5) if entries else []
    chance.shuffle(shuffled)
    yield "order or repeats matter", fold(shuffled) == state
    one, other = (_part(entries, chance) for _ in range(2))
    merged = fold(one + other)
    yield "merging depends on who merges", merged == fold(other + one)
    ours = {e["id"] for e in one}
    rest = [e for e in entries if e["id"] not in ours]
    yield "what arrives in two parts is not the whole", fold([*rest, *one]) == state
    yield "a phone that knows a part sees something else", sees_alike(one + other, merged)
    yield "a statement is gone", not _gone(entries, state)
    yield "the oracle sees something else", _standing(state) == oracle(entries, set(state["late"]))
    by_id = {e["id"]: e for e in entries}
    described = cover(one)
    yield "a cover is not its set", covered(described, by_id) == ours
    yield "a cover misses nothing and says so", absent(described, {e["id"]: e for e in one}) == []


def _part(entries: list[Entry], chance: random.Random) -> list[Entry]:
    return [e for e in entries if chance.random() < 0.6]


def sees_alike(entries: list[Entry], state: State) -> bool:
    """Whether the plain sight and the fold agree about what has to be named in an answer's `replaces`."""
    sight = Sight(entries)
    places = {(e["kind"], e["path"]) for e in entries if e["kind"] in BELOW}
    return (
        (sight.round, bool(sight.closings), sight.late) == (state["round"], state["closed"], state["late"])
        and all(sight.heads_at(*place) == heads_at(state, *place) for place in places)
        and all(sight.heads_of_row(at) == heads_of_row(state, at) for kind, at in places if kind == "row")
    )


def _gone(entries: list[Entry], state: State) -> list[str]:
    """Statements that the state neither names nor counts as replaced."""
    named = set(_texts(state))
    late = set(state["late"])
    replaced = {key for e in entries if e["id"] not in late for key in e["replaces"]}
    unlisted = [e for e in entries if e["id"] not in named | replaced and e["kind"] not in UNLISTED]
    return [e["id"] for e in unlisted if not _draws_nothing(e, late)]


def _draws_nothing(entry: Entry, late: set[str]) -> bool:
    """Marks wiped away, or on a photo that itself came late."""
    return entry["kind"] == "mark" and (not entry["value"]["marks"] or entry["value"]["photo"] in late)


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for member in value.values():
            yield from _texts(member)
    elif isinstance(value, list | tuple):
        for member in value:
            yield from _texts(member)


def oracle(entries: list[Entry], late: set[str]) -> dict[str, set[bytes]]:
    """Family and path → the different values that stand there. Quadratic, and meant to be."""
    live = {e["id"]: e for e in entries if e["id"] not in late and e["kind"] in BELOW}
    standing: dict[str, set[bytes]] = {}
    for entry in live.values():
        if entry["kind"] == "row":
            continue  # rows also depend on their cells; the vectors speak of them
        if not any(stands_in(later, entry) for later in live.values()):
            standing.setdefault(f"{entry['kind']}:{entry['path']}", set()).add(canonical(entry["value"]))
    return standing


def _standing(state: State) -> dict[str, set[bytes]]:
    """The same as the fold tells it."""
    told: dict[str, set[bytes]] = {}
    for kind, kept in (("answer", state["answers"]), ("finding", state["findings"])):
        told |= {f"{kind}:{path}": {canonical(held["value"])} for path, held in kept.items()}
    told |= {key: {canonical(None)} for key in state["cleared"] if not key.startswith("row:")}
    for key, sides in state["conflicts"].items():
        if not key.startswith("row:"):
            told[key] = {canonical(side["value"]) for side in sides}
    return told
