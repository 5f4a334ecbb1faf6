"""Synchronisation over HTTP: push, pull, manifest."""

from typing import Any

from flask import Response, json

from server.inspection import service
from server.inspection.schemas import ManifestAnswer, ManifestQuery, PullAnswer, PullQuery, PushAnswer, PushBody
from server.platform.auth import Role, access, actor
from server.platform.clock import iso, now
from server.platform.errors import sentence
from server.platform.installation import installation
from server.platform.stage import stage_blueprint

blp = stage_blueprint("inspection", "/api/sync")


@blp.post("/push")
@access(Role.INSPECTOR, Role.LEAD, Role.OFFICE)
@blp.arguments(PushBody)
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
    """What changed for this person since the cursor."""
    page = service.pull(actor(), query["cursor"])
    return _json(service.page_json(page, installation().epoch, iso(now())))


@blp.get("/manifest")
@access(Role.INSPECTOR, Role.LEAD, Role.OFFICE)
@blp.arguments(ManifestQuery, location="query")
@blp.response(200, ManifestAnswer)
def manifest(query: dict[str, str]) -> Any:
    """What the server has of an inspection, and whether a phone may forget it."""
    return service.manifest_for(actor(), query["inspection"])


def _json(text: str) -> Response:
    return Response(text, mimetype="application/json")
