"""What leaves the house of a draw: the public and the full certificate, the chain, the witness's page."""

from typing import Any

from server.core import draw as rules
from server.drawing import chain, view
from server.drawing.models import ChainRecord, Draw, DrawParty
from server.drawing.service import rosters_of
from server.platform.auth import Actor
from server.platform.clock import today
from server.platform.db import db
from server.platform.errors import Problem
from server.platform.installation import installation


def bundle_for(actor: Actor, draw: Draw, full: bool) -> dict[str, Any]:
    """The bundle of an executed draw for somebody in the house. Raises `draw_not_executed`, `draw_sealed_until`."""
    row = chain.certificate_of(draw)
    if row is None:
        raise Problem("draw_not_executed")
    if not view.sees_result(draw, actor):
        raise Problem("draw_sealed_until", date=draw.release_on)
    return _bundle(draw, row, full)


def public_bundle(number: int) -> dict[str, Any]:
    """The public bundle behind a certificate's number, for anybody. Raises `not_found`, `draw_restricted`,
    `draw_sealed_until`."""
    row = db.session.get(ChainRecord, number)
    if row is None or row.kind != "certificate" or row.draw is None:
        raise Problem("not_found")
    if row.draw.kind == "targeted":
        raise Problem("draw_restricted")
    if not chain.is_open(row, today()):
        raise Problem("draw_sealed_until", date=row.draw.release_on)
    return _bundle(row.draw, row, full=False)


def _bundle(draw: Draw, row: ChainRecord, full: bool) -> dict[str, Any]:
    annex = draw.annex if full else None
    return rules.bundle(row.record, rosters_of(draw), annex, chain.amendments_of(draw))


def public_chain() -> list[dict[str, Any]]:
    """The chain for anybody: shape of `core.draw.verify_chain`."""
    return chain.public_chain()


def for_witness(party: DrawParty) -> dict[str, Any]:
    """What a party sees on its own phone: shape of `schemas.WitnessAnswer`. No names but its own."""
    draw = party.draw
    whole = view.summary(draw)
    others = [view.party(row, with_link=False) | {"name": None} for row in draw.parties]
    planned = draw.plan["source"]
    source = planned and planned | {"text": draw.source_text, "at": draw.source_at}
    shown = ("number", "title", "state", "plan_digest", "certificate")
    return {name: whole[name] for name in shown} | {
        "bureau": installation().bureau_name,
        "draw_id": draw.id,
        "deadline": draw.plan["deadline"],
        "source": source,
        "you": view.party(party, with_link=False),
        "parties": others,
        "next": view.next_step(draw),
    }
