"""What the parties of a draw do: commit, say a number, reveal, stay away."""

from typing import Any

from sqlalchemy import select

from server.core import draw as rules
from server.drawing.models import Draw, DrawParty, DrawState
from server.drawing.refusals import by_rule
from server.platform.auth import Actor, Role
from server.platform.clock import iso, now
from server.platform.db import db
from server.platform.errors import Problem
from server.platform.trail import record

OWN_DEVICE, DESK = "own_device", "desk"


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
    known = token.isascii() and token.isprintable()
    party = db.session.scalar(select(DrawParty).where(DrawParty.token == token)) if known else None
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
        name, post = (rules.clean(one) if one else None for one in (name, post))
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


def all_spoke(draw: Draw) -> bool:
    """Whether nobody can add a number any more."""
    if iso(now()) > draw.plan["deadline"]:
        return True
    return all(party.reveal is not None or party.absent_at is not None for party in draw.parties)
