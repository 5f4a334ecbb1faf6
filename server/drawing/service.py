"""The way of a draw: announce, contribute, execute or void. Each function is one act, in one transaction.

    announce → (commit …) → open numbers → reveals → public number → execute
                                                                    ↘ void

What may follow what is said by core/draw; this stage adds who and when.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from server.core import draw as rules
from server.drawing import chain
from server.drawing.freezing import Frozen, Wish, freeze
from server.drawing.models import Draw, DrawnPremises, DrawParty, DrawRoster, DrawState, InspectorLoad
from server.drawing.refusals import by_rule
from server.planning.models import Batch
from server.platform.auth import Actor
from server.platform.clock import iso, now
from server.platform.db import db
from server.platform.errors import Problem
from server.platform.installation import installation
from server.platform.trail import record
from server.registry import inspectors as registry
from server.registry.models import Subject

OWN_DEVICE, DESK = "own_device", "desk"
ALTERNATES = 5
DEADLINE = timedelta(hours=24)
"""How long the parties have when no public number sets the moment."""


def draws() -> Sequence[Draw]:
    """All draws, the newest first."""
    return db.session.scalars(select(Draw).order_by(Draw.year.desc(), Draw.sequence.desc())).unique().all()


def draw_by_id(draw_id: str) -> Draw:
    """One draw. Raises `not_found`."""
    draw = db.session.get(Draw, draw_id)
    if draw is None:
        raise Problem("not_found")
    return draw


def announce(actor: Actor, batch: Batch, wish: Wish, ask: Mapping[str, Any]) -> Draw:
    """Freeze rosters and plan and publish their digests: the first record of the draw.

    `ask` has `id`, `title`, `parties`, `source`, `deadline`, `sealed`, `alternates`, `rules` as in the route's schema.
    The same id with the same commitment answers with what was announced before. Raises `draw_id_taken`,
    `draw_plan_…` by rule.
    """
    known = db.session.get(Draw, ask["id"])
    if known is not None:
        return _same(known, ask)
    salt = secrets.token_hex(32)
    with by_rule():
        frozen = freeze(wish, salt)
        texts = {item: rules.roster_lines(lines) for item, lines in frozen.rosters.items()}
        number, previous = chain.head()
        plan = rules.build_plan(_parts(wish, ask, frozen, texts, salt, previous))
        first = rules.announcement(plan, number)
    draw = _stored(actor, batch, plan, salt, frozen)
    draw.rosters = [
        DrawRoster(item_code=item, digest=rules.roster_digest(text), text=text) for item, text in texts.items()
    ]
    draw.parties = [_party(at, row) for at, row in enumerate(plan["parties"])]
    db.session.add(draw)
    db.session.flush()
    row = chain.append(first, draw)
    record("draw.announced", "draw", draw.id, plan_digest=draw.plan_digest, chain=row.number)
    return draw


def _same(known: Draw, ask: Mapping[str, Any]) -> Draw:
    told = [row.commitment for row in known.parties if row.commitment]
    asked = [row["commitment"] for row in ask["parties"] if row["commitment"]]
    if known.announced_by_id is None or told[: len(asked)] != asked:
        raise Problem("draw_id_taken")
    return known


def _parts(
    wish: Wish, ask: Mapping[str, Any], frozen: Frozen, texts: Mapping[str, bytes], salt: str, previous: str | None
) -> dict[str, Any]:
    bureau, year, at = installation(), wish.window[0].year, now()
    ids = "pseudonym" if wish.pseudonyms else "statutory"
    items = [
        {
            "code": item.code,
            "name": item.name,
            "num": wish.ratios[item.code][0],
            "den": wish.ratios[item.code][1],
            "inspectors": item.inspectors_needed,
        }
        for item in wish.items
    ]
    rosters = [
        {"item": item, "digest": rules.roster_digest(text), "lines": len(frozen.rosters[item]), "ids": ids}
        for item, text in texts.items()
    ]
    return {
        "bureau": {"name": bureau.bureau_name, "division": bureau.division_code},
        "draw": ask["id"],
        "title": rules.clean(ask["title"]),
        "kind": wish.kind,
        "year": year,
        "sequence": _next_sequence(year),
        "previous": previous,
        "announced_at": iso(at),
        "deadline": iso(_deadline(ask, at)),
        "window": {"from": wish.window[0].isoformat(), "to": wish.window[1].isoformat()},
        "salt": rules.salt_commitment(ask["id"], salt),
        "items": items,
        "strata": frozen.strata,
        "rosters": rosters,
        "exclusions": frozen.exclusions,
        "overrides": frozen.overrides,
        "inspectors": frozen.inspectors,
        "pools": frozen.pools,
        "interests": frozen.interests,
        "rules": {**ask["rules"], "district": wish.district_rule},
        "alternates": ask["alternates"],
        "parties": [{**row, "label": rules.clean(row["label"])} for row in ask["parties"]],
        "source": _source(ask),
        "sealed": _sealed(ask),
    }


def _deadline(ask: Mapping[str, Any], at: datetime) -> datetime:
    """By default the parties may speak until the public number comes into being: later nobody could be trusted."""
    if ask["deadline"] is not None:
        return max(at, ask["deadline"])
    source = ask["source"]
    return max(at, source["moment"]) if source is not None else at + DEADLINE


def _source(ask: Mapping[str, Any]) -> dict[str, str] | None:
    source = ask["source"]
    return None if source is None else {"name": rules.clean(source["name"]), "moment": iso(source["moment"])}


def _sealed(ask: Mapping[str, Any]) -> dict[str, Any] | None:
    sealed = ask["sealed"]
    if sealed is None:
        return None
    holders = [rules.clean(holder) for holder in sealed["holders"]]
    return {"commitment": sealed["commitment"], "holders": holders, "release_on": sealed["release_on"].isoformat()}


def _next_sequence(year: int) -> int:
    last = db.session.scalar(select(func.max(Draw.sequence)).where(Draw.year == year))
    return (last or 0) + 1


def _stored(actor: Actor, batch: Batch, plan: dict[str, Any], salt: str, frozen: Frozen) -> Draw:
    sealed = plan["sealed"]
    return Draw(
        id=plan["draw"],
        year=plan["year"],
        sequence=plan["sequence"],
        title=plan["title"],
        kind=plan["kind"],
        state=DrawState.ANNOUNCED,
        batch=batch,
        plan=plan,
        plan_digest=rules.plan_digest(plan),
        salt=salt,
        people=frozen.people,
        announced_at=now(),
        announced_by_id=actor.id,
        release_on=date.fromisoformat(sealed["release_on"]) if sealed else None,
    )


def _party(position: int, row: Mapping[str, Any]) -> DrawParty:
    committed = row["commitment"] is not None
    return DrawParty(
        position=position,
        party=row["party"],
        token=secrets.token_urlsafe(24),
        commitment=row["commitment"],
        committed_at=now() if committed else None,
        channel=DESK,
    )


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
    if draw.state != DrawState.ANNOUNCED:
        raise Problem("draw_closed")
    if party.absent_at is not None:
        raise Problem("draw_party_absent")
    if iso(now()) > draw.plan["deadline"]:
        raise Problem("draw_deadline_passed")


def declare_absent(actor: Actor, party: DrawParty) -> None:
    """Record that a party did not come, so that the others need not wait for the deadline. It can no longer speak;
    without a later public number the draw will have to be voided."""
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
    if draw.state != DrawState.ANNOUNCED:
        raise Problem("draw_closed")
    if draw.plan["source"] is None:
        raise Problem("draw_source_unplanned")
    if draw.source_text is not None:
        raise Problem("draw_party_done")
    if iso(now()) < draw.plan["source"]["moment"]:
        raise Problem("draw_source_early")
    if not _all_spoke(draw):
        raise Problem("draw_reveals_first")
    with by_rule():
        text = rules.clean(text)
        rules.check_open(text)
        if rules.clean(again) != text:
            raise Problem("draw_source_differs")
    draw.source_text, draw.source_at = text, now()
    record("draw.source_set", "draw", draw.id, actor_id=actor.id)


def _all_spoke(draw: Draw) -> bool:
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
    if draw.state == DrawState.EXECUTED:
        return draw
    if draw.state != DrawState.ANNOUNCED:
        raise Problem("draw_closed")
    if not _all_spoke(draw):
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
    hidden = any(row["ids"] == "pseudonym" for row in draw.plan["rosters"])
    drawn_ids = {line.id for lines in rosters.values() for line in lines} if hidden else set[str]()
    names = [one.statutory_id for one in _subjects_behind(draw, drawn_ids).values()]
    return rules.build_annex(draw.plan, draw.salt, inspectors=draw.people, premises=names, witnesses=witnesses)


def _subjects_behind(draw: Draw, ids: set[str]) -> dict[str, Subject]:
    """Premises by their id in the draw, whether statutory or pseudonym."""
    if not ids:
        return {}
    if not any(row["ids"] == "pseudonym" for row in draw.plan["rosters"]):
        found = db.session.scalars(select(Subject).where(Subject.statutory_id.in_(ids))).unique()
        return {subject.statutory_id: subject for subject in found}
    named = {rules.pseudonym("p", draw.salt, one.statutory_id): one for one in db.session.scalars(select(Subject))}
    return {id_: named[id_] for id_ in ids if id_ in named}


def subjects_of(draw: Draw, ids: Sequence[str]) -> dict[str, Subject]:
    """The premises behind ticket ids of a draw."""
    return _subjects_behind(draw, set(ids))


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
