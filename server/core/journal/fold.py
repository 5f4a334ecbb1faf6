"""State = fold(entries): what a set of statements says together.

The result depends on the set only, never on arrival order, clocks or repeats. Nothing is dropped:
values that differ become conflicts, withdrawn evidence stays listed, late entries are named, faults of
a chain are flags. Every list has a stated order so that two replicas give the same bytes.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from server.core.canonical import canonical
from server.core.journal.chain import covered, flags
from server.core.journal.evidence import evidence_of
from server.core.journal.frozen import frozen_of
from server.core.journal.presence import presence
from server.core.journal.statement import oldest_first, said
from server.core.journal.types import CONTENT, SERVER, Entry, Held, Phase, State

ById = Mapping[str, Entry]
LATEABLE = frozenset((*CONTENT, "presence"))
HEADED = frozenset(("answer", "row", "finding"))
SIGNING_ITEM = "SIGN"

_REPLACEABLE = {
    "answer": frozenset(("answer",)),
    "finding": frozenset(("finding",)),
    "row": frozenset(("row", "answer", "finding")),
}


def fold(entries: Iterable[Entry], inspection: str | None = None) -> State:
    """Fold checked entries of one inspection; `inspection` leaves out those of any other.

    Repeats and order do not matter. The entries are trusted to have passed `entry.check`.
    """
    by_id = {e["id"]: e for e in entries if inspection is None or e["inspection"] == inspection}
    ordered = sorted(by_id.values(), key=oldest_first)
    round_ = _round(ordered)
    closing = [e for e in ordered if e["kind"] == "received" and e["value"]["round"] == round_["number"]]
    late = _late(ordered, by_id, closing)
    live = [e for e in ordered if e["id"] not in late]
    heads = _heads(live)
    evidence, withdrawn = evidence_of(live)
    state: State = {
        "answers": {},
        "conflicts": {},
        "cleared": {},
        "rows": {},
        "row_values": {},
        "evidence": evidence,
        "withdrawn": withdrawn,
        "findings": {},
        "comments": [said(e) | {"text": e["value"]["text"]} for e in ordered if e["kind"] == "comment"],
        "signatures": [],
        "round": round_["number"],
        "phase": "open",
        "closed": bool(closing),
        "returned": round_["opened_by"],
        "late": sorted(late),
        "presence": presence([e for e in live if e["kind"] == "presence"]),
        "flags": flags(by_id),
    }
    frozen = frozen_of(live)
    if frozen:
        state["frozen"] = frozen
    _settle(state, heads)
    _settle_rows(state, heads)
    state["signatures"] = _signatures(ordered, by_id, live)
    state["phase"] = _phase(state, ordered, by_id, {e["id"] for e in closing})
    return state


def heads_at(state: State, kind: str, path: str) -> list[str]:
    """What an answer, row or finding at `path` has to name in `replaces` to stand alone there, sorted.

    For a row that is kept or moved these are the heads of the row itself; its cells stay.
    """
    kept = {"answer": state["answers"], "row": state["row_values"], "finding": state["findings"]}[kind]
    key = f"{kind}:{path}"
    found = set(state["cleared"].get(key, ()))
    found.update(side["id"] for side in state["conflicts"].get(key, ()) if side["kind"] == kind)
    if path in kept:
        found.update(kept[path]["heads"])
    return sorted(found)


def heads_of_row(state: State, path: str) -> list[str]:
    """What the removal of the row at `path` has to name: its own heads, its cells and its findings, sorted."""
    found = set(heads_at(state, "row", path))
    for kind, kept in (("answer", state["answers"]), ("finding", state["findings"])):
        keys = {*kept, *_paths_of(state["conflicts"], kind), *_paths_of(state["cleared"], kind)}
        for key in keys:
            if key == path or key.startswith(path + "/"):
                found.update(heads_at(state, kind, key))
    return sorted(found)


def _paths_of(keyed: Mapping[str, Any], kind: str) -> list[str]:
    prefix = kind + ":"
    return [key[len(prefix) :] for key in keyed if key.startswith(prefix)]


def _round(ordered: list[Entry]) -> dict[str, Any]:
    """The round we are in, and the return that opened it: the highest number any return names."""
    number, opened_by = 1, None
    for entry in ordered:
        if entry["kind"] == "return" and entry["value"]["round"] > number:
            number = entry["value"]["round"]
            opened_by = said(entry) | {"value": entry["value"]}
    return {"number": number, "opened_by": opened_by}


def _late(ordered: list[Entry], by_id: ById, closing: list[Entry]) -> set[str]:
    """Statements about the visit that no closing of this round covers and nobody admitted.

    After a restored backup the server's chain may have forked: then every closing counts.
    """
    if not closing:
        return set()
    taken: set[str] = set()
    for entry in closing:
        taken |= covered(entry["value"], by_id)
    for entry in ordered:
        if entry["kind"] == "admit":
            taken.update(entry["value"]["ids"])
    return {e["id"] for e in ordered if e["kind"] in LATEABLE and e["id"] not in taken}


def _heads(live: list[Entry]) -> dict[tuple[str, str], list[Entry]]:
    """(kind, path) → the entries there that no other live entry replaces, oldest first."""
    content = {e["id"]: e for e in live if e["kind"] in HEADED}
    replaced = {
        target
        for entry in content.values()
        for target in entry["replaces"]
        if target in content and _may_replace(entry, content[target])
    }
    heads: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for key, entry in content.items():
        if key not in replaced:
            heads[entry["kind"], entry["path"]].append(entry)
    return heads


def _may_replace(entry: Entry, target: Entry) -> bool:
    """Only heads of the same family, at or below the path, of the same inspection."""
    if target["kind"] not in _REPLACEABLE[entry["kind"]] or target["inspection"] != entry["inspection"]:
        return False
    return target["path"] == entry["path"] or target["path"].startswith(entry["path"] + "/")


def _settle(state: State, heads: Mapping[tuple[str, str], list[Entry]]) -> None:
    """Sort every (kind, path) into agreed, cleared or in conflict."""
    agreed: dict[str, dict[str, Held]] = {
        "answer": state["answers"],
        "row": state["row_values"],
        "finding": state["findings"],
    }
    for (kind, path), found in heads.items():
        if len(found) > 1 and len({canonical(e["value"]) for e in found}) > 1:
            state["conflicts"][f"{kind}:{path}"] = [_side(e) for e in found]
        elif found[0]["value"] is None:
            state["cleared"][f"{kind}:{path}"] = sorted(e["id"] for e in found)
        else:
            agreed[kind][path] = {"value": found[0]["value"], "heads": sorted(e["id"] for e in found)}


def _side(entry: Entry) -> dict[str, Any]:
    return said(entry) | {"kind": entry["kind"], "value": entry["value"]}


def _settle_rows(state: State, heads: Mapping[tuple[str, str], list[Entry]]) -> None:
    """List the rows of every table; a removed row that somebody went on filling stays, as a conflict."""
    filled: dict[str, list[Entry]] = defaultdict(list)
    for (kind, path), found in heads.items():
        if path.count("/") and kind != "row":
            filled["/".join(path.split("/")[:2])] += [e for e in found if e["value"] is not None]
    rows = {path for kind, path in heads if kind == "row"} | {path for path, found in filled.items() if found}
    order: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for path in rows:
        own = heads.get(("row", path), [])
        if own and all(e["value"] is None for e in own):
            if not filled[path]:
                continue
            state["cleared"].pop(f"row:{path}", None)
            state["conflicts"][f"row:{path}"] = [_side(e) for e in sorted(own + filled[path], key=oldest_first)]
        item, row = path.split("/")
        order[item].append((_place(own), row))
    state["rows"] = {item: [row for _, row in sorted(found)] for item, found in order.items()}


def _place(own: list[Entry]) -> int:
    """Where a row stands: the smallest order among its heads; a row only known by its cells comes last."""
    return min((e["value"]["order"] for e in own if e["value"] is not None), default=2**53 - 1)


def _signatures(ordered: list[Entry], by_id: ById, live: list[Entry]) -> list[dict[str, Any]]:
    """Every signature, with the paths that say something else now than what it covers said."""
    returns = [e for e in ordered if e["kind"] == "return"]
    stating = {e["id"] for e in live if e["kind"] in CONTENT}
    now = cache(lambda: _picture(live))  # seldom wanted, and then by every signature
    listed = []
    for entry in ordered:
        if entry["kind"] != "sign":
            continue
        seen = covered(entry["value"], by_id)
        role = entry["value"]["role"]
        read = [e for e in ordered if e["id"] in seen and e["kind"] in CONTENT]
        unchanged = len(read) == len(stating) and stating <= seen
        listed.append(
            said(entry)
            | {
                "seq": entry["seq"],
                "value": entry["value"],
                "stale": [] if unchanged else _differing(_picture(read), now()),
                "superseded": any(role in r["value"]["signatures"] and r["id"] not in seen for r in returns),
            }
        )
    return listed


def _picture(entries: list[Entry]) -> dict[str, set[str]]:
    """Path → what stands there, for comparison; what the act of signing adds is not part of it."""
    picture: dict[str, set[str]] = defaultdict(set)
    for (kind, path), found in _heads(entries).items():
        picture[path].update(kind + canonical(e["value"]).decode() for e in found if e["value"] is not None)
    for path, shown in evidence_of(entries)[0].items():
        for listed in shown:
            picture[path].update((listed["id"], *(layer["id"] for layer in listed.get("marked", ()))))
    return {path: stands for path, stands in picture.items() if path.split("/")[0] != SIGNING_ITEM}


def _differing(before: Mapping[str, set[str]], after: Mapping[str, set[str]]) -> list[str]:
    return sorted(path for path in before.keys() | after.keys() if before.get(path, set()) != after.get(path, set()))


def _phase(state: State, ordered: list[Entry], by_id: ById, closing: set[str]) -> Phase:
    """Signed off when the lead signed, on the server, what closed this very round."""
    for entry in ordered:
        by_lead = entry["kind"] == "sign" and entry["value"]["role"] == "lead"
        if by_lead and entry["device"] == SERVER and closing & covered(entry["value"], by_id):
            return "signed_off"
    submitted = any(e["kind"] == "submit" and e["value"]["round"] == state["round"] for e in ordered)
    if closing or submitted:
        return "submitted"
    return "returned" if state["round"] > 1 else "open"
