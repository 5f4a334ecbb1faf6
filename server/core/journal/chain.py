"""Chains: the entries of one device in their order, what a set of entries covers, and what looks odd."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from server.core.canonical import canonical
from server.core.journal.types import Cover, Entry, Flag, Run
from server.core.journal.values import DEVICE, ID, LARGEST_SEQ, UUID
from server.core.refusal import Refused
from server.core.shapes import among, fields, integer, many, matching

LONGEST_RUN = 10_000
SKEW_LIMIT_MS = 5 * 60 * 1000

_RUN = fields(
    {
        "inspection": UUID,
        "device": DEVICE,
        "first_seq": integer(1, LARGEST_SEQ),
        "ids": many(ID, LONGEST_RUN, 1),
        "alg": among("ES256"),
        "signature": matching("[A-Za-z0-9_-]{86}"),
    }
)


class BadRun(Refused):
    """A run that cannot be read: code `run_unreadable`."""


def check_run(run: Any) -> None:
    """Accept a run whose fields are in order; verifying the signature is the platform's work."""
    if not _RUN(run):
        raise BadRun("run_unreadable")


def run_bytes(run: Run) -> bytes:
    """The bytes that the signature of a run is over."""
    return canonical({name: run[name] for name in ("inspection", "device", "first_seq", "ids")})


def cover(entries: Iterable[Entry]) -> Cover:
    """Describe exactly this set of entries: `covered(cover(s), t)` is s for every t that contains s.

    The main tip of a device is the one with the highest number (then the highest id); other tips,
    left by a fork or a hole, go to `branches`, and links that lead nowhere yet to `missing`.
    """
    by_id = {entry["id"]: entry for entry in entries}
    linked = {entry["prev"] for entry in by_id.values()}
    tips: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for key, entry in by_id.items():
        if key not in linked:
            tips[entry["device"]].append((entry["seq"], key))
    main = {device: max(found) for device, found in sorted(tips.items())}
    branches = sorted(key for device, found in tips.items() for _, key in found if key != main[device][1])
    missing = sorted(link for link in linked if link is not None and link not in by_id)
    described: Cover = {"covers": main}
    if branches:
        described["branches"] = branches
    if missing:
        described["missing"] = missing
    return described


def covers_of(entry: Entry) -> Mapping[str, Sequence[Any]]:
    """Device → number and id up to which a signature or a submission covers it; nothing for other kinds."""
    covers: Mapping[str, Sequence[Any]] = entry["value"]["covers"] if entry["kind"] in ("sign", "submit") else {}
    return covers


def covered(described: Mapping[str, Any], by_id: Mapping[str, Entry]) -> set[str]:
    """The ids among `by_id` that a cover describes, found by walking every chain back from its tips."""
    stop = set(described.get("missing", ()))
    found: set[str] = set()
    for start in [tip[1] for tip in described["covers"].values()] + list(described.get("branches", ())):
        step: str | None = start
        while step is not None and step in by_id and step not in found and step not in stop:
            found.add(step)
            step = by_id[step]["prev"]
    return found


def absent(described: Mapping[str, Any], by_id: Mapping[str, Entry]) -> list[str]:
    """The ids a cover names or leads to that are not among `by_id`, sorted: what is still on its way."""
    named = {tip[1] for tip in described["covers"].values()} | set(described.get("branches", ()))
    links = {by_id[key]["prev"] for key in covered(described, by_id)}
    known_holes = set(described.get("missing", ()))
    return sorted(key for key in named | links if key is not None and key not in by_id and key not in known_holes)


def flags(by_id: Mapping[str, Entry]) -> list[Flag]:
    """What a person should look at in the chains, sorted by device, number and code; one skew per device."""
    found: set[tuple[str, int, str]] = set()
    numbers: set[tuple[str, int]] = set()
    skewed: dict[str, int] = {}
    for entry in by_id.values():
        device, seq = entry["device"], entry["seq"]
        if (device, seq) in numbers:
            found.add((device, seq, "fork"))
        numbers.add((device, seq))
        found |= {(device, at, code) for at, code in _link_faults(entry, by_id)}
        if abs(entry["skew_ms"]) > SKEW_LIMIT_MS:
            skewed[device] = min(seq, skewed.get(device, seq))
    found |= {(device, seq, "skew") for device, seq in skewed.items()}
    return [{"code": code, "device": device, "seq": seq} for device, seq, code in sorted(found)]  # type: ignore[typeddict-item]


def _link_faults(entry: Entry, by_id: Mapping[str, Entry]) -> Collection[tuple[int, str]]:
    if entry["prev"] is None:
        return ()
    before = by_id.get(entry["prev"])
    if before is None:
        return ((entry["seq"] - 1, "gap"),)
    if before["device"] != entry["device"] or before["seq"] != entry["seq"] - 1:
        return ((entry["seq"], "chain"),)
    return ((entry["seq"], "clock"),) if before["at"] > entry["at"] else ()
