"""Which premises are drawn (specification section 6): one ticket each, the smallest win.

A ticket is a plain SHA-256 of the seed and the id, so anybody checks his own with `sha256sum`. It does
not contain the item: a hotel that is also an internet cafe has one ticket for both, so items coincide,
fewer doors are knocked on, and what coincides is a joint inspection.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from hashlib import sha256
from math import isqrt
from typing import Any

from server.core.draw.hashing import DrawRefused, tagged
from server.core.draw.plan import COUNTED, Plan
from server.core.draw.roster import Line, roster_digest, roster_lines

Rosters = Mapping[str, Sequence[Line]]
Ticket = tuple[bytes, str]
_SPACE = 2**256
_SIGMAS = 6


def ticket(seed: str, id_: str) -> str:
    """Return the ticket of a premises: `SHA-256("DSS1|"+S+"|"+id)`, a 256-bit number in hex."""
    return tagged(seed, id_)


def quota(n_base: int, num: int, den: int, available: int) -> int:
    """Return how many are drawn: `min(available, max(1, ceil(n_base·num/den)))`, 0 when there are none.

    `n_base` counts those inspected already this year, `available` does not (regulation 1.3 no. 7, 8).
    """
    if n_base == 0:
        return 0
    return min(available, max(1, -(-n_base * num // den)))


def smallest(seed: str, ids: Collection[str], wanted: int) -> list[Ticket]:
    """Return the `wanted` smallest `(ticket, id)` of `ids` in order; all of them when there are fewer.

    Nearly every ticket above `wanted/len(ids)` plus six standard deviations is never looked at again,
    so a large draw costs little more than the hashing. Should the cut ever leave too few (once in 10^9),
    everything is sorted: the result never depends on the shortcut.
    """
    total = len(ids)
    wanted = min(wanted, total)
    if wanted == 0:
        return []
    likely = wanted + _SIGMAS * (isqrt(wanted) + 1)
    below = _SPACE - 1 if likely >= total else _SPACE * likely // total
    found = _tickets_below(seed, ids, below)
    if len(found) < wanted:
        found = _tickets_below(seed, ids, _SPACE - 1)
    found.sort()
    return found[:wanted]


def _tickets_below(seed: str, ids: Iterable[str], below: int) -> list[Ticket]:
    cut = below.to_bytes(32, "big")
    # The prefix is longer than one block of SHA-256: hashing it once and copying saves a third.
    fresh = sha256(f"DSS1|{seed}|".encode()).copy
    found: list[Ticket] = []
    for id_ in ids:
        state = fresh()
        state.update(id_.encode())
        number = state.digest()
        if number <= cut:
            found.append((number, id_))
    return found


def check_rosters(plan: Plan, rosters: Rosters) -> None:
    """Raise `DrawRefused` when the rosters are not the ones that were frozen.

    Codes: `roster_missing`, `roster_unplanned`, `roster_changed` (digest), `roster_stratum` (a line names a
    stratum that is not of its item), `roster_district` (one premises with two districts),
    `exclusion_unknown`, and those of `roster_lines`.
    """
    planned = {row["item"]: row for row in plan["rosters"]}
    for item in rosters:
        if item not in planned:
            raise DrawRefused("roster_unplanned", item)
    strata = {(row["item"], row["id"]) for row in plan["strata"]}
    districts: dict[str, str | None] = {}
    for item, row in planned.items():
        if item not in rosters:
            raise DrawRefused("roster_missing", item)
        if roster_digest(roster_lines(rosters[item])) != row["digest"] or len(rosters[item]) != row["lines"]:
            raise DrawRefused("roster_changed", item)
        for line in rosters[item]:
            if (item, line.stratum) not in strata:
                raise DrawRefused("roster_stratum", line.stratum)
            if districts.setdefault(line.id, line.district) != line.district:
                raise DrawRefused("roster_district", line.id)
    _check_exclusions(plan, rosters)


def _check_exclusions(plan: Plan, rosters: Rosters) -> None:
    named = {(row["item"], row["id"]) for name in ("exclusions", "overrides") for row in plan[name]}
    if named:
        known = {(item, line.id) for item, lines in rosters.items() for line in lines}
        for item, id_ in sorted(named - known):
            raise DrawRefused("exclusion_unknown", f"{item} {id_}")


def draw_strata(plan: Plan, rosters: Rosters, seed: str) -> list[dict[str, Any]]:
    """Return what is drawn in every stratum of the plan, in the plan's order:

        {"stratum", "n_base", "excluded": {reason: count}, "available", "n", "realised": "n/n_base",
         "line": ticket | null, "drawn": [{"id", "ticket"}], "alternates": [{"id", "ticket"}], "note"}

    `line` is the largest drawn ticket: whoever is not excluded and has a smaller one is drawn.
    `note` is `empty` (no premises at all), `none_left` (everybody was inspected or is gone) or
    `fewer_left` (less than the quota), else null. The rosters are taken as checked.
    """
    members = _by_stratum(plan, rosters)
    return [_draw_stratum(plan, row, seed, *members[row["id"]]) for row in plan["strata"]]


def _by_stratum(plan: Plan, rosters: Rosters) -> dict[str, tuple[list[str], dict[str, int]]]:
    """Return per stratum the ids that can be drawn and the number of the excluded by reason."""
    excluded = {(row["item"], row["id"]): row["reason"] for row in plan["exclusions"]}
    members: dict[str, tuple[list[str], dict[str, int]]] = {row["id"]: ([], {}) for row in plan["strata"]}
    take = {name: ids.append for name, (ids, _) in members.items()}
    for item, lines in rosters.items():
        barred = {id_: reason for (code, id_), reason in excluded.items() if code == item}
        for id_, stratum, _ in lines:
            if id_ in barred:
                counts = members[stratum][1]
                counts[barred[id_]] = counts.get(barred[id_], 0) + 1
            else:
                take[stratum](id_)
    return members


def _draw_stratum(
    plan: Plan, row: Mapping[str, Any], seed: str, ids: list[str], excluded: Mapping[str, int]
) -> dict[str, Any]:
    n_base = len(ids) + sum(count for reason, count in excluded.items() if reason in COUNTED)
    n = quota(n_base, row["num"], row["den"], len(ids))
    order = [{"id": id_, "ticket": number.hex()} for number, id_ in smallest(seed, ids, n + plan["alternates"])]
    return {
        "stratum": row["id"],
        "n_base": n_base,
        "excluded": dict(sorted(excluded.items())),
        "available": len(ids),
        "n": n,
        "realised": f"{n}/{n_base}",
        "line": order[n - 1]["ticket"] if n else None,
        "drawn": order[:n],
        "alternates": order[n:],
        "note": _note(n_base, len(ids), row),
    }


def _note(n_base: int, available: int, row: Mapping[str, Any]) -> str | None:
    if n_base == 0:
        return "empty"
    if available == 0:
        return "none_left"
    return "fewer_left" if available < quota(n_base, row["num"], row["den"], n_base) else None


def visits(plan: Plan, strata: Iterable[Mapping[str, Any]], rosters: Rosters) -> list[dict[str, Any]]:
    """Return one task per drawn premises, sorted by id: where items coincide, one visit for all of them.

        {"task": id, "items": [code], "strata": [id], "district": tag | null, "slots": [{"pool", "count"}]}

    `slots`: for every brigade (pool) concerned as many inspectors as its most demanding item asks.
    """
    drawn: dict[str, list[str]] = {}
    for row in strata:
        for premises in row["drawn"]:
            drawn.setdefault(premises["id"], []).append(row["stratum"])
    districts = _districts(plan, rosters, drawn)
    # Few combinations of strata occur, however many premises: each is worked out once.
    alike = {strata: visit(plan, "", strata, None) for strata in set(map(tuple, drawn.values()))}
    return [{**alike[tuple(drawn[id_])], "task": id_, "district": districts.get(id_)} for id_ in sorted(drawn)]


def _districts(plan: Plan, rosters: Rosters, wanted: Collection[str]) -> dict[str, str | None]:
    if not plan["rules"]["district"]:
        return {}
    return {line.id: line.district for lines in rosters.values() for line in lines if line.id in wanted}


def visit(plan: Plan, id_: str, strata: Sequence[str], district: str | None) -> dict[str, Any]:
    """Return the task of one premises that was drawn in `strata`; shape as in `visits`."""
    rows = {row["id"]: row for row in plan["strata"]}
    needed = {item["code"]: item["inspectors"] for item in plan["items"]}
    slots: dict[str, int] = {}
    for stratum in strata:
        pool, item = rows[stratum]["pool"], rows[stratum]["item"]
        if pool is not None:
            slots[pool] = max(slots.get(pool, 0), needed[item])
    return {
        "task": id_,
        "items": sorted(rows[stratum]["item"] for stratum in strata),
        "strata": sorted(strata),
        "district": district,
        "slots": [{"pool": pool, "count": slots[pool]} for pool in sorted(slots)],
    }
