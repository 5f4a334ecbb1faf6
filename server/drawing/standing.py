"""Where a ceremony stands: who has spoken, what has to happen now, the public number, the seal."""

from typing import Any

from server.core import draw as rules
from server.drawing import chain
from server.drawing.models import Draw, DrawParty, DrawState
from server.drawing.parties import all_spoke, plan_party
from server.drawing.service import ceremony_of
from server.platform.clock import now, today


def party(row: DrawParty, *, with_link: bool) -> dict[str, Any]:
    """One party and where it stands; the link for its own phone is for the office only."""
    planned = plan_party(row)
    return {
        "party": row.party,
        "label": planned["label"],
        "kind": planned["kind"],
        "commitment": row.commitment,
        "committed_at": row.committed_at,
        "reveal": row.reveal,
        "revealed_at": row.revealed_at,
        "channel": row.channel if row.reveal is not None else None,
        "name": row.name,
        "post": row.post,
        "absent": row.absent_at is not None,
        "link": f"/witness/{row.token}" if with_link else None,
    }


def ceremony(draw: Draw) -> dict[str, Any]:
    """Where a draw stands: shape of `answers.CeremonyAnswer` without its parties."""
    return {
        "deadline": draw.plan["deadline"],
        "now": now(),
        "source": _source(draw),
        "sealed": _sealed(draw),
        "next": _next_step(draw),
        "void_reason": _void_reason(draw),
        "voided": _voided(draw),
    }


def _next_step(draw: Draw) -> str | None:
    """What has to happen now: `commitments`, `numbers` (open parties), `reveals`, `source`, `execution`, `voiding`."""
    if draw.state != DrawState.ANNOUNCED:
        return None
    out = [row for row in draw.parties if row.absent_at is None]
    if not all_spoke(draw):
        kinds = [(plan_party(row)["kind"], row) for row in out]
        if any(kind == "committed" and row.commitment is None for kind, row in kinds):
            return "commitments"
        return "numbers" if any(kind == "open" and row.reveal is None for kind, row in kinds) else "reveals"
    if rules.must_void(draw.plan, ceremony_of(draw)) is not None:
        return "voiding"
    return "source" if draw.plan["source"] is not None and draw.source_text is None else "execution"


def _void_reason(draw: Draw) -> str | None:
    """Why a draw in which everybody has spoken can only be voided, or None."""
    if draw.state != DrawState.ANNOUNCED or not all_spoke(draw):
        return None
    return rules.must_void(draw.plan, ceremony_of(draw))


def _source(draw: Draw) -> dict[str, Any] | None:
    """The public number: what the plan names, and what was typed."""
    planned = draw.plan["source"]
    if planned is None:
        return None
    return {"name": planned["name"], "moment": planned["moment"], "text": draw.source_text, "at": draw.source_at}


def _sealed(draw: Draw) -> dict[str, Any] | None:
    """Where the seal of a draw stands; null where none was planned."""
    planned = draw.plan["sealed"]
    if planned is None:
        return None
    early = draw.release
    return {
        "commitment": planned["commitment"],
        "holders": planned["holders"],
        "release_on": planned["release_on"],
        "open": draw.state == DrawState.EXECUTED and chain.sealed_until(draw, today()) is None,
        "released": None if early is None else {"at": early.at, "holder": early.holder, "reason": early.reason},
    }


def _voided(draw: Draw) -> dict[str, Any] | None:
    """Why and under which record a draw was voided; null for any other."""
    if draw.state != DrawState.VOIDED:
        return None
    row = next(row for row in draw.records if row.kind == "voiding")
    said = {name: row.record[name] for name in ("reason", "note")}
    return said | {"number": row.number, "digest": row.digest, "at": row.at}
