"""Who inspects: cards dealt from a levelled deck (specification section 7).

In lay words: deal the cards, and reshuffle when everybody has had one. Every inspector has a load (the
tasks of the year so far); a pool's cards lie in the order of (load, SHA-256 of pair seed, pool, load and
inspector). A task takes the first team in that order that satisfies the rules; whoever must recuse
stays on top for the next task. Within one pool of equals this gives equal chances, every pair equally
likely, and loads that differ by one at most. Between people of different eligibility equal chances are
impossible, and none are promised.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import groupby
from typing import Any

from server.core.pairing.deck import ALONE, Deck, PairingRefused, Seating, card

__all__ = ["ALONE", "Deck", "PairingRefused", "Seating", "card", "dealing_order", "pair", "seat", "task_key"]
_PREFIX = 11


def task_key(pair_seed: str, task: str) -> bytes:
    """Return the digest by which tasks are ordered for dealing: `DSS1|task|S_pair|task`."""
    return sha256(f"DSS1|task|{pair_seed}|{task}".encode()).digest()


def dealing_order(tasks: Sequence[str], pair_seed: str) -> Iterator[int]:
    """Return the positions of `tasks` in dealing order: by key, then by name.

    Only the first 11 bytes of a key are kept beside the position, which halves the memory of a million
    tasks; keys that agree in them (once in 10^15) are compared whole.
    """
    cut = [task_key(pair_seed, task)[:_PREFIX] + at.to_bytes(4, "big") for at, task in enumerate(tasks)]
    cut.sort()
    for _, same in groupby(cut, key=lambda one: one[:_PREFIX]):
        places = [int.from_bytes(one[_PREFIX:], "big") for one in same]
        if len(places) > 1:
            places.sort(key=lambda at: (task_key(pair_seed, tasks[at]), tasks[at]))
        yield from places


def pair(tasks: Iterable[Mapping[str, Any]], deck: Deck, pair_seed: str) -> list[dict[str, Any]]:
    """Deal for all tasks (shape of `draw.visits`) in the order of their keys, and return in that order:

        {"task", "items", "strata", "groups": [{"pool", "inspectors": [id], "report": … | null}]}

    The groups of one visit are filled in the order of the pool names; nobody sits in two of them. A group
    that cannot be filled is reported and leaves the others as they are.
    """
    rows = list(tasks)
    order = dealing_order([row["task"] for row in rows], pair_seed)
    return [{**_heading(rows[at]), "groups": seat(deck, rows[at])} for at in order]


def _heading(task: Mapping[str, Any]) -> dict[str, Any]:
    return {"task": task["task"], "items": task["items"], "strata": task["strata"]}


def seat(deck: Deck, task: Mapping[str, Any], taken: Iterable[str] = ()) -> list[dict[str, Any]]:
    """Fill the slots of one task; `taken` are people who are on the visit already."""
    groups: list[dict[str, Any]] = []
    present = list(taken)
    for slot in task["slots"]:
        seating = Seating(taken=tuple(present)) if present else ALONE
        team, report = deck.deal(task["task"], task["district"], slot["pool"], slot["count"], seating)
        present += team
        groups.append({"pool": slot["pool"], "inspectors": team, "report": report})
    return groups
