"""Vectors of tests/vectors/draw: `given.do` names the step of DSS1, the rest are its arguments.

A step that works on a whole draw names a file of tests/vectors/draw/bundles and may edit it first:
`edits` is a list of `{"at": [key, …], "set": value}` or `{"at": […], "remove": true}`.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from server.core import draw
from server.core.draw import Line, words

BUNDLES = Path(__file__).parents[2] / "vectors" / "draw" / "bundles"


def run(given: dict[str, Any]) -> Any:
    return STEPS[given["do"]](given)


def edited(given: dict[str, Any]) -> Any:
    value = json.loads((BUNDLES / f"{given['bundle']}.json").read_text("utf-8"))
    for edit in given.get("edits", []):
        place = value
        for key in edit["at"][:-1]:
            place = place[key]
        if edit.get("remove"):
            del place[edit["at"][-1]]
        else:
            place[edit["at"][-1]] = edit["set"]
    return value


def lines_of(rows: list[dict[str, str]]) -> list[Line]:
    return [Line(row["id"], row["stratum"], row.get("district")) for row in rows]


def plain(table: dict[str, tuple[str, str]]) -> dict[str, list[str]]:
    return {code: list(sentences) for code, sentences in table.items()}


def roster(given: dict[str, Any]) -> dict[str, Any]:
    text = draw.roster_lines(lines_of(given["lines"]))
    return {"text": text.decode(), "digest": draw.roster_digest(text)}


def parsed(given: dict[str, Any]) -> list[dict[str, str]]:
    return draw.roster_rows(draw.parse_roster(given["text"].encode()))


def checked_plan(given: dict[str, Any]) -> str:
    plan = edited(given)["certificate"]["plan"]
    draw.check_plan(plan)
    return draw.plan_digest(plan)


def checked_ceremony(given: dict[str, Any]) -> dict[str, Any]:
    held = edited(given)["certificate"]
    draw.check_ceremony(held["plan"], held["ceremony"])
    seed = draw.derive_seed(held["plan_digest"], held["ceremony"])
    return {"seed": seed, "pair": draw.pair_seed(seed), "face": draw.face(held["plan"], held["ceremony"])}


def executed(given: dict[str, Any]) -> dict[str, Any]:
    """Draw and deal again; `seed` replaces the seed of the bundle."""
    held = edited(given)
    plan, rosters = held["certificate"]["plan"], {k: lines_of(v) for k, v in held["rosters"].items()}
    draw.check_rosters(plan, rosters)
    seed = given.get("seed", held["certificate"]["seed"])
    drawn = draw.draw(plan, rosters, seed)
    dealt = draw.pair_tasks(plan, drawn["tasks"], seed)
    return {
        "drawn": {row["stratum"]: [one["id"] for one in row["drawn"]] for row in drawn["strata"]},
        "alternates": {row["stratum"]: [one["id"] for one in row["alternates"]] for row in drawn["strata"]},
        "notes": {row["stratum"]: row["note"] for row in drawn["strata"]},
        "teams": [[task["task"], *(group["inspectors"] for group in task["groups"])] for task in dealt["tasks"]],
        "reports": [g["report"] for task in dealt["tasks"] for g in task["groups"] if g["report"]],
    }


def next_inspector(given: dict[str, Any]) -> Any:
    held = edited(given)
    standing = draw.Standing(held["certificate"], {k: lines_of(v) for k, v in held["rosters"].items()})
    away = given.get("unavailable", [])
    return list(standing.next_inspector(given["task"], given["pool"], given["removed"], away))


def next_premises(given: dict[str, Any]) -> Any:
    held = edited(given)
    standing = draw.Standing(held["certificate"], {k: lines_of(v) for k, v in held["rosters"].items()})
    return standing.next_premises(given["removed"])


STEPS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "clean": lambda given: draw.clean(given["text"]),
    "is_clean": lambda given: draw.is_clean(given["text"]),
    "statutory_id": lambda given: draw.statutory_id(given["kind"], given["code"], given["site"]),
    "pseudonym": lambda given: draw.pseudonym(given["kind"], given["salt"], given["identity"]),
    "salt": lambda given: draw.salt_commitment(given["draw"], given["salt"]),
    "roster": roster,
    "parse_roster": parsed,
    "commitment": lambda given: draw.commitment(given["draw"], given["party"], given["r"]),
    "seed": lambda given: draw.derive_seed(given["plan_digest"], given["ceremony"]),
    "ticket": lambda given: draw.ticket(given["seed"], given["id"]),
    "quota": lambda given: draw.quota(given["n_base"], given["num"], given["den"], given["available"]),
    "smallest": lambda given: [id_ for _, id_ in draw.smallest(given["seed"], given["ids"], given["wanted"])],
    "plan": checked_plan,
    "ceremony": checked_ceremony,
    "execute": executed,
    "next_inspector": next_inspector,
    "next_premises": next_premises,
    "verify": lambda given: draw.verify(edited(given)),
    "verify_text": lambda given: draw.verify_bytes(given["text"].encode()),
    "chain": lambda given: draw.verify_chain(given["records"]),
    "report": lambda given: list(draw.explain_report(given["report"])),
    "face": lambda given: list(draw.explain_face(given["codes"])),
    "words": lambda given: {
        "words": plain(words.WORDS),
        "face": plain(words.FACE_WORDS),
        "out": plain(words.OUT_WORDS),
    },
}
