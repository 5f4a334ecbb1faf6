"""Opening a sealed result: on its date by itself, before it by one of the holders, with a reason.

Nobody can veto: each holder has the whole share, and on the date in the plan the certificate is public without any
act. Before that date the share itself is the key, so that the office cannot open what it promised to keep.
"""

from server.core import draw as rules
from server.core.canonical import digest
from server.drawing import chain
from server.drawing.models import Draw, DrawRelease
from server.drawing.parties import hold
from server.drawing.refusals import by_rule
from server.platform.auth import Actor
from server.platform.clock import now, today
from server.platform.db import db
from server.platform.errors import Problem
from server.platform.trail import record


def release(actor: Actor, draw: Draw, holder: str, k: str, reason: str) -> Draw:
    """Publish a sealed result before its date, in the name of one of its holders. What is open already stays as it is.

    Raises `draw_not_sealed`, `draw_not_executed`, `draw_holder_unknown`, `draw_sealed_malformed`,
    `draw_record_changed`, `draw_text_unclean`.
    """
    hold(draw)
    planned = draw.plan["sealed"]
    if planned is None:
        raise Problem("draw_not_sealed")
    row = chain.certificate_of(draw)
    if row is None:
        raise Problem("draw_not_executed")
    if not draw.is_sealed(today()):
        return draw
    if holder not in planned["holders"]:
        raise Problem("draw_holder_unknown")
    if rules.commitment(draw.id, rules.SEALED_SHARE, k) != planned["commitment"]:
        raise Problem("draw_sealed_malformed")
    if digest(row.record) != row.digest:
        raise Problem("draw_record_changed", digest=row.digest)
    with by_rule():
        reason = rules.clean(reason)
    draw.release = DrawRelease(holder=holder, reason=reason, at=now(), by_id=actor.id)
    db.session.flush()
    record("draw.released", "draw", draw.id, actor_id=actor.id, holder=planned["holders"].index(holder) + 1)
    return draw
