"""What a draw decided, with the people and premises behind the pseudonyms: what dispatch makes tasks of.

Afterwards somebody recuses himself, falls ill, a hotel has closed: the next card or the next alternate follows, as an
amendment in the chain.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from server.core import draw as rules
from server.core.draw import Standing
from server.drawing import chain
from server.drawing.models import EXTERNAL, Draw, DrawnPremises
from server.drawing.parties import hold
from server.drawing.refusals import by_rule
from server.drawing.service import add_drawn, add_loads, hiding_salt, rosters_of, subjects_of
from server.drawing.wish import ticket_id
from server.platform.auth import Actor
from server.platform.clock import iso, now
from server.platform.db import db
from server.platform.errors import Problem, language
from server.platform.trail import record
from server.registry import inspectors as registry
from server.registry.models import Inspector, Subject


@dataclass(frozen=True)
class DrawnTask:
    """One visit: the premises, the items that coincide there, the cards as (pool, inspector) in dealing order, and for
    every slot that stayed empty its pool and the report of core/pairing."""

    ticket_id: str
    subject: Subject
    items: list[str]
    cards: list[tuple[str, Inspector]]
    missing: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


def standing_of(draw: Draw) -> Standing:
    """Where a draw stands after its amendments. Raises `draw_not_executed`, `draw_made_elsewhere`."""
    if draw.kind == EXTERNAL:
        raise Problem("draw_made_elsewhere")
    row = chain.certificate_of(draw)
    if row is None:
        raise Problem("draw_not_executed")
    return rules.replay(row.record, rosters_of(draw), chain.amendments_of(draw))


def tasks_of(draw: Draw) -> list[DrawnTask]:
    """The visits of an executed draw as they stand now, in dealing order, later ones last."""
    if draw.kind == EXTERNAL:
        return _taken_over(draw)
    standing = standing_of(draw)
    subjects = subjects_of(draw, list(standing.teams))
    people = inspectors_of(draw, [id_ for team in standing.teams.values() for ids in team.values() for id_ in ids])
    reports = _reports(draw)
    items = {row["id"]: row["item"] for row in draw.plan["strata"]}
    return [
        DrawnTask(
            task,
            subjects[task],
            sorted({items[stratum] for stratum in standing.strata[task]}),
            [(pool, people[id_]) for pool, ids in teams.items() for id_ in ids],
            [(pool, reports[task, pool]) for pool, ids in teams.items() if not ids and (task, pool) in reports],
        )
        for task, teams in standing.teams.items()
    ]


def _taken_over(draw: Draw) -> list[DrawnTask]:
    tasks = draw.annex["tasks"] if draw.annex else []
    subjects = subjects_of(draw, [task["task"] for task in tasks])
    people = registry.by_badges(badge for task in tasks for badge in task["badges"])
    return [
        DrawnTask(
            task["task"],
            subjects[task["task"]],
            list(task["items"]),
            [(people[badge].person.unit.code, people[badge]) for badge in task["badges"]],
        )
        for task in tasks
    ]


def _reports(draw: Draw) -> dict[tuple[str, str], dict[str, Any]]:
    row = chain.certificate_of(draw)
    dealt = list(row.record["tasks"]) if row is not None else []
    for amendment in chain.amendments_of(draw):
        dealt += amendment["result"]["tasks"] if amendment["change"] == "premises" else []
    return {
        (task["task"], group["pool"]): group["report"] for task in dealt for group in task["groups"] if group["report"]
    }


def pseudonym_of(draw: Draw, inspector: Inspector) -> str:
    """The id of an inspector in a draw."""
    return rules.pseudonym("i", draw.salt, str(inspector.person.badge_no))


def inspectors_of(draw: Draw, ids: Sequence[str]) -> dict[str, Inspector]:
    """The inspectors behind ids of a draw."""
    badges = {rules.pseudonym("i", draw.salt, badge): badge for badge in draw.people}
    found = registry.by_badges(badges[id_] for id_ in set(ids))
    return {id_: found[badges[id_]] for id_ in ids}


def replace_inspector(
    actor: Actor,
    draw: Draw,
    subject: Subject,
    inspector: Inspector,
    *,
    reason: str,
    note: str,
    approved_by: str,
    unavailable: Mapping[str, str] | None = None,
) -> Inspector:
    """Deal the next card instead of an inspector, and append the amendment to the chain.

    `unavailable`: inspector id → reason, for others who cannot come now. `approved_by` is a post. Raises
    `draw_amendment_…`, and `draw_no_card_left` with the report in words: then nothing is changed.
    """
    hold(draw)
    standing, task, who = standing_of(draw), _ticket_of(draw, subject), pseudonym_of(draw, inspector)
    pool = next((pool for pool, ids in standing.teams.get(task, {}).items() if who in ids), "")
    away = {
        rules.pseudonym("i", draw.salt, str(db.session.get_one(Inspector, id_).person.badge_no)): why
        for id_, why in (unavailable or {}).items()
    }
    with by_rule():
        number, previous = chain.head()
        row = rules.amend_inspector(
            standing,
            task,
            pool,
            who,
            reason=reason,
            note=rules.clean(note),
            approved_by=rules.clean(approved_by),
            unavailable=away,
            number=number,
            previous=str(previous),
            at=iso(now()),
        )
    if row["replacement"] is None:
        zh, en = rules.explain_report(row["report"])
        raise Problem("draw_no_card_left", report=en if language() == "en" else zh)
    chain.append(row, draw)
    add_loads(draw, {who: -1, row["replacement"]: 1})
    record("draw.amended", "draw", draw.id, actor_id=actor.id, chain=number, change="inspector", reason=reason)
    return inspectors_of(draw, [row["replacement"]])[row["replacement"]]


def replace_premises(
    actor: Actor, draw: Draw, subject: Subject, *, reason: str, note: str, approved_by: str
) -> list[Subject]:
    """Take the next alternates instead of a drawn premises that is no longer there, deal for them, and append the
    amendment. Returns the premises that came in (none where the alternates are used up); `tasks_of` has their cards."""
    hold(draw)
    standing, task = standing_of(draw), _ticket_of(draw, subject)
    with by_rule():
        number, previous = chain.head()
        row = rules.amend_premises(
            standing,
            task,
            reason=reason,
            note=rules.clean(note),
            approved_by=rules.clean(approved_by),
            number=number,
            previous=str(previous),
            at=iso(now()),
        )
    before = dict(standing.loads)
    standing.apply(row)
    chain.append(row, draw)
    add_loads(draw, {id_: after - before[id_] for id_, after in standing.loads.items() if after != before[id_]})
    incoming = _exchange(draw, subject, row)
    record("draw.amended", "draw", draw.id, actor_id=actor.id, chain=number, change="premises", reason=reason)
    return incoming


def _exchange(draw: Draw, subject: Subject, row: Mapping[str, Any]) -> list[Subject]:
    for drawn in db.session.query(DrawnPremises).filter_by(draw_id=draw.id, subject_id=subject.id):
        drawn.replaced = True
    items = {one["id"]: one["item"] for one in draw.plan["strata"]}
    subjects = subjects_of(draw, [task["task"] for task in row["result"]["tasks"]])
    for task in row["result"]["tasks"]:
        for stratum in task["strata"]:
            add_drawn(draw, subjects[task["task"]], items[stratum], task["task"])
    db.session.flush()
    return list(subjects.values())


def _ticket_of(draw: Draw, subject: Subject) -> str:
    return ticket_id(subject, hiding_salt(draw))
