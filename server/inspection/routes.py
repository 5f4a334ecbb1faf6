"""Synchronisation over HTTP: push, pull, manifest, and the files that go where no line reaches."""

from typing import Any

from flask import Response, current_app, json, request

from server.accounts.models import Device
from server.inspection import packs, parcels, service
from server.inspection.models import Parcel
from server.inspection.schemas import (
    ManifestAnswer,
    ManifestQuery,
    NewPack,
    ParcelAnswer,
    PullAnswer,
    PullQuery,
    PushAnswer,
    PushBody,
)
from server.inspection.seen import heard_of, is_news
from server.platform.auth import Role, access, actor
from server.platform.clock import iso, now
from server.platform.config import Settings
from server.platform.errors import sentence
from server.platform.stage import stage_blueprint

blp = stage_blueprint("inspection", "/api/sync")


@blp.post("/push")
@access(Role.INSPECTOR, Role.LEAD, Role.OFFICE)
@blp.arguments(PushBody())  # made once: making the schema costs more than checking with it
@blp.response(200, PushAnswer)
def push(body: dict[str, list[Any]]) -> Response:
    """Entries and runs in; an outcome for each entry, sent when all of it is on the disk."""
    outcomes = service.push(actor(), body["runs"], body["entries"])
    told = [
        {
            "id": outcome.id,
            "status": outcome.status,
            "code": outcome.code,
            "detail": sentence(outcome.code) if outcome.code else None,
        }
        for outcome in outcomes
    ]
    return _json(json.dumps({"outcomes": told, "server_time": iso(now())}))


@blp.get("/pull")
@access(Role.INSPECTOR, Role.LEAD)
@blp.arguments(PullQuery, location="query")
@blp.response(200, PullAnswer)
def pull(query: dict[str, str]) -> Response:
    """What changed for this person since the cursor; `device` says which phone asks. Raises `other_person`."""
    news = is_news(actor(), query["device"])
    page = service.page_json(service.pull(actor(), query["cursor"]), iso(now()))
    if news:
        heard_of(query["device"])
    return _json(page)


@blp.get("/manifest")
@access(Role.INSPECTOR, Role.LEAD, Role.OFFICE)
@blp.arguments(ManifestQuery, location="query")
@blp.response(200, ManifestAnswer)
def manifest(query: dict[str, str]) -> Any:
    """What the server has of an inspection, and whether a phone may forget it."""
    return service.manifest_for(actor(), query["inspection"])


CARRIERS = (Role.INSPECTOR, Role.LEAD, Role.OFFICE)
"""Who may carry files at a desk: the same people who push and pull."""


@blp.get("/parcels")
@access(*CARRIERS)
@blp.response(200, ParcelAnswer(many=True))
def list_parcels() -> list[dict[str, Any]]:
    """The last files that came in by hand."""
    return [_parcel(parcel, device) for parcel, device in parcels.parcels_for(actor())]


@blp.route("/parcels", methods=["POST"])
@access(*CARRIERS, answers="parcel")
def take_parcel() -> dict[str, Any]:
    """Take in a phone's sealed file, sent as the request's body; the answer says what it brought."""
    settings: Settings = current_app.extensions["settings"]
    request.max_content_length = settings.parcel_bytes
    parcel = parcels.take_parcel(actor(), request.stream, request.content_length)
    told: dict[str, Any] = ParcelAnswer().dump(_parcel(parcel, parcels.device_of(parcel)))
    return told


@blp.route("/packs", methods=["POST"])
@access(*CARRIERS, answers="file")
@blp.arguments(NewPack)
def make_pack(body: dict[str, Any]) -> Response:
    """A sealed file for one device: its person's tasks, and the receipt for what came from it."""
    name, file = packs.make_pack(actor(), body["device"], body["parcel"])
    answer = Response(file, mimetype="application/x-suicha")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _parcel(parcel: Parcel, device: Device) -> dict[str, Any]:
    told = {name: getattr(parcel, name) for name in ("id", "device_id", "taken_at", "packed_at", "entries", "evidence")}
    told |= {"person_name": device.person.name, "label": device.label}
    for name in ("refusals", "faults"):
        told[name] = [row | {"detail": sentence(row["code"])} for row in getattr(parcel, name)]
    return told


def _json(text: str) -> Response:
    return Response(text, mimetype="application/json")
