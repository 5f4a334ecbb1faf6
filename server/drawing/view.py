"""A draw in words, for the people in the room: names instead of pseudonyms, sentences instead of codes."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from server.accounts.models import Unit
from server.core import draw as rules
from server.drawing import chain, results, standing
from server.drawing.models import EXTERNAL, ChainRecord, Draw
from server.drawing.service import subjects_of
from server.platform.auth import Actor, Role
from server.platform.clock import today
from server.platform.db import db
from server.platform.errors import language
from server.registry.models import Inspector, Subject

SEES_SEALED = frozenset((Role.OFFICE, Role.LEADER))
EXCLUSION_WORDS = {
    "inspected_this_year": ("本年度已抽查", "inspected this year"),
    "frequency_cap": ("已达年度检查频次上限", "annual cap reached"),
    "closed": ("已注销或吊销", "closed"),
    "moved": ("已迁出", "moved away"),
    "suspended": ("停业", "suspended"),
    "other": ("其他原因", "other"),
}
NOTE_WORDS = {
    "empty": ("该分层没有检查对象", "no premises in this stratum"),
    "none_left": ("该分层的检查对象均已抽查或不在", "everybody was inspected or is gone"),
    "fewer_left": ("可抽取的少于应抽数", "fewer left than due"),
}


def in_words(words: Mapping[str, tuple[str, str]], code: str) -> str:
    """The words for a code in the reader's language."""
    zh, en = words[code]
    return en if language() == "en" else zh


def reasons(counts: Mapping[str, int], words: Mapping[str, tuple[str, str]]) -> list[dict[str, Any]]:
    """How many for which reason: shape of `answers.ReasonAnswer`."""
    return [{"reason": code, "count": count, "text": in_words(words, code)} for code, count in counts.items()]


def pool_in_words(pool: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A pool of a plan, counted: shape of `answers.PoolAnswer`."""
    out = Counter(member["out"] for member in pool["members"] if member["out"] is not None)
    total = len(pool["members"])
    return {
        "id": pool["id"],
        "name": name,
        "members": total,
        "eligible": total - out.total(),
        "out": reasons(out, rules.OUT_WORDS),
    }


def summary(draw: Draw) -> dict[str, Any]:
    """One line of the list of draws."""
    certificate = chain.certificate_of(draw)
    return {
        "id": draw.id,
        "number": draw.number,
        "title": draw.title,
        "kind": draw.kind,
        "state": draw.state,
        "batch_id": draw.batch_id,
        "plan_digest": draw.plan_digest,
        "announced_at": draw.announced_at,
        "release_on": draw.release_on,
        "certificate": None if certificate is None else _certificate(certificate),
        "drawn": None if certificate is None else _count(draw, certificate),
    }


def _count(draw: Draw, certificate: ChainRecord) -> int:
    return len(draw.annex["tasks"] if draw.kind == EXTERNAL and draw.annex else certificate.record["tasks"])


def whole(draw: Draw, actor: Actor) -> dict[str, Any]:
    """Everything about one draw that the reader may know: shape of `answers.DrawAnswer`."""
    plan = draw.plan
    certificate = chain.certificate_of(draw)
    ours = certificate is not None and draw.kind != EXTERNAL and sees_result(draw, actor)
    shown = certificate.record if certificate is not None and ours else None
    office = Role.OFFICE in actor.role_set
    return (
        summary(draw)
        | standing.ceremony(draw)
        | {
            "announced_by": draw.announced_by.name,
            "items": [{"code": item["code"], "name": item["name"]} for item in plan["items"]],
            "window": plan["window"],
            "rules": plan["rules"],
            "parties": [standing.party(row, with_link=office) for row in draw.parties],
            "face": _face(shown),
            "pools": _pools(draw),
            "strata": _strata(draw, shown),
            "tasks": _taken_over(draw) if draw.kind == EXTERNAL else _tasks(draw, shown),
            "seed": shown["seed"] if shown else None,
            "records": [
                {"number": row.number, "kind": row.kind, "digest": row.digest, "at": row.at} for row in draw.records
            ],
        }
    )


def sees_result(draw: Draw, actor: Actor) -> bool:
    """Whether the person may see the names before a sealed result is released."""
    return chain.sealed_until(draw, today()) is None or bool(actor.role_set & SEES_SEALED)


def _certificate(row: ChainRecord) -> dict[str, Any]:
    return {"number": row.number, "digest": row.digest, "at": row.at}


def _face(certificate: Mapping[str, Any] | None) -> list[dict[str, str]]:
    codes = certificate["face"] if certificate else []
    return [{"code": code, "text": in_words(rules.FACE_WORDS, code)} for code in codes]


def _pools(draw: Draw) -> list[dict[str, Any]]:
    names = _unit_names(draw)
    return [pool_in_words(pool, names[pool["id"]]) for pool in draw.plan["pools"]]


def _strata(draw: Draw, certificate: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    names = {item["code"]: item["name"] for item in draw.plan["items"]}
    found = {row["stratum"]: row for row in certificate["strata"]} if certificate else {}
    drawn_ids = [one["id"] for row in found.values() for one in (*row["drawn"], *row["alternates"])]
    subjects = subjects_of(draw, drawn_ids)
    rows = []
    for row in draw.plan["strata"]:
        result = found.get(row["id"])
        rows.append(
            {
                "id": row["id"],
                "item": row["item"],
                "item_name": names[row["item"]],
                "authority": row["authority"],
                "label": row["label"],
                "ratio": f"{row['num']}/{row['den']}",
                "raised_by": row["raised_by"],
                "result": None if result is None else _stratum_result(result, subjects),
            }
        )
    return rows


def _stratum_result(result: Mapping[str, Any], subjects: Mapping[str, Subject]) -> dict[str, Any]:
    return {
        "n_base": result["n_base"],
        "excluded": reasons(result["excluded"], EXCLUSION_WORDS),
        "available": result["available"],
        "n": result["n"],
        "line": result["line"],
        "note": in_words(NOTE_WORDS, result["note"]) if result["note"] else None,
        "drawn": [_premises(one, subjects) for one in result["drawn"]],
        "alternates": [_premises(one, subjects) for one in result["alternates"]],
    }


def _premises(one: Mapping[str, str], subjects: Mapping[str, Subject]) -> dict[str, Any]:
    return {"id": one["id"], "ticket": one["ticket"], "subject": subject_ref(subjects.get(one["id"]))}


def subject_ref(subject: Subject | None) -> dict[str, str] | None:
    """A premises as it is named on a screen."""
    if subject is None:
        return None
    return {"id": subject.id, "name": subject.name, "address": subject.address, "township": subject.township}


def _tasks(draw: Draw, certificate: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """The visits as they were dealt, in dealing order; amendments are told apart by dispatch."""
    if certificate is None:
        return []
    tasks = certificate["tasks"]
    subjects = subjects_of(draw, [task["task"] for task in tasks])
    ids = [id_ for task in tasks for group in task["groups"] for id_ in group["inspectors"]]
    people, units = results.inspectors_of(draw, ids), _unit_names(draw)
    return [
        {
            "task": task["task"],
            "subject": subject_ref(subjects.get(task["task"])),
            "items": task["items"],
            "joint": len(task["items"]) > 1,
            "groups": [_group(group, people, units) for group in task["groups"]],
        }
        for task in tasks
    ]


def _group(group: Mapping[str, Any], people: Mapping[str, Inspector], units: Mapping[str, str]) -> dict[str, Any]:
    report = rules.explain_report(group["report"]) if group["report"] else None
    return {
        "pool": group["pool"],
        "unit": units.get(group["pool"], group["pool"]),
        "inspectors": [_card(id_, people[id_]) for id_ in group["inspectors"]],
        "report": None if report is None else report[1 if language() == "en" else 0],
    }


def _card(id_: str, inspector: Inspector) -> dict[str, Any]:
    person = inspector.person
    return {
        "id": id_,
        "person_id": person.id,
        "name": person.name,
        "badge_no": person.badge_no,
        "senior": inspector.senior,
    }


def _taken_over(draw: Draw) -> list[dict[str, Any]]:
    """The visits of a draw made elsewhere, one group per brigade."""
    rows = []
    for task in results.tasks_of(draw):
        pools = dict.fromkeys(pool for pool, _ in task.cards)
        groups = [
            {
                "pool": pool,
                "unit": next(one.person.unit.name for name, one in task.cards if name == pool),
                "inspectors": [_card(one.cert_no, one) for name, one in task.cards if name == pool],
                "report": None,
            }
            for pool in pools
        ]
        row = {"task": task.ticket_id, "subject": subject_ref(task.subject), "items": task.items}
        rows.append(row | {"joint": len(task.items) > 1, "groups": groups})
    return rows


def _unit_names(draw: Draw) -> dict[str, str]:
    """Pool → the name of its brigade."""
    codes = {pool["id"]: pool["id"].partition("/")[0] for pool in draw.plan["pools"]}
    units = db.session.scalars(select(Unit).where(Unit.code.in_(codes.values())))
    names = {unit.code: unit.name for unit in units}
    return {pool: names.get(code, pool) for pool, code in codes.items()}
