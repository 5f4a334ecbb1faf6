"""Evidence as it stands: what is shown, what was withdrawn, and the marks that people drew over it.

Bytes are never touched. A `mark` is one person's layer over one photo: it names the evidence entry, and in `replaces`
the same person's layers before it. Nobody takes away another's marks, so layers never conflict: all are drawn.
"""

from typing import Any

from server.core.journal.statement import said
from server.core.journal.types import Entry

Listed = dict[str, list[dict[str, Any]]]


def evidence_of(live: list[Entry]) -> tuple[Listed, Listed]:
    """Evidence by path, what is shown and what was withdrawn; of two withdrawals the older is told.

    `live` is ordered oldest first. What somebody drew on is listed with `marked`: its layers, oldest first.
    """
    withdrawals: dict[str, Entry] = {}
    for entry in live:
        if entry["kind"] == "withdraw":
            withdrawals.setdefault(entry["replaces"][0], entry)
    layers = _layers(live)
    shown: Listed = {}
    hidden: Listed = {}
    for entry in live:
        if entry["kind"] != "evidence":
            continue
        listed = said(entry) | {"value": entry["value"]}
        marked = [_layer(drawn) for drawn in layers.get(entry["id"], ()) if _belongs(drawn, entry)]
        if marked:
            listed["marked"] = marked
        act = withdrawals.get(entry["id"])
        if act and _belongs(act, entry):
            listed["withdrawal"] = said(act) | {"reason": act["value"]["reason"]}
            hidden.setdefault(entry["path"], []).append(listed)
        else:
            shown.setdefault(entry["path"], []).append(listed)
    return shown, hidden


def _layers(live: list[Entry]) -> dict[str, list[Entry]]:
    """Evidence entry → the layers over it that their own author has not replaced, oldest first; empty ones are gone."""
    drawn = {e["id"]: e for e in live if e["kind"] == "mark"}
    replaced = {
        target
        for entry in drawn.values()
        for target in entry["replaces"]
        if target in drawn and _redrawn(drawn[target], entry)
    }
    layers: dict[str, list[Entry]] = {}
    for key, entry in drawn.items():
        if key not in replaced and entry["value"]["marks"]:
            layers.setdefault(entry["value"]["photo"], []).append(entry)
    return layers


def _redrawn(before: Entry, after: Entry) -> bool:
    return before["author"] == after["author"] and before["value"]["photo"] == after["value"]["photo"]


def _layer(entry: Entry) -> dict[str, Any]:
    return said(entry) | {"marks": entry["value"]["marks"]}


def _belongs(act: Entry, evidence: Entry) -> bool:
    return act["path"] == evidence["path"] and act["inspection"] == evidence["inspection"]
