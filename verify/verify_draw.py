#!/usr/bin/env python3
"""Run a DSS1 draw again from its certificate and say, in words, whether it holds.

    python3 verify_draw.py bundle.json

Standard library only; nothing is fetched or written. Exit status 0: it holds, 1: it does not, 2: wrong arguments.
Written from docs/draw-specification.md alone, in the plainest way (everything is sorted, every team is
tried in order), so that it can be read through in half an hour. Numbers in brackets are sections there.
"""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from itertools import combinations
from typing import Any

Row = dict[str, Any]
PARTS = ["amendments", "annex", "certificate", "digest", "rosters", "spec"]  # of a bundle [8.5]
COUNTED = ("inspected_this_year", "frequency_cap")  # excluded, but counted in N [6.2]


def canon(value: Any) -> bytes:  # [2.1]
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def digest(value: Any) -> str:
    return sha256(canon(value)).hexdigest()


def tag(*fields: Any) -> str:  # [2.2]
    return sha256("|".join(["DSS1", *map(str, fields)]).encode()).hexdigest()


def differ(where: str, stated: Any, right: Any) -> Iterator[str]:
    """Say every place in which what is stated is not what is right."""
    if isinstance(right, dict) and isinstance(stated, dict) and set(right) == set(stated):
        for key in right:
            yield from differ(f"{where}.{key}", stated[key], right[key])
    elif isinstance(right, list) and isinstance(stated, list) and len(right) == len(stated):
        for at, pair in enumerate(zip(stated, right, strict=True)):
            yield from differ(f"{where}[{at}]", *pair)
    elif canon(stated) != canon(right):
        a, b = (canon(value).decode()[:160] for value in (right, stated))
        yield f"{where}：应为 {a}，文件写的是 {b}。/ should be {a}; the file says {b}."


def check_rosters(plan: Row, rosters: Row) -> Iterator[str]:  # [3]
    yield from differ("rosters", sorted(rosters), [row["item"] for row in plan["rosters"]])
    for row in plan["rosters"]:
        lines, where = rosters[row["item"]], f"rosters.{row['item']}"
        ids = [line["id"] for line in lines]
        found = sha256(b"".join(canon(line) + b"\n" for line in lines)).hexdigest()
        yield from differ(where, [row["digest"], row["lines"]], [found, len(lines)])
        if ids != sorted(set(ids)):
            yield f"{where}：有重复或顺序不对。/ a repetition or a wrong order."


def check_ceremony(plan: Row, held: Row) -> Iterator[str]:  # [5]
    rows, source, sealed, planned = held["contributions"], held["source"], plan["sealed"], plan["source"]
    yield from differ("ceremony.parties", [r["party"] for r in rows], [p["party"] for p in plan["parties"]])
    for party, row in zip(plan["parties"], rows, strict=False):
        where, given, number = f"{row['party']}.commitment", row["commitment"], row["reveal"]
        if party["commitment"] or party["kind"] == "open":
            yield from differ(where, given, party["commitment"])
        if party["kind"] == "committed" and number is not None:
            yield from differ(where, given, tag("commit", plan["draw"], row["party"], number))
    if sealed and held["k"]:
        yield from differ("sealed", sealed["commitment"], tag("commit", plan["draw"], "sealed-share", held["k"]))
    opened = [r["revealed_at"] for r in rows if r["commitment"] and r["revealed_at"]]
    spoken = [r["committed_at"] if r["commitment"] else r["revealed_at"] for r in rows]
    numbers = [row["reveal"] for row in rows if row["reveal"] is not None]
    later = planned and planned["moment"] >= plan["deadline"]
    wrong = {
        "数字里有不允许的内容。/ A number that is not allowed.": any("|" in n or n == "absent" for n in numbers),
        "有人在揭示之后才发言。/ Somebody spoke after a party had revealed.":
            opened and any(moment and moment > min(opened) for moment in spoken),
        "公开数字与方案不符。/ The public number is missing or was not planned.": (not source) != (not planned),
        "公开数字录入过早。/ The public number was entered too early.":
            source and planned and source["at"] < max([planned["moment"], *opened]),
        "有人缺席而无后续公开数字，应当作废。/ A party is absent and no number comes later: to be voided.":
            len(numbers) < len(rows) and not (later and numbers),
        "保密份额与方案不符。/ The sealed share is missing or was not planned.": (not held["k"]) != (not sealed),
    }  # fmt: skip
    yield from (words for words, true in wrong.items() if true)


def face(plan: Row, held: Row) -> list[str]:  # [8.3]
    rows, source = held["contributions"], plan["source"]
    spoke = [row for row in rows if row["reveal"] is not None]
    told = {"one_person": len(spoke) < 2 and not source, "no_witness": len(spoke) < 2 and source,
            "witness_at_desk": any(row["channel"] == "desk" for row in rows[1:] if row in spoke),
            "no_public_source": not source, "early_source": source and source["moment"] < plan["deadline"],
            "absent": len(spoke) < len(rows), "targeted": plan["kind"] == "targeted",
            "sealed": plan["sealed"]}  # fmt: skip
    return [code for code, true in told.items() if true]


class Draw:
    """What follows from a plan, its rosters and a seed: tickets and strata [6], the deck and its teams [7]."""

    def __init__(self, plan: Row, rosters: Row, seed: str, loads: dict[str, int] | None = None) -> None:
        self.plan, self.rosters, self.seed, self.cards = plan, rosters, seed, tag("pair", seed)
        self.people = {row["id"]: row for row in plan["inspectors"]}
        self.loads = {id_: row["load"] for id_, row in self.people.items()} if loads is None else loads
        self.district = {line["id"]: line.get("district") for lines in rosters.values() for line in lines}

    def order(self, row: Row) -> tuple[list[Row], Counter[str]]:  # [6.1]
        """The available premises of a stratum by ticket, and how many were excluded for which reason."""
        members = {line["id"] for line in self.rosters[row["item"]] if line["stratum"] == row["id"]}
        out = {one["id"]: one["reason"] for one in self.plan["exclusions"] if one["item"] == row["item"]}
        order = sorted((tag(self.seed, id_), id_) for id_ in members if id_ not in out)
        excluded = Counter(reason for id_, reason in out.items() if id_ in members)
        return [{"id": id_, "ticket": number} for number, id_ in order], excluded

    def stratum(self, row: Row) -> Row:  # [6.2]
        order, excluded = self.order(row)
        base = len(order) + sum(excluded[reason] for reason in COUNTED)
        wanted = max(1, -(-base * row["num"] // row["den"])) if base else 0
        n = min(len(order), wanted)
        note = "empty" if not base else "none_left" if not order else "fewer_left" if n < wanted else None
        return {"stratum": row["id"], "n_base": base, "excluded": excluded, "available": len(order), "n": n,
                "realised": f"{n}/{base}", "line": order[n - 1]["ticket"] if n else None, "note": note,
                "drawn": order[:n], "alternates": order[n : n + self.plan["alternates"]]}  # fmt: skip

    def fits(self, team: Iterable[str], kept: list[str], taken: list[str]) -> bool:  # [7.4]
        new, old, others = ([self.people[id_] for id_ in ids] for ids in (team, kept, taken))
        homes = [row["household"] for row in (*new, *old, *others)]
        apart = all(homes.count(row["household"]) == 1 for row in new if row["household"] is not None)
        senior = any(row["senior"] for row in (*new, *old))
        return (apart or not self.plan["rules"]["household"]) and (senior or not self.plan["rules"]["senior"])

    def team(self, task: str, pool: str, seats: int, taken: list[str], kept: list[str], away: set[str]) -> Any:
        """Deal the missing seats of a team: who comes, or the report of why nobody does."""
        members = next(row["members"] for row in self.plan["pools"] if row["id"] == pool)
        where = self.district.get(task) if self.plan["rules"]["district"] else None
        unfit = {"interest": {row["inspector"] for row in self.plan["interests"] if row["premises"] == task},
                 "district": {id_ for id_, row in self.people.items() if where and row["district"] == where},
                 "unavailable": away, "taken": {*taken, *kept}}  # fmt: skip
        report: Row = {"in_pool": len(members), "out": Counter(row["out"] for row in members if row["out"])}
        left = [row["id"] for row in members if row["out"] is None]
        for reason, who in unfit.items():  # [7.3]
            report[reason] = sum(id_ in who for id_ in left)
            left = [id_ for id_ in left if id_ not in who]
        left.sort(key=lambda id_: (self.loads[id_], tag("card", self.cards, pool, self.loads[id_], id_)))  # [7.2]
        for team in combinations(left, seats):
            if self.fits(team, kept, taken):
                self.loads.update({id_: self.loads[id_] + 1 for id_ in team})
                return list(team), None
        senior = not self.plan["rules"]["senior"] or any(self.people[id_]["senior"] for id_ in (*left, *kept))
        why = "too_few" if len(left) < seats else "household" if senior else "senior"
        return [], {**report, "left": len(left), "needed": seats, "rule": why}

    def visit(self, task: str, strata: list[str], present: dict[str, list[str]]) -> list[Row]:  # [7.1]
        seats: dict[str, int] = {}
        needed = {item["code"]: item["inspectors"] for item in self.plan["items"]}
        for row in self.plan["strata"]:
            if row["id"] in strata and row["pool"] is not None and not present.get(row["pool"]):
                seats[row["pool"]] = max(seats.get(row["pool"], 0), needed[row["item"]])
        groups, taken = [], [id_ for team in present.values() for id_ in team]
        for pool in sorted(seats):
            team, report = self.team(task, pool, seats[pool], taken, [], set())
            taken += team
            groups.append({"pool": pool, "inspectors": team, "report": report})
        return groups

    def tasks(self, strata: list[Row]) -> list[Row]:  # [7.1]
        items, drawn = {row["id"]: row["item"] for row in self.plan["strata"]}, dict[str, list[str]]()
        for row in strata:
            for one in row["drawn"]:
                drawn.setdefault(one["id"], []).append(row["stratum"])
        order = sorted(drawn, key=lambda id_: (tag("task", self.cards, id_), id_))
        return [{"task": id_, "items": sorted(items[one] for one in drawn[id_]), "strata": sorted(drawn[id_]),
                 "groups": self.visit(id_, drawn[id_], {})} for id_ in order]  # fmt: skip


def check(bundle: Row) -> Iterator[str]:
    """Yield one sentence (Chinese / English) per thing that does not hold, in the order of the draw."""
    certificate, rosters = bundle["certificate"], bundle["rosters"]
    plan, held, seed = certificate["plan"], certificate["ceremony"], certificate["seed"]
    yield from differ("spec", [bundle["spec"], certificate["spec"], plan["spec"]], ["DSS1"] * 3)
    yield from differ("parts", sorted(bundle), PARTS)
    yield from differ("digest", bundle["digest"], digest(certificate))
    yield from differ("plan_digest", certificate["plan_digest"], digest(plan))
    yield from differ("draw", certificate["draw"], plan["draw"])
    yield from check_rosters(plan, rosters)
    yield from check_ceremony(plan, held)
    numbers = [row["reveal"] or "absent" for row in held["contributions"]]
    source = held["source"]["text"] if held["source"] else ""
    yield from differ("seed", seed, tag("seed", certificate["plan_digest"], *numbers, source, held["k"] or ""))
    yield from differ("face", certificate["face"], face(plan, held))
    draw = Draw(plan, rosters, seed)
    strata = [draw.stratum(row) for row in plan["strata"]]
    yield from differ("strata", certificate["strata"], strata)
    yield from differ("tasks", certificate["tasks"], draw.tasks(strata))
    loads = [{"id": row["id"], "before": row["load"], "after": draw.loads[row["id"]]} for row in plan["inspectors"]]
    yield from differ("loads", certificate["loads"], loads)
    if bundle["annex"] is not None:
        yield from differ("annex", certificate["annex"], digest(bundle["annex"]))
    for at, row in enumerate(bundle["amendments"], 1):
        yield from differ(f"amendments[{at}].digest", row["digest"], digest(row["record"]))


def explain(data: bytes, checks: Callable[[Any], Iterator[str]] = check) -> list[str]:
    """Return the sentences on a file; an empty list means that it holds in every byte."""
    said = []
    try:
        value = json.loads(data.decode())
        if canon(value) + b"\n" != data:
            said.append("文件不是规范写法，被改写过。/ Not canonical: the file was rewritten.")
        for sentence in checks(value):
            said.append(sentence)
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        said.append(f"文件不是有效的 JSON，被截断或改动（{error}）。/ Not valid JSON, cut short or altered ({error}).")
    except KeyError as error:
        said.append(f"缺少 {error}，或其名称被改动。/ {error} is missing, or its name was altered.")
    except (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RuntimeError) as error:
        said.append(f"有一项写法不对，无法继续重算（{error}）。/ Malformed, cannot be run further ({error}).")
    return said


def named(arguments: list[str], count: int = 1) -> list[str]:
    """The files to read; ends the program after `--help` (status 0), or with a sentence where one cannot be (2)."""
    usage = str(sys.modules["__main__"].__doc__).strip()
    if {"-h", "--help"} & {*arguments}:
        print(usage)
        sys.exit(0)
    try:
        if len(arguments) != count:
            raise OSError(f"需要 {count} 个文件 / {count} file(s) needed")
        for path in arguments:
            open(path, "rb").close()
    except OSError as error:
        print(f"无法开始 / Cannot begin: {error}\n\n{usage}", file=sys.stderr)
        sys.exit(2)
    return arguments


def main(arguments: list[str], checks: Callable[[Any], Iterator[str]] = check) -> int:
    [path] = named(arguments)
    with open(path, "rb") as file:
        said = explain(file.read(), checks)
    print("\n".join(said) or "一致：由本文件重算，结果完全相同。/ It holds: run again, the result is the same.")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
