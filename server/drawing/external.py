"""Draws made elsewhere (外部抽取): a provincial platform or another department drew; its result comes in by file.

Nothing of it can be run again here, and the record says so: it holds who drew, the digests of the proof files and of
the list that was taken over. From there on the tasks go the way of ours.
"""

import hashlib
import os
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from server.core import draw as rules
from server.core.canonical import digest
from server.drawing import chain
from server.drawing.announcing import next_sequence
from server.drawing.models import EXTERNAL, Draw, DrawState
from server.drawing.refusals import by_rule
from server.drawing.service import add_drawn, add_loads
from server.drawing.wish import statutory_id
from server.planning.models import Batch
from server.platform.auth import Actor
from server.platform.blobs import blobs
from server.platform.clock import iso, now
from server.platform.db import db
from server.platform.errors import Problem
from server.platform.trail import record
from server.registry import cells
from server.registry import inspectors as registry
from server.registry.columns import Column, Table
from server.registry.models import Inspector, Subject
from server.registry.sheets import Records, read_table, unique

RESULT = Table(
    "外部抽取结果",
    (
        Column("统一社会信用代码", "code", cells.text(64), "92410422MA44E5F628", "其他代码也可以", required=True),
        Column("场所序号", "site", cells.site, "", "同一代码有几处场所时填写"),
        Column("抽查事项编码", "items", cells.many(cells.item_code), "WA-01", "多个用顿号分开", required=True),
        Column("检查人员警号", "badges", cells.many(cells.badge_no), "041301、041302", "不少于2人", required=True),
    ),
)


@dataclass(frozen=True)
class Proof:
    """One proof file as it came in: its name and where it lies until it is kept."""

    name: str
    path: Path


def take_over(
    actor: Actor, draw_id: str, batch: Batch, organiser: str, note: str, result: Path, proofs: Sequence[Proof]
) -> Draw:
    """Read the result file, keep it and the proofs, and append the record. The same id answers with the first.

    Raises `draw_proof_missing`, `draw_result_refused` (its `fields` say row by row why), those of `read_table`.
    """
    known = db.session.get(Draw, draw_id)
    if known is not None:
        return known
    if not proofs:
        raise Problem("draw_proof_missing")
    tasks = _tasks(batch, read_table(result, RESULT))
    files = {proof.name: _kept(proof.path) for proof in (*proofs, Proof("result.xlsx", result))}
    number, previous = chain.head()
    draw = _draw(actor, draw_id, batch, tasks)
    db.session.add(draw)
    db.session.flush()
    with by_rule():
        row = rules.external(
            number=number,
            previous=previous,
            at=iso(now()),
            draw=draw.id,
            organiser=rules.clean(organiser),
            note=rules.clean(note),
            files=files,
            result=draw.plan_digest,
        )
    chain.append(row, draw)
    _remember(draw, tasks)
    record("draw.taken_over", "draw", draw.id, actor_id=actor.id, chain=number, tasks=len(tasks))
    return draw


def _tasks(batch: Batch, records: Records) -> list[dict[str, Any]]:
    known = _places([row["code"] for _, row in records.good])
    people = registry.by_badges(badge for _, row in records.good for badge in row["badges"])
    codes = {line.item.code for line in batch.lines}
    for _, row in records.good:
        row["place"] = (row["code"], row.get("site"))
    tasks: list[dict[str, Any]] = []
    for number, row in unique(records, "code", "place"):
        subject = known.get(row["place"])
        fault = _fault(row, subject, codes, people)
        if fault is not None:
            records.refuse(number, *fault)
        elif subject is not None:
            tasks.append({"task": statutory_id(subject), "items": sorted(row["items"]), "badges": row["badges"]})
    if records.refusals or not tasks:
        told = {f"{one.row}": f"{one.column} {one.said}：{one.reason}" for one in records.refusals}
        raise Problem("draw_result_refused", fields=told or None)
    return sorted(tasks, key=lambda task: str(task["task"]))


def _fault(
    row: Mapping[str, Any], subject: Subject | None, codes: set[str], people: Mapping[str, Inspector]
) -> tuple[str, str, Problem] | None:
    if subject is None:
        return "统一社会信用代码", row["code"], Problem("subject_unknown")
    unknown = [item for item in row["items"] if item not in codes]
    if unknown:
        return "抽查事项编码", "、".join(unknown), Problem("item_unknown")
    strangers = [badge for badge in row["badges"] if badge not in people]
    if strangers or len(row["badges"]) < 2:
        return "检查人员警号", "、".join(strangers or row["badges"]), Problem("draw_result_inspectors")
    return None


def _kept(path: Path) -> str:
    """Keep a file as a blob, and return its SHA-256."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    blobs().adopt(path, sha256)
    return sha256


def _draw(actor: Actor, draw_id: str, batch: Batch, tasks: list[dict[str, Any]]) -> Draw:
    year = batch.window_from.year
    plan = {
        "draw": draw_id,
        "window": {"from": batch.window_from.isoformat(), "to": batch.window_to.isoformat()},
        "items": [{"code": line.item.code, "name": line.item.name} for line in batch.lines],
        "deadline": iso(now()),
        "rules": {},
        "source": None,
        "sealed": None,
        **{name: [] for name in ("strata", "rosters", "pools", "parties")},
    }
    badges = sorted({badge for task in tasks for badge in task["badges"]})
    people = registry.by_badges(badges)
    return Draw(
        id=draw_id,
        year=year,
        sequence=next_sequence(year),
        title=batch.title,
        kind=EXTERNAL,
        state=DrawState.EXECUTED,
        batch=batch,
        plan=plan,
        plan_digest=digest(tasks),
        salt=secrets.token_hex(32),
        people={badge: people[badge].person.name for badge in badges},
        announced_at=now(),
        announced_by_id=actor.id,
        annex={"tasks": tasks},
    )


def _remember(draw: Draw, tasks: Sequence[Mapping[str, Any]]) -> None:
    codes = [task["task"].partition(":")[2].partition("#")[0] for task in tasks]
    found = {statutory_id(subject): subject for subject in _places(codes).values()}
    loads: dict[str, int] = {}
    for task in tasks:
        for item in task["items"]:
            add_drawn(draw, found[task["task"]], item, task["task"])
        for badge in task["badges"]:
            person = rules.pseudonym("i", draw.salt, badge)
            loads[person] = loads.get(person, 0) + 1
    add_loads(draw, loads)


def _places(codes: Iterable[str]) -> dict[tuple[str, str | None], Subject]:
    found = db.session.scalars(select(Subject).where(Subject.code.in_(list(codes)))).unique()
    return {(subject.code, subject.site): subject for subject in found}
