"""The way of a draw: announce, contribute, execute or void. Each function is one act, in one transaction.

    announce → (commit …) → open numbers → reveals → public number → execute
                                                                    ↘ void

What may follow what is said by core/draw; this stage adds who and when.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from server.core import draw as rules
from server.drawing import chain
from server.drawing.freezing import statutory_id, ticket_id
from server.drawing.models import Draw, DrawnPremises, DrawParty, DrawState, InspectorLoad
from server.drawing.refusals import by_rule
from server.platform.auth import Actor, Role
from server.platform.clock import iso, now
from server.platform.db import db
from server.platform.errors import Problem
from server.platform.trail import record
from server.registry import inspectors as registry
from server.registry.models import Subject

AT_ONCE = 5_000
"""How many ids one query asks for: databases limit the variables of a statement."""
OWN_DEVICE, DESK = "own_device", "desk"


def draws() -> Sequence[Draw]:
    """All draws, the newest first."""
    return db.session.scalars(select(Draw).order_by(Draw.year.desc(), Draw.sequence.desc())).unique().all()


def draw_by_id(draw_id: str) -> Draw:
    """One draw. Raises `not_found`."""
    draw = db.session.get(Draw, draw_id)
    if draw is None:
        raise Problem("not_found")
    return draw


def plan_party(party: DrawParty) -> dict[str, Any]:
    """What the plan says of a party: `kind` and `label`."""
    found: dict[str, Any] = party.draw.plan["parties"][party.position]
    return found


def party_of(draw: Draw, name: str) -> DrawParty:
    """One party of a draw. Raises `draw_party_unknown`."""
    for party in draw.parties:
        if party.party == name:
            return party
    raise Problem("draw_party_unknown")


def party_by_token(token: str) -> DrawParty:
    """The party that a link was given to. Raises `not_found`."""
    party = db.session.scalar(select(DrawParty).where(DrawParty.token == token))
    if party is None:
        raise Problem("not_found")
    return party


def hold(draw: Draw) -> None:
    """Let nobody else act on this draw until the transaction ends, and see it as it is now: two people may press the
    same button at once."""
    db.session.refresh(draw, with_for_update=True)


def channel_for(actor: Actor, party: DrawParty) -> str:
    """How a signed-in person speaks for a party: the party's own person on a device of his own, the office at its
    desk. Raises `not_yours`."""
    if party.person_id == actor.id:
        return OWN_DEVICE
    if Role.OFFICE not in actor.role_set:
        raise Problem("not_yours")
    return DESK


def commit(party: DrawParty, commitment: str, channel: str) -> None:
    """Publish a party's commitment. Raises `draw_closed`, `draw_party_done`, `draw_party_absent`,
    `draw_deadline_passed`, `draw_commitment_malformed`."""
    _check_open(party)
    if party.commitment is not None or plan_party(party)["kind"] != "committed":
        raise Problem("draw_party_done")
    if any(row.reveal is not None for row in party.draw.parties if row.commitment):
        raise Problem("draw_deadline_passed")
    if not rules.is_hex(commitment):
        raise Problem("draw_commitment_malformed")
    party.commitment, party.committed_at, party.channel = commitment, now(), channel
    record("draw.committed", "draw", party.draw_id, party=party.party)


def contribute(party: DrawParty, text: str, channel: str, name: str | None = None, post: str | None = None) -> None:
    """Take a party's number: a witness's own, or what a committed party had committed to.

    A committed party reveals only after everybody else has committed or typed, or was recorded as absent. Raises as
    `commit`, and `draw_commitments_first`, `draw_reveal_…`, `draw_text_unclean`.
    """
    _check_open(party)
    if party.reveal is not None:
        raise Problem("draw_party_done")
    others = [row for row in party.draw.parties if row is not party]
    with by_rule():
        if plan_party(party)["kind"] == "open":
            if any(row.reveal is not None for row in others if row.commitment):
                raise Problem("draw_deadline_passed")
            text = rules.clean(text)
            rules.check_open(text)
        else:
            rules.check_reveal(party.draw_id, party.party, party.commitment, text)
            if any(_still_out(row) for row in others):
                raise Problem("draw_commitments_first")
    party.reveal, party.revealed_at, party.channel = text, now(), channel
    party.name, party.post = name or party.name, post or party.post
    record("draw.contributed", "draw", party.draw_id, party=party.party, channel=channel)


def _still_out(party: DrawParty) -> bool:
    if party.absent_at is not None:
        return False
    return party.commitment is None and party.reveal is None


def _check_open(party: DrawParty) -> None:
    draw = party.draw
    hold(draw)
    db.session.refresh(party)
    if draw.state != DrawState.ANNOUNCED:
        raise Problem("draw_closed")
    if party.absent_at is not None:
        raise Problem("draw_party_absent")
    if iso(now()) > draw.plan["deadline"]:
        raise Problem("draw_deadline_passed")


def declare_absent(actor: Actor, party: DrawParty) -> None:
    """Record that a party did not come, so that the others need not wait for the deadline. It can no longer speak;
    without a later public number the draw will have to be voided."""
    hold(party.draw)
    db.session.refresh(party)
    if party.draw.state != DrawState.ANNOUNCED:
        raise Problem("draw_closed")
    if party.reveal is not None:
        raise Problem("draw_party_done")
    party.absent_at = now()
    record("draw.party_absent", "draw", party.draw_id, actor_id=actor.id, party=party.party)


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


def all_spoke(draw: Draw) -> bool:
    """Whether nobody can add a number any more."""
    if iso(now()) > draw.plan["deadline"]:
        return True
    return all(party.reveal is not None or party.absent_at is not None for party in draw.parties)


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
