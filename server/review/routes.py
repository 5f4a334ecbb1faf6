"""The lead's desk over HTTP."""

import json
from typing import Any

from server.evidence.service import erased_of
from server.inspection.service import runs_of
from server.platform.auth import Role, access, actor
from server.platform.stage import stage_blueprint
from server.review import apart, seals, service
from server.review.looking import Looked
from server.review.lost import lost_vaults
from server.review.models import SignOff
from server.review.schemas import (
    Admission,
    ApartRow,
    GivingBack,
    NewSeal,
    QueueRow,
    ReviewAnswer,
    Seal,
    SignedOffAnswer,
    SigningOff,
)

blp = stage_blueprint("review")
READERS = (Role.LEAD, Role.INSPECTOR, Role.OFFICE, Role.LEGAL, Role.LEADER)


@blp.get("/queue")
@access(Role.LEAD)
@blp.response(200, QueueRow(many=True))
def read_queue() -> Any:
    """Inspections of the lead's brigade that are under way, those submitted first."""
    return service.queue(actor())


@blp.get("/apart")
@access(Role.LEAD, Role.OFFICE, Role.LEGAL, Role.LEADER)
@blp.response(200, ApartRow(many=True))
def list_apart() -> Any:
    """Inspections under way of which statements are kept apart."""
    return apart.under_way(actor())


@blp.get("/inspections/<inspection_id>")
@access(*READERS)
@blp.response(200, ReviewAnswer)
def read_inspection(inspection_id: str) -> dict[str, Any]:
    """One inspection with everything said in it."""
    return _whole(service.looked_for(actor(), inspection_id))


@blp.post("/inspections/<inspection_id>/return")
@access(Role.LEAD)
@blp.arguments(GivingBack)
@blp.response(200, ReviewAnswer)
def give_back(body: dict[str, Any], inspection_id: str) -> dict[str, Any]:
    """Return it with what is to be corrected."""
    return _whole(service.give_back(actor(), inspection_id, **body))


@blp.post("/inspections/<inspection_id>/sign-off")
@access(Role.LEAD)
@blp.arguments(SigningOff)
@blp.response(200, SignedOffAnswer)
def sign_off(body: dict[str, Any], inspection_id: str) -> SignOff:
    """Answer for it: the inspection is finished."""
    return service.sign_off(actor(), inspection_id, **body)


@blp.post("/inspections/<inspection_id>/admit")
@access(Role.LEAD)
@blp.arguments(Admission)
@blp.response(200, ReviewAnswer)
def admit(body: dict[str, Any], inspection_id: str) -> dict[str, Any]:
    """Take late statements in, with a reason."""
    return _whole(service.admit(actor(), inspection_id, **body))


@blp.get("/inspections/<inspection_id>/seals")
@access(*READERS)
@blp.response(200, Seal(many=True))
def read_seals(inspection_id: str) -> Any:
    """The hashes of files held elsewhere."""
    return seals.seals_for(actor(), inspection_id)


@blp.post("/inspections/<inspection_id>/seals")
@access(Role.INSPECTOR, Role.LEAD, Role.OFFICE)
@blp.arguments(NewSeal)
@blp.response(200, Seal(many=True))
def seal(body: dict[str, Any], inspection_id: str) -> Any:
    """State the hash of a file held elsewhere."""
    return seals.seal(actor(), inspection_id, body["entry"], body["sha256"], body["size"])


def _whole(looked: Looked) -> dict[str, Any]:
    return {
        "task": looked.payload,
        "definitions": [json.loads(looked.bodies[key]) for key in looked.payload["checklists"]],
        "entries": looked.entries,
        "runs": runs_of(looked.task.id),
        "state": looked.state,
        "evaluation": looked.run.result(),
        "restricted": looked.restricted,
        "outstanding": service.outstanding_of(looked.entries),
        "lost": lost_vaults(looked),
        "apart": apart.apart_of(looked.task.id),
        "seals": seals.seals_of(looked.task.id),
        "erased": erased_of([looked.task.id]),
        "devices": service.devices_of(looked.entries),
        "people": service.people_names(looked),
        "feed": service.feed_of(looked.task.id),
        "may_decide": service.may_decide(actor(), looked.task),
    }
