"""From what the office typed to a wish: the defaults of the plan's lines, and what a draw would start from."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from server.core import draw as rules
from server.drawing.freezing import freeze
from server.drawing.view import EXCLUSION_WORDS, pool_in_words, reasons
from server.drawing.wish import Frozen, Wish
from server.planning.models import Batch, PlanLine
from server.platform.errors import Problem

_NO_SALT = "0" * 64


def wish_of(batch: Batch, body: Mapping[str, Any]) -> Wish:
    """What is to be drawn: the batch's lines with their ratios, and the changes that were asked for.

    Raises `draw_batch_without_items`, `draw_item_not_in_batch`, `draw_targeted_without_classes`.
    """
    lines = [line for line in batch.lines if body["items"] is None or line.item.code in body["items"]]
    unknown = {*(body["items"] or ())} - {line.item.code for line in batch.lines}
    if unknown:
        raise Problem("draw_item_not_in_batch", items="、".join(sorted(unknown)))
    if not lines:
        raise Problem("draw_batch_without_items")
    target, window = body["targeted"], body["window"]
    if target is not None and not target["classes"]:
        raise Problem("draw_targeted_without_classes")
    return Wish(
        items=[line.item for line in lines],
        ratios=_ratios(lines),
        window=(window["from_"], window["to"]) if window else (batch.window_from, batch.window_to),
        kind="targeted" if target else "untargeted",
        raised={flag: _pair(ratio) for flag, ratio in body["raised"].items()},
        classes=frozenset(target["classes"]) if target else frozenset(),
        targeted=_pair(target["ratio"]) if target else None,
        overrides={(row["item"], row["subject_id"]): row["note"] for row in body["overrides"]},
        excluded={(row["item"], row["subject_id"]): (row["reason"], row["note"]) for row in body["exclusions"]},
        visit_cap=batch.plan.visit_cap,
        district_rule=body["rules"]["district"],
        pseudonyms=body["pseudonyms"],
    )


def _ratios(lines: Sequence[PlanLine]) -> dict[str, tuple[int, int]]:
    return {line.item.code: (line.ratio_num, line.ratio_den) for line in lines}


def _pair(ratio: Mapping[str, int]) -> tuple[int, int]:
    return ratio["num"], ratio["den"]


def terms_of(batch: Batch, body: Mapping[str, Any]) -> dict[str, Any]:
    """How the ceremony goes: the office first, then the witness, then further parties."""
    parties = [{"party": "office", "label": "抽取主办部门", "kind": "committed", "commitment": body["commitment"]}]
    people: dict[str, dict[str, Any]] = {}
    witness = body["witness"]
    if witness is not None:
        parties.append({"party": "witness", "label": witness["post"], "kind": "open", "commitment": None})
        people["witness"] = dict(witness)
    for row in body["parties"]:
        parties.append({name: row[name] for name in ("party", "label", "kind", "commitment")})
        people[row["party"]] = {"name": row["name"], "post": row["label"], "person_id": row["person_id"]}
    asked = ("id", "source", "deadline", "sealed", "alternates", "rules")
    title = body["title"] or batch.title
    return {name: body[name] for name in asked} | {"title": title, "parties": parties, "people": people}


def preparation(batch: Batch) -> dict[str, Any]:
    """Count what a draw of the batch would start from: shape of `answers.PreparationAnswer`."""
    if not batch.lines:
        raise Problem("draw_batch_without_items")
    wish = Wish(
        items=[line.item for line in batch.lines],
        ratios=_ratios(batch.lines),
        window=(batch.window_from, batch.window_to),
        visit_cap=batch.plan.visit_cap,
    )
    frozen = freeze(wish, _NO_SALT)
    units = {item.code: item.unit.name for item in wish.items}
    names = {row["pool"]: units[row["item"]] for row in frozen.strata}
    return {
        "batch_id": batch.id,
        "title": batch.title,
        "window": {"from": batch.window_from.isoformat(), "to": batch.window_to.isoformat()},
        "strata": [_prepared(row, frozen, wish) for row in frozen.strata],
        "pools": [pool_in_words(pool, names[pool["id"]]) for pool in frozen.pools],
    }


def _prepared(row: Mapping[str, Any], frozen: Frozen, wish: Wish) -> dict[str, Any]:
    members = {line.id for line in frozen.rosters[row["item"]] if line.stratum == row["id"]}
    excluded = Counter(
        one["reason"] for one in frozen.exclusions if one["item"] == row["item"] and one["id"] in members
    )
    available = len(members) - excluded.total()
    base = available + sum(excluded[reason] for reason in rules.COUNTED)
    return {
        "id": row["id"],
        "item": row["item"],
        "item_name": next(item.name for item in wish.items if item.code == row["item"]),
        "authority": row["authority"],
        "label": row["label"],
        "ratio": f"{row['num']}/{row['den']}",
        "n_base": base,
        "excluded": reasons(excluded, EXCLUSION_WORDS),
        "available": available,
        "n": rules.quota(base, row["num"], row["den"], available),
        "pool": row["pool"],
    }
