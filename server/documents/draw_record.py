"""随机抽取记录表 of an executed draw, printed whenever somebody asks; the same draw gives the same page."""

from server.core.canonical import digest
from server.documents import bundle
from server.documents.draw_view import Around, Room, Row, draw_view
from server.documents.paper import code_picture, sheet
from server.documents.press import Printed, press
from server.drawing import chain, publishing, service, view
from server.drawing.models import EXTERNAL, ChainRecord, Draw
from server.platform.auth import Actor
from server.platform.clock import iso
from server.platform.errors import Problem
from server.platform.installation import installation

ROOMS = (*(Room(tasks, 8) for tasks in range(16, -1, -1)), Room(0, 4), Room(0, 2))
"""From the fullest page to the emptiest: the first that stays one page is taken, or else the last."""


def draw_pdf(actor: Actor, draw_id: str, site: str) -> tuple[bytes, str]:
    """The record of a draw with what to call the file; `site` is where it can be checked.

    Raises `not_found`, `draw_not_executed`, `draw_sealed_until`.
    """
    draw = service.draw_by_id(draw_id)
    record = chain.certificate_of(draw)
    if record is None:
        raise Problem("draw_not_executed")
    if not view.sees_result(draw, actor):
        raise Problem("draw_sealed_until", date=draw.release_on)
    shown, around = view.whole(draw, actor), _around(draw, record, site)
    made = _set(draw_view(shown, around, ROOMS[0]), around)
    if made.pages > 1:
        made = _set(draw_view(shown, around, _fullest(shown, around)), around)
    return made.pdf, bundle.file_name("随机抽取记录表", draw.number) + ".pdf"


def _around(draw: Draw, record: ChainRecord, site: str) -> Around:
    elsewhere = draw.kind == EXTERNAL
    return Around(
        organ=installation().bureau_name,
        printed_at=iso(record.at),
        address=f"{site}verify/{record.number}",
        thumbprint=publishing.signing_key()["thumbprint"],
        list_digest=record.record["result"] if elsewhere else digest(record.record["tasks"]),
        items={row["code"]: row["name"] for row in draw.plan["items"]},
        rosters=draw.plan["rosters"],
        share=None if elsewhere else record.record["ceremony"]["k"],
        external=record.record if elsewhere else None,
    )


def _fullest(shown: Row, around: Around) -> Room:
    """The fullest room whose page, without its annex, is one page: found by halving, for a page takes its time."""
    first, last = 0, len(ROOMS) - 1
    middle = 0
    while first < last:
        page = draw_view(shown, around, ROOMS[middle]) | {"annex": [], "annex_strata": []}
        if _set(page, around).pages == 1:
            last = middle
        else:
            first = middle + 1
        middle = (first + last) // 2
    return ROOMS[last]


def _set(seen: Row, around: Around) -> Printed:
    return press().set(sheet("draw", seen, press().fonts, {"code": code_picture(around.address)}))
