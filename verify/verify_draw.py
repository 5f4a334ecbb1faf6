#!/usr/bin/env python3
"""Run a DSS1 draw again from its certificate and say, in words, whether it holds.

    python3 verify_draw.py bundle.json              the whole draw
    python3 verify_draw.py bundle.json --ticket ID  the ticket of one premises

Standard library only; nothing is fetched, nothing is written. Exit status 0: it holds, 1: it does not.
Written from docs/draw-specification.md alone, in the plainest way (everything is sorted, every team is
tried in order), so that it can be read through in half an hour. Numbers in brackets are sections there.
"""

import json
import sys
from collections.abc import Iterator
from hashlib import sha256
from itertools import combinations
from typing import Any

COUNTED = ("inspected_this_year", "frequency_cap")  # excluded, but counted in N [6.2]


def canon(value: Any) -> bytes:  # [2.1]
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def digest(value: Any) -> str:
    return sha256(canon(value)).hexdigest()


def tag(*fields: Any) -> str:  # [2.2]
    return sha256("|".join(["DSS1", *map(str, fields)]).encode()).hexdigest()


def differ(where: str, stated: Any, right: Any) -> Iterator[str]:
    if stated != right or canon(stated) != canon(right):
        if isinstance(right, dict) and isinstance(stated, dict) and set(right) == set(stated):
            for key in right:
                yield from differ(f"{where}.{key}", stated[key], right[key])
        elif isinstance(right, list) and isinstance(stated, list) and len(right) == len(stated):
            for at, (a, b) in enumerate(zip(stated, right, strict=True)):
                yield from differ(f"{where}[{at}]", a, b)
        else:
            a, b = (canon(value).decode()[:160] for value in (stated, right))
            yield f"{where}：应为 {b}，文件写的是 {a}。/ should be {b}; the file says {a}."


def check_rosters(plan: dict[str, Any], rosters: dict[str, Any]) -> Iterator[str]:  # [3]
    yield from differ("rosters", sorted(rosters), [row["item"] for row in plan["rosters"]])
    for row in plan["rosters"]:
        lines = rosters[row["item"]]
        ids = [line["id"] for line in lines]
        if ids != sorted(set(ids)):
            yield f"名单 {row['item']} 有重复或顺序不对。/ Roster {row['item']}: a repetition or a wrong order."
        found = sha256(b"".join(canon(line) + b"\n" for line in lines)).hexdigest()
        yield from differ(f"rosters.{row['item']}", {"digest": row["digest"], "lines": row["lines"]},
                          {"digest": found, "lines": len(lines)})  # fmt: skip


def check_ceremony(plan: dict[str, Any], held: dict[str, Any]) -> Iterator[str]:  # [5]
    rows, source, sealed = held["contributions"], held["source"], plan["sealed"]
    yield from differ("ceremony.parties", [r["party"] for r in rows], [p["party"] for p in plan["parties"]])
    for party, row in zip(plan["parties"], rows, strict=True):
        name, given = row["party"], row["commitment"]
        if party["kind"] == "committed" and row["reveal"] is not None:
            yield from differ(f"{name}.commitment", given, tag("commit", plan["draw"], name, row["reveal"]))
        if party["commitment"] or party["kind"] == "open":
            yield from differ(f"{name}.commitment", given, party["commitment"])
        if row["reveal"] is not None and ("|" in row["reveal"] or row["reveal"] == "absent"):
            yield f"{name}：数字里有不允许的内容。/ {name}: not allowed as a number."
    opened = [r["revealed_at"] for r in rows if r["commitment"] and r["revealed_at"]]
    spoken = [r["committed_at"] if r["commitment"] else r["revealed_at"] for r in rows]
    if opened and any(moment and moment > min(opened) for moment in spoken):
        yield "有人在揭示之后才发言。/ Somebody spoke after a party had revealed."
    if (source is None) != (plan["source"] is None):
        yield "公开数字与方案不符。/ The public number is missing or was not planned."
    elif source and (source["at"] < plan["source"]["moment"] or opened and source["at"] < max(opened)):
        yield "公开数字录入过早。/ The public number was entered too early."
    later = plan["source"] and plan["source"]["moment"] >= plan["deadline"]
    absent = [row["party"] for row in rows if row["reveal"] is None]
    if absent and (not later or len(absent) == len(rows)):
        yield f"{absent} 缺席而无后续公开数字，应当作废。/ {absent} absent and no later source: to be voided."
    if (held["k"] is None) != (sealed is None):
        yield "保密份额与方案不符。/ The sealed share is missing or was not planned."
    elif sealed:
        yield from differ("sealed", sealed["commitment"], tag("commit", plan["draw"], "sealed-share", held["k"]))


def face(plan: dict[str, Any], held: dict[str, Any]) -> list[str]:  # [8.3]
    rows = held["contributions"]
    spoke, source = [row for row in rows if row["reveal"] is not None], plan["source"]
    told = {"one_person": len(spoke) < 2 and not source, "no_witness": len(spoke) < 2 and source,
            "witness_at_desk": any(row["channel"] == "desk" for row in rows[1:] if row in spoke),
            "no_public_source": not source, "early_source": source and source["moment"] < plan["deadline"],
            "absent": len(spoke) < len(rows), "targeted": plan["kind"] == "targeted",
            "sealed": plan["sealed"]}  # fmt: skip
    return [code for code, true in told.items() if true]


def order_of(plan: dict[str, Any], rosters: dict[str, Any], row: dict[str, Any], seed: str) -> list[Any]:  # [6.1]
    gone = {one["id"] for one in plan["exclusions"] if one["item"] == row["item"]}
    members = (line["id"] for line in rosters[row["item"]] if line["stratum"] == row["id"])
    return sorted((tag(seed, id_), id_) for id_ in members if id_ not in gone)


def strata_of(plan: dict[str, Any], rosters: dict[str, Any], seed: str) -> list[Any]:  # [6.2]
    answer = []
    for row in plan["strata"]:
        members = {line["id"] for line in rosters[row["item"]] if line["stratum"] == row["id"]}
        excluded: dict[str, int] = {}
        for one in plan["exclusions"]:
            if one["item"] == row["item"] and one["id"] in members:
                excluded[one["reason"]] = excluded.get(one["reason"], 0) + 1
        order = [{"id": id_, "ticket": number} for number, id_ in order_of(plan, rosters, row, seed)]
        base = len(order) + sum(excluded.get(reason, 0) for reason in COUNTED)
        wanted = max(1, (base * row["num"] + row["den"] - 1) // row["den"]) if base else 0
        n = min(len(order), wanted)
        short = "fewer_left" if n < wanted else None
        answer.append({"stratum": row["id"], "n_base": base, "excluded": excluded, "available": len(order), "n": n,
                       "realised": f"{n}/{base}", "line": order[n - 1]["ticket"] if n else None,
                       "drawn": order[:n], "alternates": order[n : n + plan["alternates"]],
                       "note": "empty" if not base else "none_left" if not order else short})  # fmt: skip
    return answer


class Table:
    """The people, their loads, and the rules by which a team is dealt [7]."""

    def __init__(self, plan: dict[str, Any], rosters: dict[str, Any], seed: str, loads: dict[str, int]) -> None:
        self.plan, self.seed, self.loads = plan, tag("pair", seed), loads
        self.people = {row["id"]: row for row in plan["inspectors"]}
        self.pools = {row["id"]: row["members"] for row in plan["pools"]}
        self.district = {line["id"]: line.get("district") for lines in rosters.values() for line in lines}

    def team(self, task: str, pool: str, count: int, taken: list[str], kept: list[str], away: set[str]) -> Any:
        members, rules = self.pools[pool], self.plan["rules"]
        where = self.district.get(task) if rules["district"] else None
        interest = {row["inspector"] for row in self.plan["interests"] if row["premises"] == task}
        near = {id_ for id_, row in self.people.items() if where is not None and row["district"] == where}
        left = [row["id"] for row in members if row["out"] is None]
        removed = []
        for unfit in (interest, near, away, {*taken, *kept}):
            removed.append(sum(id_ in unfit for id_ in left))
            left = [id_ for id_ in left if id_ not in unfit]
        left.sort(key=lambda id_: (self.loads[id_], tag("card", self.seed, pool, self.loads[id_], id_)))
        seats = count - len(kept)
        for team in combinations(left, seats):
            homes = [self.people[id_]["household"] for id_ in (*team, *kept, *taken)]
            homes = [home for home in homes if home is not None] if rules["household"] else []
            new = {self.people[id_]["household"] for id_ in team} - {None}
            if any(homes.count(home) > 1 for home in new):
                continue
            if not rules["senior"] or any(self.people[id_]["senior"] for id_ in (*team, *kept)):
                for id_ in team:
                    self.loads[id_] += 1
                return list(team), None
        senior = not rules["senior"] or any(self.people[id_]["senior"] for id_ in (*left, *kept))
        out: dict[str, int] = {}
        for row in members:
            if row["out"] is not None:
                out[row["out"]] = out.get(row["out"], 0) + 1
        counts = dict(zip(("interest", "district", "unavailable", "taken"), removed, strict=True))
        why = "too_few" if len(left) < seats else "household" if senior else "senior"
        return [], {"in_pool": len(members), "out": out, **counts, "left": len(left), "needed": seats, "rule": why}

    def visit(self, task: str, strata: list[str], present: dict[str, list[str]]) -> list[Any]:  # [7.4]
        rows = {row["id"]: row for row in self.plan["strata"]}
        needed = {item["code"]: item["inspectors"] for item in self.plan["items"]}
        slots: dict[str, int] = {}
        for row in (rows[stratum] for stratum in strata):
            if row["pool"] is not None and not present.get(row["pool"]):
                slots[row["pool"]] = max(slots.get(row["pool"], 0), needed[row["item"]])
        groups, taken = [], [id_ for team in present.values() for id_ in team]
        for pool in sorted(slots):
            team, report = self.team(task, pool, slots[pool], taken, [], set())
            taken += team
            groups.append({"pool": pool, "inspectors": team, "report": report})
        return groups


def tasks_of(table: Table, strata: list[Any]) -> list[Any]:  # [7.1]
    items = {row["id"]: row["item"] for row in table.plan["strata"]}
    drawn: dict[str, list[str]] = {}
    for row in strata:
        for one in row["drawn"]:
            drawn.setdefault(one["id"], []).append(row["stratum"])
    order = sorted(drawn, key=lambda id_: (tag("task", table.seed, id_), id_))
    return [{"task": id_, "items": sorted(items[stratum] for stratum in drawn[id_]), "strata": sorted(drawn[id_]),
             "groups": table.visit(id_, drawn[id_], {})} for id_ in order]  # fmt: skip


def check(bundle: dict[str, Any]) -> Iterator[str]:
    """Yield one sentence (Chinese / English) per thing that does not hold, in the order of the draw."""
    certificate, rosters = bundle["certificate"], bundle["rosters"]
    plan, held, seed = certificate["plan"], certificate["ceremony"], certificate["seed"]
    yield from differ("format", [bundle["spec"], certificate["spec"], plan["spec"]], ["DSS1"] * 3)
    yield from differ("digest", bundle["digest"], digest(certificate))
    yield from differ("plan_digest", certificate["plan_digest"], digest(plan))
    yield from check_rosters(plan, rosters)
    yield from check_ceremony(plan, held)
    reveals = [row["reveal"] or "absent" for row in held["contributions"]]
    source = held["source"]["text"] if held["source"] else ""
    yield from differ("seed", seed, tag("seed", certificate["plan_digest"], *reveals, source, held["k"] or ""))
    yield from differ("face", certificate["face"], face(plan, held))
    strata = strata_of(plan, rosters, seed)
    yield from differ("strata", certificate["strata"], strata)
    table = Table(plan, rosters, seed, {row["id"]: row["load"] for row in plan["inspectors"]})
    yield from differ("tasks", certificate["tasks"], tasks_of(table, strata))
    loads = [{"id": p["id"], "before": p["load"], "after": table.loads[p["id"]]} for p in plan["inspectors"]]
    yield from differ("loads", certificate["loads"], loads)
    if bundle["annex"] is not None:
        yield from differ("annex", certificate["annex"], digest(bundle["annex"]))
    for at, row in enumerate(bundle["amendments"], 1):
        yield from differ(f"amendments[{at}].digest", row["digest"], digest(row["record"]))


def explain(data: bytes, checks: Any = check) -> list[str]:
    """Return the sentences on a file; an empty list means that it holds in every byte."""
    try:
        value = json.loads(data)
        said = [] if canon(value) + b"\n" == data else ["文件不是规范写法，被改写过。/ Not canonical: rewritten."]
        return said + list(checks(value))
    except (ValueError, RecursionError) as error:
        return [f"文件不是有效的 JSON（{error}）。/ Not valid JSON ({error})."]
    except (KeyError, TypeError, AttributeError, IndexError, StopIteration) as error:
        return [f"结构不符合 DSS1：{error!r}。/ Not the structure of DSS1: {error!r}."]


def main(arguments: list[str]) -> int:
    if not arguments:
        print(__doc__)
        return 2
    with open(arguments[0], "rb") as file:
        data = file.read()
    if arguments[1:2] == ["--ticket"]:
        certificate = json.loads(data)["certificate"]
        print(arguments[2], tag(certificate["seed"], arguments[2]))
        for row in certificate["strata"]:
            print(f"{row['stratum']}: 线 / line {row['line']}")
        return 0
    said = explain(data)
    print("\n".join(said) or "一致：由本文件重算，结果完全相同。/ It holds: run again, the result is the same.")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
