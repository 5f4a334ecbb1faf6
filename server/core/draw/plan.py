"""The plan: everything that is decided before anybody can know the seed (specification section 4).

`P`, the digest of the canonical plan, is published at the announcement. After that nothing in it can be
turned: not a ratio, not an excluded premises, not an inspector's leave, not the source of the public
number. `check_plan` is used by the service before the announcement and by every verifier afterwards.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from server.core.canonical import digest
from server.core.draw.hashing import SPEC, DrawRefused, is_clean, is_hex
from server.core.draw.roster import is_id, is_tag

Plan = Mapping[str, Any]
Check = Callable[[Any], bool]

# Why a premises of the roster cannot be drawn. The first two count in N (the ratio is of all that are
# supervised, regulation 1.3 no. 8); the others are no longer there to be supervised.
COUNTED = ("inspected_this_year", "frequency_cap")
UNCOUNTED = ("closed", "moved", "suspended", "other")
# Why a member of a pool cannot be dealt, in the order in which a report counts them.
OUT = ("unit", "competence", "auxiliary", "certificate", "leave", "suspended", "other")
# Flags that are public themselves (regulation R18), so that a raised ratio gives nothing away.
PUBLIC_FLAGS = ("abnormal_operation_list", "serious_violation_list")
INTERNAL_FLAG = "internal"
ABSENT = "absent"

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
_PARTY = re.compile(r"[a-z][a-z0-9-]{0,30}")
_DRAW = re.compile(r"[0-9a-z-]{1,64}")
_BADGE_PSEUDONYM = re.compile(r"i:[0-9a-f]{32}")


def _matches(pattern: re.Pattern[str]) -> Check:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _or_null(check: Check) -> Check:
    return lambda value: value is None or check(value)


def _one_of(*allowed: str) -> Check:
    return lambda value: isinstance(value, str) and value in allowed


def _integer(low: int, high: int) -> Check:
    return lambda value: type(value) is int and low <= value <= high


def _flag(value: Any) -> bool:
    return type(value) is bool


def _list(value: Any) -> bool:
    return isinstance(value, list)


def _object(value: Any) -> bool:
    return isinstance(value, Mapping)


is_date = _matches(_DATE)
is_moment = _matches(_MOMENT)
is_party = _matches(_PARTY)
is_draw_id = _matches(_DRAW)
is_inspector = _matches(_BADGE_PSEUDONYM)
_count = _integer(0, 2**31)
_ratio_part = _integer(1, 1_000_000)

# The fields of every object of a plan, each with the test its value has to pass. Nothing more, nothing
# less: an unknown field would be hashed and shown to nobody.
FIELDS: dict[str, dict[str, Check]] = {
    "plan": {
        "spec": _one_of(SPEC),
        "bureau": _object,
        "draw": is_draw_id,
        "title": is_clean,
        "kind": _one_of("untargeted", "targeted"),
        "year": _integer(2000, 9999),
        "sequence": _integer(1, 100_000),
        "previous": _or_null(is_hex),
        "announced_at": is_moment,
        "deadline": is_moment,
        "window": _object,
        "salt": is_hex,
        "items": _list,
        "strata": _list,
        "rosters": _list,
        "exclusions": _list,
        "overrides": _list,
        "inspectors": _list,
        "pools": _list,
        "interests": _list,
        "rules": _object,
        "alternates": _integer(0, 1000),
        "parties": _list,
        "source": _or_null(_object),
        "sealed": _or_null(_object),
    },
    "bureau": {"name": is_clean, "division": _matches(re.compile(r"[0-9]{6}"))},
    "window": {"from": is_date, "to": is_date},
    "items": {
        "code": is_tag,
        "name": is_clean,
        "num": _ratio_part,
        "den": _ratio_part,
        "inspectors": _integer(2, 8),
    },
    "strata": {
        "id": is_tag,
        "item": is_tag,
        "authority": is_clean,
        "label": is_clean,
        "num": _ratio_part,
        "den": _ratio_part,
        "raised_by": _or_null(_one_of(*PUBLIC_FLAGS, INTERNAL_FLAG)),
        "pool": _or_null(is_tag),
    },
    "rosters": {
        "item": is_tag,
        "digest": is_hex,
        "lines": _count,
        "ids": _one_of("statutory", "pseudonym"),
    },
    "exclusions": {
        "item": is_tag,
        "id": is_id,
        "reason": _one_of(*COUNTED, *UNCOUNTED),
        "note": _or_null(is_clean),
    },
    "overrides": {"item": is_tag, "id": is_id, "reason": _one_of(*COUNTED), "note": is_clean},
    "inspectors": {
        "id": is_inspector,
        "senior": _flag,
        "household": _or_null(is_tag),
        "district": _or_null(is_tag),
        "load": _count,
    },
    "pools": {"id": is_tag, "members": _list},
    "members": {"id": is_inspector, "out": _or_null(_one_of(*OUT))},
    "interests": {"inspector": is_inspector, "premises": is_id},
    "rules": {"senior": _flag, "household": _flag, "district": _flag},
    "parties": {
        "party": is_party,
        "label": is_clean,
        "kind": _one_of("committed", "open"),
        "commitment": _or_null(is_hex),
    },
    "source": {"name": is_clean, "moment": is_moment},
    "sealed": {"commitment": is_hex, "holders": _list, "release_on": is_date},
}
# The lists of a plan have one order, so that the order in which a database answers cannot change P.
# `parties` alone keeps the order that was announced: it is the order of the reveals in the seed.
SORTED_BY: dict[str, tuple[str, ...]] = {
    "items": ("code",),
    "strata": ("id",),
    "rosters": ("item",),
    "exclusions": ("item", "id"),
    "overrides": ("item", "id"),
    "inspectors": ("id",),
    "pools": ("id",),
    "members": ("id",),
    "interests": ("inspector", "premises"),
}


def build_plan(parts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the checked plan made of `parts`: every field of `FIELDS["plan"]` but `spec`, lists in any
    order. Raises `DrawRefused` as `check_plan`."""
    plan: dict[str, Any] = {"spec": SPEC, **parts}
    for name in SORTED_BY:
        if name in plan:
            plan[name] = _sorted(name, plan[name])
    if "pools" in plan:
        plan["pools"] = [{**pool, "members": _sorted("members", pool["members"])} for pool in plan["pools"]]
    check_plan(plan)
    return plan


def plan_digest(plan: Plan) -> str:
    """Return `P`: the SHA-256 of the canonical plan."""
    return digest(plan)


def check_plan(plan: Plan) -> None:
    """Raise `DrawRefused` when the plan breaks a rule of specification section 4.

    Codes: `plan_field` (a field is missing, unknown or malformed; the detail names it), `plan_order`,
    `plan_duplicate`, `plan_unknown_item`, `plan_unknown_pool`, `plan_unknown_inspector`,
    `plan_ratio`, `plan_ratio_internal`, `plan_roster_missing`, `plan_parties`, `plan_window`,
    `plan_source_early`, `plan_sealed_holders`.
    """
    _check_object("plan", plan)
    for name in ("bureau", "window", "rules", "source", "sealed"):
        if plan[name] is not None:
            _check_object(name, plan[name])
    for name in (*SORTED_BY, "parties"):
        if name != "members":
            _check_list(name, plan[name])
    for pool in plan["pools"]:
        _check_list("members", pool["members"])
    _check_ratios(plan)
    _check_references(plan)
    _check_parties(plan)
    _check_times(plan)


def _sorted(name: str, rows: Iterable[Mapping[str, Any]]) -> list[Any]:
    keys = SORTED_BY[name]
    try:
        return sorted(rows, key=lambda row: [row[key] for key in keys])
    except (KeyError, TypeError) as error:
        raise DrawRefused("plan_field", f"{name}: {error}") from error


def _check_object(name: str, value: Any) -> None:
    if not isinstance(value, Mapping) or set(value) != set(FIELDS[name]):
        raise DrawRefused("plan_field", name)
    for field, check in FIELDS[name].items():
        if not check(value[field]):
            raise DrawRefused("plan_field", f"{name}.{field}")


def _check_list(name: str, rows: Sequence[Any]) -> None:
    for row in rows:
        _check_object(name, row)
    keys = SORTED_BY.get(name, ("party",))
    found = [[row[key] for key in keys] for row in rows]
    ordered = sorted(found)
    if any(left == right for left, right in zip(ordered, ordered[1:], strict=False)):
        raise DrawRefused("plan_duplicate", name)
    if name in SORTED_BY and found != ordered:
        raise DrawRefused("plan_order", name)


def _check_ratios(plan: Plan) -> None:
    items = {item["code"]: item for item in plan["items"]}
    for item in plan["items"]:
        if item["num"] > item["den"]:
            raise DrawRefused("plan_ratio", item["code"])
    for stratum in plan["strata"]:
        item = items.get(stratum["item"])
        if item is None:
            raise DrawRefused("plan_unknown_item", stratum["id"])
        if stratum["num"] > stratum["den"]:
            raise DrawRefused("plan_ratio", stratum["id"])
        more = stratum["num"] * item["den"] - item["num"] * stratum["den"]
        # Without a flag the ratio is the item's own; a flag may only raise it, never lower it.
        if more < 0 or (more > 0) != (stratum["raised_by"] is not None):
            raise DrawRefused("plan_ratio", stratum["id"])
        if stratum["raised_by"] == INTERNAL_FLAG and plan["kind"] != "targeted":
            raise DrawRefused("plan_ratio_internal", stratum["id"])


def _check_references(plan: Plan) -> None:
    codes = [item["code"] for item in plan["items"]]
    if [roster["item"] for roster in plan["rosters"]] != codes or not codes:
        raise DrawRefused("plan_roster_missing")
    for name in ("exclusions", "overrides"):
        for row in plan[name]:
            if row["item"] not in codes:
                raise DrawRefused("plan_unknown_item", name)
    pools = {pool["id"] for pool in plan["pools"]}
    for stratum in plan["strata"]:
        if stratum["pool"] is not None and stratum["pool"] not in pools:
            raise DrawRefused("plan_unknown_pool", stratum["id"])
    known = {inspector["id"] for inspector in plan["inspectors"]}
    for pool in plan["pools"]:
        if any(member["id"] not in known for member in pool["members"]):
            raise DrawRefused("plan_unknown_inspector", pool["id"])
    if any(row["inspector"] not in known for row in plan["interests"]):
        raise DrawRefused("plan_unknown_inspector", "interests")


def _check_parties(plan: Plan) -> None:
    if not any(party["kind"] == "committed" for party in plan["parties"]):
        raise DrawRefused("plan_parties", "nobody commits")
    if any(party["kind"] == "open" and party["commitment"] is not None for party in plan["parties"]):
        raise DrawRefused("plan_parties", "an open party has no commitment")
    sealed = plan["sealed"]
    if sealed is not None:
        holders = sealed["holders"]
        if len(holders) < 2 or len(set(map(str, holders))) != len(holders) or not all(map(is_clean, holders)):
            raise DrawRefused("plan_sealed_holders")


def _check_times(plan: Plan) -> None:
    if plan["window"]["from"] > plan["window"]["to"] or plan["announced_at"] > plan["deadline"]:
        raise DrawRefused("plan_window")
    source = plan["source"]
    if source is not None and source["moment"] <= plan["announced_at"]:
        raise DrawRefused("plan_source_early")
