"""Vectors of tests/vectors/pairing: a deck and the slots dealt from it one after another.

Names of inspectors are plain here; `deal` is a list of slots in dealing order, the answer one
`[team, report]` per slot, with the loads afterwards.
"""

from typing import Any

from server.core.pairing import Deck, Seating, card, pair, task_key


def run(given: dict[str, Any]) -> Any:
    if given["do"] == "card":
        return card(given["seed"], given["pool"], given["load"], given["inspector"]).hex()
    if given["do"] == "task_key":
        return task_key(given["seed"], given["task"]).hex()
    deck = Deck(given["inspectors"], given["pools"], given["interests"], given["rules"], given["seed"])
    if given["do"] == "pair":
        dealt: Any = pair(given["tasks"], deck, given["seed"])
    else:
        dealt = [list(_deal(deck, slot)) for slot in given["deal"]]
    return {"dealt": dealt, "loads": deck.loads()}


def _deal(deck: Deck, slot: dict[str, Any]) -> tuple[list[str], dict[str, Any] | None]:
    seating = Seating(
        taken=tuple(slot.get("taken", [])),
        kept=tuple(slot.get("kept", [])),
        unavailable=frozenset(slot.get("unavailable", [])),
    )
    return deck.deal(slot["task"], slot.get("district"), slot["pool"], slot["count"], seating)
