"""Vectors of the journal: raw entries to check, and small stories that are folded.

A story is a list of statements with labels. Device and author are letters, `seq`, `prev` and `at` are
filled in along each device's chain, ids are computed, and in the answer labels and letters stand for
ids again. `cover` in a value is a list of labels ("*" for all statements so far), `omit` names
statements that never arrived.
"""

import uuid
from typing import Any

from server.core.canonical import digest
from server.core.journal.chain import absent, check_run, cover, covered, run_bytes
from server.core.journal.entry import check, entry_id, identify, row_id, seal
from server.core.journal.fold import fold, heads_at, heads_of_row
from server.core.journal.types import SERVER, Entry

SIGNATURE = {
    "signer": {"name": "张三"},
    "text_sha256": "0" * 64,
    "evidence": None,
    "refused": None,
    "remarks": "",
}
PHOTO = {
    "sha256": "a" * 64,
    "size": 1000,
    "media_type": "image/jpeg",
    "purpose": "photo",
    "taken_at": "2026-11-22T02:00:00.000Z",
    "position": None,
    "source": "camera",
    "width": 640,
    "height": 480,
}


def run(given: dict[str, Any]) -> Any:
    if "check" in given:
        entry = grown(given["check"])
        check(entry)
        return {"id": entry_id(entry)}
    if "identify" in given:
        return {"id": identify(given["identify"])}
    if "run" in given:
        check_run(given["run"])
        return {"bytes": run_bytes(given["run"]).decode()}
    if "row" in given:
        return {"id": row_id(*given["row"])}
    if "entries" in given:
        return told(given["entries"])
    return Story(given).answer()


def grown(entry: Any) -> Any:
    """An entry whose value may be written as {"repeat": [text, times]}."""
    if isinstance(entry, dict) and isinstance(entry.get("value"), dict) and "repeat" in entry["value"]:
        text, times = entry["value"]["repeat"]
        return {**entry, "value": text * times}
    return entry


def told(entries: list[Entry]) -> dict[str, Any]:
    """A long random story: each entry is in order, and the whole state has this digest."""
    for entry in entries:
        check(entry)
        identify(entry)
    state = fold(entries)
    return {"digest": digest(state), "phase": state["phase"], "late": len(state["late"])}


class Story:
    def __init__(self, given: dict[str, Any]) -> None:
        self.given = given
        self.entries: dict[str, Entry] = {}
        self.names: dict[str, str] = {}
        for place, statement in enumerate(given["story"]):
            self.state(place, statement)

    def key(self, letter: str) -> str:
        if letter == SERVER:
            return SERVER
        key = str(uuid.uuid5(uuid.NAMESPACE_URL, letter))
        self.names[key] = letter
        return key

    def state(self, place: int, told: dict[str, Any]) -> None:
        device = self.key(told["device"])
        inspection = self.key(told.get("inspection", "visit"))
        chain = [e for e in self.entries.values() if (e["device"], e["inspection"]) == (device, inspection)]
        after = self.entries.get(told["after"]) if "after" in told else (chain[-1] if chain else None)
        entry = seal(
            {
                "inspection": inspection,
                "author": self.key(told.get("author", "author of " + told["device"])),
                "device": device,
                "seq": told.get("seq", after["seq"] + 1 if after else 1),
                "prev": after["id"] if after else None,
                "at": told.get("at", f"2026-11-22T02:{place:02d}:00.000Z"),
                "skew_ms": told.get("skew_ms", 0),
                "kind": told["kind"],
                "path": told.get("path", ""),
                "value": self.value(told["kind"], told["value"]),
                "replaces": sorted(self.entries[label]["id"] for label in told.get("replaces", ())),
            }
        )
        self.entries[told["id"]] = entry
        self.names[entry["id"]] = told["id"]

    def value(self, kind: str, told: Any) -> Any:
        if not isinstance(told, dict):
            return told
        value = {**SIGNATURE, **told} if kind == "sign" else {**PHOTO, **told} if kind == "evidence" else told
        if kind == "admit":
            value = {**value, "ids": sorted(self.entries[label]["id"] for label in value["ids"])}
        if kind == "mark":
            value = {**value, "photo": self.entries[value["photo"]]["id"]}
        if "cover" in value:
            value = {**value, **self.cover(value["cover"])}
            del value["cover"]
        return value

    def cover(self, labels: Any) -> dict[str, Any]:
        chosen = [e for label, e in self.entries.items() if labels == "*" or label in labels]
        described = cover(chosen)
        covers = {device: list(tip) for device, tip in described["covers"].items()}
        return {**described, "covers": covers}

    def answer(self) -> Any:
        arrived = [e for label, e in self.entries.items() if label not in self.given.get("omit", ())]
        by_id = {e["id"]: e for e in arrived}
        shown: dict[str, Any] = {}
        if "show" in self.given:
            state: Any = fold(arrived, self.key("visit"))
            shown = {name: state[name] for name in self.given["show"]}
        if "heads" in self.given:
            kind, path = self.given["heads"]
            state = fold(arrived)
            shown["heads"] = heads_at(state, kind, path)
            shown["removal"] = heads_of_row(state, path)
        if "cover" in self.given:
            shown["cover"] = self.cover(self.given["cover"])
            shown["covered"] = sorted(self.names[key] for key in covered(shown["cover"], by_id))
            shown["absent"] = absent(shown["cover"], by_id)
        return self.named(shown)

    def named(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.names.get(value, value)
        if isinstance(value, list | tuple):
            return [self.named(member) for member in value]
        if isinstance(value, dict):
            return {self.names.get(key, key): self.named(member) for key, member in value.items()}
        return value
