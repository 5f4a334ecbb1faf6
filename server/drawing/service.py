"""The way of a draw: announce, contribute, execute or void. Each function is one act, in one transaction.

    announce → (commit …) → open numbers → reveals → public number → execute
                                                                    ↘ void

What may follow what is said by core/draw; this stage adds who and when.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import defer, selectinload

from server.core import draw as rules
from server.drawing import chain
from server.drawing.models import Draw, DrawnPremises, DrawState, InspectorLoad
from server.drawing.parties import all_spoke, hold
from server.drawing.refusals import by_rule
from server.drawing.wish import statutory_id, ticket_id
from server.platform.auth import Actor
from server.platform.clock import iso, now
from server.platform.db import db
from server.platform.errors import Problem
from server.platform.trail import record
from server.registry import inspectors as registry
from server.registry.models import Subject

AT_ONCE = 5_000
"""How many ids one query asks for: databases limit the variables of a statement."""


def draws() -> Sequence[Draw]:
    """All draws, the newest first, with their records; a plan is read when somebody asks for it."""
    query = select(Draw).order_by(Draw.year.desc(), Draw.sequence.desc())
    return db.session.scalars(query.options(defer(Draw.plan), selectinload(Draw.records))).unique().all()


def draw_by_id(draw_id: str) -> Draw:
    """One draw. Raises `not_found`."""
    draw = db.session.get(Draw, draw_id) if rules.is_draw_id(draw_id) else None
    if draw is None:
        raise Problem("not_found")
    return draw


def set_source(actor: Actor, draw: Draw, text: str, again: str) -> None:
    """Take the public number, typed twice: it is final, for a second try would be a choice.

    Raises `draw_closed`, `draw_source_unplanned`, `draw_source_early`, `draw_reveals_first`, `draw_source_differs`,
    `draw_party_done`, `draw_text_unclean`.
    """
    hold(draw)
    if draw.state != DrawState.ANNOUNCED:
        raise Problem("draw_closed")
    if draw.plan["source"] is None:
        raise Problem("draw_source_unplanned")
    if draw.source_text is not None:
        raise Problem("draw_party_done")
    if iso(now()) < draw.plan["source"]["moment"]:
        raise Problem("draw_source_early")
    if not all_spoke(draw):
        raise Problem("draw_reveals_first")
    with by_rule():
        text = rules.clean(text)
        rules.check_open(text)
        if rules.clean(again) != text:
            raise Problem("draw_source_differs")
    draw.source_text, draw.source_at = text, now()
    record("draw.source_set", "draw", draw.id, actor_id=actor.id)


def ceremony_of(draw: Draw, k: str | None = None) -> dict[str, Any]:
    """The record of the ceremony as it stands: shape of core/draw/ceremony."""
    contributions = [
        {
            "party": row.party,
            "commitment": row.commitment,
            "committed_at": iso(row.committed_at) if row.committed_at else None,
            "reveal": row.reveal,
            "revealed_at": iso(row.revealed_at) if row.revealed_at else None,
            "channel": row.channel,
        }
        for row in draw.parties
    ]
    source = None
    if draw.source_text is not None and draw.source_at is not None:
        source = {"text": draw.source_text, "at": iso(draw.source_at)}
    return {"contributions": contributions, "source": source, "k": k}


def rosters_of(draw: Draw) -> dict[str, list[rules.Line]]:
    """The frozen rosters of a draw, read from the bytes that were hashed."""
    return {row.item_code: rules.parse_roster(row.text) for row in draw.rosters}


def execute(actor: Actor, draw: Draw, k: str | None = None) -> Draw:
    """Run the draw and append its certificate to the chain. Executing twice answers with the first.

    Raises `draw_closed`, `draw_reveals_first`, and by rule what only a voiding can follow.
    """
    hold(draw)
    if draw.state == DrawState.EXECUTED:
        return draw
    if draw.state != DrawState.ANNOUNCED:
        raise Problem("draw_closed")
    if not all_spoke(draw):
        raise Problem("draw_reveals_first")
    rosters = rosters_of(draw)
    with by_rule():
        number, previous = chain.head()
        draw.annex = _annex(draw, rosters)
        certificate = rules.certificate(
            draw.plan,
            ceremony_of(draw, k),
            rosters,
            number=number,
            previous=str(previous),
            executed_at=iso(now()),
            annex=draw.annex,
        )
    draw.state = DrawState.EXECUTED
    chain.append(certificate, draw)
    _remember(draw, certificate)
    record("draw.executed", "draw", draw.id, actor_id=actor.id, chain=number, tasks=len(certificate["tasks"]))
    return draw


def _annex(draw: Draw, rosters: Mapping[str, Sequence[rules.Line]]) -> dict[str, Any]:
    witnesses = [
        {"party": row.party, "name": row.name or "", "post": row.post or ""} for row in draw.parties if row.reveal
    ]
    names: list[str] = []
    if hiding_salt(draw) is not None:
        ids = [line.id for lines in rosters.values() for line in lines]
        names = [statutory_id(subject) for subject in subjects_of(draw, ids).values()]
    return rules.build_annex(draw.plan, draw.salt, inspectors=draw.people, premises=names, witnesses=witnesses)


def hiding_salt(draw: Draw) -> str | None:
    """The salt of a draw whose rosters hold pseudonyms, else None."""
    return draw.salt if any(row["ids"] == "pseudonym" for row in draw.plan["rosters"]) else None


def subjects_of(draw: Draw, ids: Iterable[str]) -> dict[str, Subject]:
    """The premises behind ids of a draw, in the order of the ids."""
    wanted, salt = list(dict.fromkeys(ids)), hiding_salt(draw)
    found: dict[str, Subject] = {}
    if salt is None:
        for start in range(0, len(wanted), AT_ONCE):
            query = select(Subject).where(Subject.statutory_id.in_(wanted[start : start + AT_ONCE]))
            found |= {subject.statutory_id: subject for subject in db.session.scalars(query).unique()}
    if len(found) < len(wanted):
        # Pseudonyms, and the few codes that enter as a hash, can only be recognised.
        everybody = db.session.scalars(select(Subject)).unique()
        found |= {ticket_id(subject, salt): subject for subject in everybody}
    return {id_: found[id_] for id_ in wanted if id_ in found}


def _remember(draw: Draw, certificate: Mapping[str, Any]) -> None:
    """Keep what the next draw of the year has to know: who was drawn, and who holds how many tasks."""
    subjects = subjects_of(draw, [task["task"] for task in certificate["tasks"]])
    for task in certificate["tasks"]:
        for item in task["items"]:
            add_drawn(draw, subjects[task["task"]], item, task["task"])
    dealt = {row["id"]: row["after"] - row["before"] for row in certificate["loads"]}
    add_loads(draw, {id_: more for id_, more in dealt.items() if more})


def add_drawn(draw: Draw, subject: Subject, item_code: str, ticket_id: str) -> None:
    """Remember that a premises was drawn for an item."""
    row = db.session.get(DrawnPremises, (draw.id, subject.id, item_code))
    if row is None:
        row = DrawnPremises(draw_id=draw.id, subject_id=subject.id, item_code=item_code, year=draw.year)
        db.session.add(row)
    row.ticket_id, row.replaced = ticket_id, False


def add_loads(draw: Draw, changes: Mapping[str, int]) -> None:
    """Change how many tasks inspectors hold; `changes`: pseudonym of this draw → tasks more or fewer."""
    badges = {rules.pseudonym("i", draw.salt, badge): badge for badge in draw.people}
    inspectors = registry.by_badges(badges[id_] for id_ in changes)
    for id_, more in sorted(changes.items()):
        inspector = inspectors[badges[id_]]
        row = db.session.get(InspectorLoad, (draw.year, inspector.id))
        if row is None:
            row = InspectorLoad(year=draw.year, inspector_id=inspector.id, tasks=0)
            db.session.add(row)
        row.tasks += more
    db.session.flush()


def void(actor: Actor, draw: Draw, reason: str, note: str) -> Draw:
    """End an announced draw without a result, in public. Raises `draw_closed`."""
    hold(draw)
    if draw.state != DrawState.ANNOUNCED:
        raise Problem("draw_closed")
    with by_rule():
        number, previous = chain.head()
        row = rules.voiding(
            draw.plan,
            number=number,
            previous=str(previous),
            at=iso(now()),
            reason=reason,
            note=rules.clean(note),
            ceremony=ceremony_of(draw),
        )
    draw.state = DrawState.VOIDED
    chain.append(row, draw)
    record("draw.voided", "draw", draw.id, actor_id=actor.id, reason=reason, chain=number)
    return draw
