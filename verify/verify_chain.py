#!/usr/bin/env python3
"""Check what stands around a DSS1 draw: its plan's rules, its annex, its amendments, the bureau's chain.

    python3 verify_chain.py bundle.json   plan rules, pseudonyms of the annex, every next card
    python3 verify_chain.py chain.json    no gap, no altered record, no second result for one announcement

Needs verify_draw.py beside it, which runs the draw itself. Numbers in brackets are sections of
docs/draw-specification.md.
"""

import sys
from collections.abc import Iterator
from typing import Any

from verify_draw import Table, differ, digest, explain, order_of, tag


def check_plan(plan: dict[str, Any]) -> Iterator[str]:  # [4]
    ratio = {item["code"]: (item["num"], item["den"]) for item in plan["items"]}
    if any(item["inspectors"] < 2 for item in plan["items"]):
        yield "方案：检查人员少于两人。/ Plan: fewer than two inspectors."
    for row in plan["strata"]:
        more = row["num"] * ratio[row["item"]][1] - ratio[row["item"]][0] * row["den"]
        if more < 0 or (more > 0) != (row["raised_by"] is not None):
            yield f"方案：分层 {row['id']} 的比例没有依据。/ Plan: stratum {row['id']} has a ratio without a ground."
        if row["raised_by"] == "internal" and plan["kind"] != "targeted":
            yield "方案：公开抽查使用了内部标识。/ Plan: an internal flag in an untargeted draw."
    source = plan["source"]
    if source and source["moment"] <= plan["announced_at"]:
        yield "方案：公开数字在公告前已经产生。/ Plan: the public number existed before the announcement."


def check_annex(certificate: dict[str, Any], annex: dict[str, Any]) -> Iterator[str]:  # [8.4]
    plan, salt = certificate["plan"], annex["salt"]
    yield from differ("annex", certificate["annex"], digest(annex))
    yield from differ("annex.salt", plan["salt"], tag("salt", plan["draw"], salt))
    for kind, name, field in (("i", "inspectors", "badge_no"), ("p", "premises", "statutory")):
        for row in annex[name]:
            yield from differ(f"annex.{row[field]}", row["id"], f"{kind}:{tag('pseudonym', salt, row[field])[:32]}")


def check_amendments(bundle: dict[str, Any]) -> Iterator[str]:  # [9]
    certificate, rosters = bundle["certificate"], bundle["rosters"]
    plan, seed = certificate["plan"], certificate["seed"]
    loads = {row["id"]: row["after"] for row in certificate["loads"]}
    teams = {t["task"]: {g["pool"]: list(g["inspectors"]) for g in t["groups"]} for t in certificate["tasks"]}
    strata = {row["task"]: list(row["strata"]) for row in certificate["tasks"]}
    used = {row["stratum"]: [one["id"] for one in row["drawn"]] for row in certificate["strata"]}
    for at, entry in enumerate(bundle["amendments"], 1):
        record, table = entry["record"], Table(plan, rosters, seed, loads)
        where, lost = f"amendments[{at}]", record["removed"]
        yield from differ(f"{where}.digest", entry["digest"], digest(record))
        fixed = {"draw": plan["draw"], "certificate": digest(certificate), "sequence": at, "kind": "amendment"}
        yield from differ(where, {key: record[key] for key in fixed}, fixed)
        if record["change"] == "inspector":
            groups, pool = teams[record["task"]], record["pool"]
            kept = [id_ for id_ in groups[pool] if id_ != lost]
            taken = [id_ for name, team in groups.items() if name != pool for id_ in team]
            loads[lost] -= 1
            away = {lost, *(row["id"] for row in record["unavailable"])}
            team, report = table.team(record["task"], pool, len(groups[pool]), taken, kept, away)
            right = {"replacement": team[0] if team else None, "report": report}
            groups[pool] = kept + team
            yield from differ(where, {key: record[key] for key in right}, right)
            continue
        released = sorted(id_ for team in teams.pop(lost).values() for id_ in team)
        for id_ in released:
            loads[id_] -= 1
        rows, incoming = [], dict[str, list[str]]()
        for name in strata.pop(lost):
            row = next(row for row in plan["strata"] if row["id"] == name)
            order = [one for one in order_of(plan, rosters, row, seed) if one[1] not in used[name]]
            number, id_ = order[0] if order else (None, None)
            rows.append({"stratum": name, "replacement": id_, "ticket": number})
            if id_ is not None:
                used[name].append(id_)
                incoming.setdefault(id_, []).append(name)
        tasks = []
        for id_ in sorted(incoming):
            dealt = table.visit(id_, incoming[id_], teams.get(id_, {}))
            tasks.append({"task": id_, "strata": sorted(incoming[id_]), "groups": dealt})
            strata.setdefault(id_, []).extend(sorted(incoming[id_]))
            teams.setdefault(id_, {}).update({g["pool"]: list(g["inspectors"]) for g in dealt})
        yield from differ(f"{where}.result", record["result"], {"strata": rows, "tasks": tasks, "released": released})


def check_chain(rows: list[Any]) -> Iterator[str]:  # [8.1]
    before, announced, closed = None, dict[str, str](), set[str]()
    for number, row in enumerate(rows, 1):
        where, record = f"chain[{number}]", row["record"]
        yield from differ(f"{where}.number", row["number"], number)
        if record is not None:
            yield from differ(f"{where}.digest", row["digest"], digest(record))
            yield from differ(f"{where}.previous", record["previous"], before)
            if record["kind"] == "announcement":
                announced.setdefault(record["draw"], record["plan_digest"])
            elif record["kind"] in ("certificate", "voiding"):
                if record["draw"] in closed or announced.get(record["draw"]) != record["plan_digest"]:
                    yield f"{where}：重抽或未经公告。/ a redraw, or never announced."
                closed.add(record["draw"])
        before = row["digest"]


def check_around(value: Any) -> Iterator[str]:
    """Yield the sentences on a chain (a list of records) or on a bundle."""
    if isinstance(value, list):
        yield from check_chain(value)
        return
    yield from check_plan(value["certificate"]["plan"])
    if value["annex"] is not None:
        yield from check_annex(value["certificate"], value["annex"])
    yield from check_amendments(value)


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print(__doc__)
        return 2
    with open(arguments[0], "rb") as file:
        said = explain(file.read(), check_around)
    print("\n".join(said) or "一致。/ It holds.")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
