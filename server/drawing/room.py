"""The draw room: what everybody in the meeting room sees of a draw, on the wall and on a witness's own phone.

No names and no links: the screen shows what the public certificate will show. The result itself is read from the
chain's record, so that what is seen is what is recorded.
"""

import io
from typing import Any

import segno

from server.drawing import chain, standing, view
from server.drawing.models import EXTERNAL, Draw, DrawParty
from server.platform.clock import today
from server.platform.errors import Problem
from server.platform.installation import installation


def proceedings(draw: Draw) -> dict[str, Any]:
    """A draw as it stands, for the wall: shape of `answers.ProceedingsAnswer`. Raises `draw_made_elsewhere`."""
    if draw.kind == EXTERNAL:
        raise Problem("draw_made_elsewhere")
    whole = view.summary(draw)
    shown = ("number", "title", "kind", "state", "plan_digest", "announced_at", "certificate")
    return (
        {name: whole[name] for name in shown}
        | standing.ceremony(draw)
        | {
            "draw_id": draw.id,
            "bureau": installation().bureau_name,
            "items": _items(draw),
            "parties": [standing.party(row, with_link=False) | {"name": None} for row in draw.parties],
            "result": _result(draw),
            "sealed_until": chain.sealed_until(draw, today()),
        }
    )


def for_witness(party: DrawParty) -> dict[str, Any]:
    """What a party sees on its own phone: shape of `answers.WitnessAnswer`. No name but its own."""
    return proceedings(party.draw) | {"you": standing.party(party, with_link=False)}


def link_picture(address: str) -> bytes:
    """A link as a QR code (ISO/IEC 18004, level M), SVG."""
    held = io.BytesIO()
    segno.make(address, error="m", micro=False).save(held, kind="svg", scale=8, border=2, light="white")
    return held.getvalue()


def _items(draw: Draw) -> list[dict[str, Any]]:
    """What is drawn from; of a targeted draw not even how many, for that would count an internal class."""
    lines = {row["item"]: row["lines"] for row in draw.plan["rosters"]}
    if draw.kind == "targeted":
        lines = {}
    return [
        {
            "code": item["code"],
            "name": item["name"],
            "ratio": f"{item['num']}/{item['den']}",
            "lines": lines.get(item["code"]),
        }
        for item in draw.plan["items"]
    ]


def _result(draw: Draw) -> str:
    """Whether the wall may show a result: `none` yet, `sealed`, `restricted`, or `open`."""
    row = chain.certificate_of(draw)
    if row is None:
        return "none"
    if chain.is_open(row, today()):
        return "open"
    return "restricted" if draw.kind == "targeted" else "sealed"
