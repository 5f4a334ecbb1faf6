"""Counties to draw in: one that a person can follow, and any number of small random ones.

`county()` is a county of 21 hotels, 7 chemical firms and 12 cafes, three of the cafes being in hotels.
`Case` holds what a ceremony produced, so that a test changes one thing and asks what happens.
"""

import sys
from dataclasses import dataclass, field
from random import Random
from typing import Any

from server.core import draw
from server.core.canonical import canonical
from server.core.draw import Line

ANNOUNCED = "2026-03-02T01:00:00.000Z"
DEADLINE = "2026-03-02T02:00:00.000Z"
MOMENT = "2026-03-02T07:00:00.000Z"
EXECUTED = "2026-03-02T07:05:00.000Z"
SALT = "5a" * 32
OFFICE_R = "00112233445566778899aabbccddeeff" * 2
PREVIOUS = "c3" * 32


@dataclass
class Case:
    """A plan, its rosters and the ceremony that was held for it."""

    plan: dict[str, Any]
    rosters: dict[str, list[Line]]
    ceremony: dict[str, Any]
    annex: dict[str, Any]
    extra: dict[str, Any] = field(default_factory=dict)

    def certificate(self) -> dict[str, Any]:
        return draw.certificate(
            self.plan,
            self.ceremony,
            self.rosters,
            number=8,
            previous=PREVIOUS,
            executed_at=EXECUTED,
            annex=self.annex,
        )

    def bundle(self, full: bool = False) -> dict[str, Any]:
        return draw.bundle(self.certificate(), self.rosters, self.annex if full else None)


def badge(number: int) -> str:
    return draw.pseudonym("i", SALT, f"{number:06d}")


def hotel(number: int) -> str:
    return f"uscc:91410422MA40A{number:04d}X"


def inspector(number: int, **facts: Any) -> dict[str, Any]:
    return {"id": badge(number), "senior": False, "household": None, "district": None, "load": 0, **facts}


def item(code: str, num: int, den: int, inspectors: int = 2) -> dict[str, Any]:
    return {"code": code, "name": f"抽查事项{code}", "num": num, "den": den, "inspectors": inspectors}


def stratum(id_: str, item_: str, num: int, den: int, pool: str | None, **facts: Any) -> dict[str, Any]:
    row = {"id": id_, "item": item_, "authority": "叶县公安局", "label": "A", "num": num, "den": den}
    return {**row, "raised_by": None, "pool": pool, **facts}


def pool(id_: str, members: dict[int, str | None]) -> dict[str, Any]:
    return {"id": id_, "members": [{"id": badge(number), "out": out} for number, out in members.items()]}


def freeze(rosters: dict[str, list[Line]]) -> list[dict[str, Any]]:
    rows = []
    for code, lines in rosters.items():
        digest = draw.roster_digest(draw.roster_lines(lines))
        rows.append({"item": code, "digest": digest, "lines": len(lines), "ids": "statutory"})
    return rows


def parts(draw_id: str, rosters: dict[str, list[Line]], **changes: Any) -> dict[str, Any]:
    """Return the parts of a plan with the default ceremony: office, witness, public number."""
    commitment = draw.commitment(draw_id, "office", OFFICE_R)
    return {
        "bureau": {"name": "叶县公安局", "division": "410422"},
        "draw": draw_id,
        "title": "2026年度第一批双随机抽查",
        "kind": "untargeted",
        "year": 2026,
        "sequence": 1,
        "previous": PREVIOUS,
        "announced_at": ANNOUNCED,
        "deadline": DEADLINE,
        "window": {"from": "2026-03-09", "to": "2026-04-30"},
        "salt": draw.salt_commitment(draw_id, SALT),
        "rosters": freeze(rosters),
        "exclusions": [],
        "overrides": [],
        "interests": [],
        "rules": {"senior": False, "household": False, "district": False},
        "alternates": 2,
        "parties": [
            {"party": "office", "label": "局办公室", "kind": "committed", "commitment": commitment},
            {"party": "witness", "label": "县司法局", "kind": "open", "commitment": None},
        ],
        "source": {"name": "福彩3D第2026051期", "moment": MOMENT},
        "sealed": None,
        **changes,
    }


def contribution(party: str, **facts: Any) -> dict[str, Any]:
    row = {"party": party, "commitment": None, "committed_at": None, "reveal": None, "revealed_at": None}
    return {**row, "channel": "own_device", **facts}


def ceremony(plan: dict[str, Any], witness: str = "20260302", source: str = "3 8 1") -> dict[str, Any]:
    return {
        "contributions": [
            contribution(
                "office",
                commitment=plan["parties"][0]["commitment"],
                committed_at=ANNOUNCED,
                reveal=OFFICE_R,
                revealed_at="2026-03-02T01:20:00.000Z",
                channel="desk",
            ),
            contribution("witness", reveal=witness, revealed_at="2026-03-02T01:10:00.000Z"),
        ],
        "source": {"text": source, "at": "2026-03-02T07:02:00.000Z"},
        "k": None,
    }


def annex(plan: dict[str, Any], people: int = 30) -> dict[str, Any]:
    return draw.build_annex(
        plan,
        SALT,
        inspectors={f"{number:06d}": f"民警{number}" for number in range(people)},
        witnesses=[{"party": "witness", "name": "李见证", "post": "县司法局执法监督股"}],
    )


def county(**changes: Any) -> Case:
    """The county of the examples: a closed hotel, one inspected this year, three cafes in hotels."""
    hotels = [Line(hotel(n), "HOTEL-A") for n in range(17)] + [Line(hotel(n), "HOTEL-B") for n in range(17, 21)]
    firms = [Line(f"uscc:91410422MA41B{n:04d}Y", "DRUG-A") for n in range(7)]
    cafes = [Line(hotel(n), "CAFE-A") for n in range(3)]
    cafes += [Line(f"uscc:92410422MA42C{n:04d}Z", "CAFE-A") for n in range(9)]
    rosters = {"CAFE": cafes, "DRUG": firms, "HOTEL": hotels}
    exclusions = [
        {"item": "HOTEL", "id": hotel(5), "reason": "closed", "note": "2025年12月注销"},
        {"item": "HOTEL", "id": hotel(6), "reason": "inspected_this_year", "note": None},
    ]
    people = [inspector(n, load=n % 3, senior=n % 2 == 0) for n in range(15)]
    people[3] = inspector(3, household="h1")
    people[4] = inspector(4, household="h1", senior=True)
    plan = draw.build_plan(
        parts(
            "0195d0a0-0000-7000-8000-000000000001",
            rosters,
            **{
                "items": [item("HOTEL", 5, 100), item("DRUG", 1, 10), item("CAFE", 1, 10)],
                "strata": [
                    stratum("HOTEL-A", "HOTEL", 5, 100, "public-order"),
                    stratum("HOTEL-B", "HOTEL", 20, 100, "public-order", raised_by="abnormal_operation_list"),
                    stratum("DRUG-A", "DRUG", 1, 10, "anti-drug"),
                    stratum("CAFE-A", "CAFE", 1, 10, "cyber"),
                ],
                "exclusions": exclusions,
                "inspectors": people,
                "pools": [
                    pool("public-order", {0: None, 1: None, 2: None, 3: None, 4: None, 5: "certificate"}),
                    pool("anti-drug", {5: None, 6: None, 7: "leave", 8: None}),
                    pool("cyber", {9: None, 10: None, 11: None, 12: "competence", 0: None}),
                ],
                "interests": [{"inspector": badge(9), "premises": hotel(1)}],
                "rules": {"senior": True, "household": True, "district": False},
                **changes,
            },
        )
    )
    return Case(plan, rosters, ceremony(plan), annex(plan))


def random_case(random: Random) -> Case:
    """A small random county: coinciding items, exclusions, districts, households, scarce people."""
    codes = random.sample(["A", "B", "C"], random.randint(1, 3))
    places = [f"uscc:{random.getrandbits(40):010X}" for _ in range(random.randint(1, 25))]
    places += [f"{place}#2" for place in places[: random.randint(0, 2)]]
    use_district = random.random() < 0.5
    districts = {place: random.choice(["s1", "s2", None]) if use_district else None for place in places}
    numbers = range(random.randint(2, 9))
    names = [f"pool-{code}" for code in codes] if random.random() < 0.8 else ["pool-x"]
    ratios = {code: (random.randint(1, 5), random.choice([10, 20, 100])) for code in codes}
    strata, rosters = [], {}
    for code in codes:
        num, den = ratios[code]
        name = f"pool-{code}" if f"pool-{code}" in names else "pool-x"
        target: str | None = name if random.random() < 0.9 else None
        strata.append(stratum(f"{code}-1", code, num, den, target))
        flag = random.choice(draw.PUBLIC_FLAGS)
        strata.append(stratum(f"{code}-2", code, num + 1, den, target, raised_by=flag, label="B"))
        chosen = random.sample(places, random.randint(0, len(places)))
        rosters[code] = [Line(id_, f"{code}-{random.randint(1, 2)}", districts[id_]) for id_ in chosen]
    people = [
        inspector(
            number,
            senior=random.random() < 0.5,
            household=random.choice([None, None, "h1", "h2"]),
            district=random.choice([None, "s1", "s2"]),
            load=random.randint(0, 2),
        )
        for number in numbers
    ]
    plan = draw.build_plan(
        parts(
            f"draw-{random.getrandbits(32):08x}",
            rosters,
            items=[item(code, *ratios[code], random.randint(2, 3)) for code in codes],
            strata=strata,
            exclusions=_exclusions(random, rosters),
            inspectors=people,
            pools=[pool(name, _members(random, numbers)) for name in names],
            interests=_interests(random, numbers, places),
            rules={"senior": random.random() < 0.5, "household": random.random() < 0.5, "district": use_district},
            alternates=random.randint(0, 4),
            source=random.choice([None, {"name": "福彩3D", "moment": MOMENT}]),
        )
    )
    held = ceremony(plan, witness=random.choice(["8", "00008", "叶县１２３", "7" * 20]), source="3 8 1")
    if plan["source"] is None:
        held["source"] = None
    elif random.random() < 0.3:
        held["contributions"][1] = contribution("witness")
    return Case(plan, rosters, held, annex(plan, 10))


def amended_bundle(random: Random) -> dict[str, Any]:
    """The full bundle of a random county after up to three amendments."""
    case = random_case(random)
    certificate = case.certificate()
    standing, records = draw.Standing(certificate, case.rosters), list[dict[str, Any]]()
    for _ in range(random.randint(0, 3)):
        record = _amendment(random, standing)
        if record is not None:
            standing.apply(record)
            records.append(record)
    return draw.bundle(certificate, case.rosters, case.annex, records)


def _amendment(random: Random, standing: draw.Standing) -> dict[str, Any] | None:
    seats = [(task, pool, id_) for task, teams in standing.teams.items() for pool in teams for id_ in teams[pool]]
    terms = {"note": "说明", "approved_by": "局长", "number": 9, "previous": PREVIOUS, "at": EXECUTED}
    if seats and random.random() < 0.6:
        task, pool_id, removed = random.choice(seats)
        away = {row["id"]: "duty" for row in standing.plan["inspectors"] if random.random() < 0.2}
        return draw.amend_inspector(standing, task, pool_id, removed, reason="recusal", unavailable=away, **terms)
    if not standing.teams:
        return None
    return draw.amend_premises(standing, random.choice(list(standing.teams)), reason="closed", **terms)


def _exclusions(random: Random, rosters: dict[str, list[Line]]) -> list[dict[str, Any]]:
    reasons = (*draw.COUNTED, *draw.UNCOUNTED)
    return [
        {"item": code, "id": line.id, "reason": random.choice(reasons), "note": None}
        for code, lines in rosters.items()
        for line in lines
        if random.random() < 0.2
    ]


def _members(random: Random, numbers: range) -> dict[int, str | None]:
    return {n: random.choice(draw.OUT) if random.random() < 0.2 else None for n in numbers if random.random() < 0.8}


def _interests(random: Random, numbers: range, places: list[str]) -> list[dict[str, Any]]:
    rows = {(badge(random.choice(numbers)), random.choice(places)) for _ in range(random.randint(0, 6))}
    return [{"inspector": who, "premises": where} for who, where in rows]


def main(arguments: list[str]) -> int:
    """Write bundles of random counties, one canonical line each: `python -m tests.core.draw_cases COUNT [FIRST]`."""
    count, first = int(arguments[0]), int(arguments[1]) if len(arguments) > 1 else 0
    for seed in range(first, first + count):
        sys.stdout.buffer.write(canonical(amended_bundle(Random(seed))) + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
