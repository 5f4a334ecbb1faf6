"""The draw over HTTP for those in the house; what is open to anybody is in `open_routes`."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Response, current_app, request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import NotFound

from server.drawing import announcing, asking, external, parties, publishing, room, sealing, service, standing, view
from server.drawing import open_routes as open_routes  # its routes are on the same blueprint
from server.drawing.answers import (
    DrawAnswer,
    DrawRow,
    PreparationAnswer,
    ProceedingsAnswer,
)
from server.drawing.models import Draw, DrawParty
from server.drawing.schemas import (
    AbsenceBody,
    AnnouncementBody,
    BundleQuery,
    CommitmentBody,
    ExecutionBody,
    ExternalFiles,
    ExternalQuery,
    PreparationQuery,
    ReleaseBody,
    RevealBody,
    SourceNumberBody,
    VoidingBody,
)
from server.drawing.web import as_file, blp, document
from server.planning.service import batch_by_id
from server.platform.auth import Role, access, actor
from server.platform.spreadsheet import write_table

READERS = (Role.OFFICE, Role.LEAD, Role.LEADER, Role.LEGAL, Role.SUPERVISOR)
PARTIES = (Role.OFFICE, Role.LEADER, Role.LEGAL, Role.SUPERVISOR, Role.STATION, Role.LEAD)
FULL = (Role.OFFICE, Role.LEADER, Role.LEGAL, Role.SUPERVISOR)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blp.get("/preparation")
@access(Role.OFFICE)
@blp.arguments(PreparationQuery, location="query")
@blp.response(200, PreparationAnswer)
def prepare(query: dict[str, str]) -> dict[str, Any]:
    """What a draw of a batch would start from: premises, exclusions and people, counted with their reasons."""
    return asking.preparation(batch_by_id(query["batch_id"]))


@blp.get("/draws")
@access(*READERS)
@blp.response(200, DrawRow(many=True))
def list_draws() -> list[dict[str, Any]]:
    """All draws, the newest first."""
    return [view.summary(draw) for draw in service.draws()]


@blp.post("/draws")
@access(Role.OFFICE)
@blp.arguments(AnnouncementBody)
@blp.response(201, DrawAnswer)
def announce(body: dict[str, Any]) -> dict[str, Any]:
    """Freeze rosters and plan, and publish the announcement."""
    batch = batch_by_id(body["batch_id"])
    return _whole(announcing.announce(actor(), batch, asking.wish_of(batch, body), asking.terms_of(batch, body)))


@blp.get("/draws/<draw_id>")
@access(*READERS)
@blp.response(200, DrawAnswer)
def read_draw(draw_id: str) -> dict[str, Any]:
    """One draw in words."""
    return _whole(service.draw_by_id(draw_id))


@blp.post("/draws/<draw_id>/commitments")
@access(*PARTIES)
@blp.arguments(CommitmentBody)
@blp.response(200, DrawAnswer)
def commit(body: dict[str, str], draw_id: str) -> dict[str, Any]:
    """Publish the commitment of a party."""
    party = _party(draw_id, body)
    parties.commit(party, body["commitment"], parties.channel_for(actor(), party))
    return _whole(party.draw)


@blp.post("/draws/<draw_id>/reveals")
@access(*PARTIES)
@blp.arguments(RevealBody)
@blp.response(200, DrawAnswer)
def reveal(body: dict[str, Any], draw_id: str) -> dict[str, Any]:
    """Take a party's number."""
    party = _party(draw_id, body)
    channel = parties.channel_for(actor(), party)
    parties.contribute(party, body["reveal"], channel, body["name"], body["post"])
    return _whole(party.draw)


@blp.post("/draws/<draw_id>/absences")
@access(Role.OFFICE)
@blp.arguments(AbsenceBody)
@blp.response(200, DrawAnswer)
def declare_absent(body: dict[str, str], draw_id: str) -> dict[str, Any]:
    """Record that a party did not come."""
    party = _party(draw_id, body)
    parties.declare_absent(actor(), party)
    return _whole(party.draw)


@blp.post("/draws/<draw_id>/source")
@access(Role.OFFICE)
@blp.arguments(SourceNumberBody)
@blp.response(200, DrawAnswer)
def set_source(body: dict[str, str], draw_id: str) -> dict[str, Any]:
    """Take the public number."""
    draw = service.draw_by_id(draw_id)
    service.set_source(actor(), draw, body["text"], body["again"])
    return _whole(draw)


@blp.post("/draws/<draw_id>/execution")
@access(Role.OFFICE)
@blp.arguments(ExecutionBody)
@blp.response(200, DrawAnswer)
def execute(body: dict[str, Any], draw_id: str) -> dict[str, Any]:
    """Run the draw and issue its certificate."""
    return _whole(service.execute(actor(), service.draw_by_id(draw_id), body["k"]))


@blp.post("/draws/<draw_id>/voiding")
@access(Role.OFFICE)
@blp.arguments(VoidingBody)
@blp.response(200, DrawAnswer)
def void(body: dict[str, str], draw_id: str) -> dict[str, Any]:
    """End an announced draw in public, without a result."""
    return _whole(service.void(actor(), service.draw_by_id(draw_id), body["reason"], body["note"]))


@blp.post("/draws/<draw_id>/release")
@access(*FULL)
@blp.arguments(ReleaseBody)
@blp.response(200, DrawAnswer)
def release(body: dict[str, str], draw_id: str) -> dict[str, Any]:
    """Publish a sealed result before its date, with a holder's share and a reason."""
    draw = service.draw_by_id(draw_id)
    return _whole(sealing.release(actor(), draw, body["holder"], body["k"], body["reason"]))


@blp.get("/draws/<draw_id>/proceedings")
@access(*READERS)
@blp.response(200, ProceedingsAnswer)
def read_proceedings(draw_id: str) -> dict[str, Any]:
    """A draw as the room's screen shows it: without names."""
    return room.proceedings(service.draw_by_id(draw_id))


@blp.get("/draws/<draw_id>/parties/<party>/code")
@access(Role.OFFICE, answers="file")
def read_link_picture(draw_id: str, party: str) -> Response:
    """The link to a party's own phone as a picture that the phone can read."""
    link = standing.party(parties.party_of(service.draw_by_id(draw_id), party), with_link=True)["link"]
    picture = room.link_picture(request.host_url.rstrip("/") + link)
    return Response(picture, content_type="image/svg+xml")


@blp.get("/draws/<draw_id>/certificate")
@access(*FULL, answers="file")
@blp.arguments(BundleQuery, location="query")
def read_certificate(query: dict[str, bool], draw_id: str) -> Response:
    """The certificate with its rosters and amendments; with the annex when `full`."""
    draw = service.draw_by_id(draw_id)
    name = f"draw-{draw.number}{'-full' if query['full'] else ''}.json"
    return document(publishing.bundle_for(actor(), draw, query["full"]), name)


@blp.get("/draws/<draw_id>/rosters/<item>")
@access(*FULL, answers="file")
def read_roster(draw_id: str, item: str) -> Response:
    """A frozen roster, byte for byte as it was hashed."""
    for row in service.draw_by_id(draw_id).rosters:
        if row.item_code == item:
            return as_file(row.text, f"roster-{item}.jsonl", "application/jsonl")
    raise NotFound


@blp.post("/external")
@access(Role.OFFICE)
@blp.arguments(ExternalQuery, location="query")
@blp.arguments(ExternalFiles, location="files")
@blp.response(201, DrawAnswer)
def take_over(query: dict[str, str], files: dict[str, FileStorage]) -> dict[str, Any]:
    """Take over the result of a draw made elsewhere (外部抽取), with its proof."""
    batch = batch_by_id(query["batch_id"])
    with tempfile.TemporaryDirectory(dir=uploads_folder()) as name:
        folder = Path(name)
        for part, file in files.items():
            file.save(folder / part)
        proof = external.Proof(query["proof_name"], folder / "proof")
        result = folder / "result"
        draw = external.take_over(actor(), query["id"], batch, query["organiser"], query["note"], result, [proof])
    return _whole(draw)


@blp.get("/pools/<kind>")
@access(Role.OFFICE, answers="file")
@blp.arguments(PreparationQuery, location="query")
def read_pool(query: dict[str, str], kind: str) -> Response:
    """Our pools as an Excel file, for a draw that another platform makes."""
    if kind not in ("subjects", "inspectors"):
        raise NotFound
    headings, rows = publishing.pool_table(kind, batch_by_id(query["batch_id"]))
    with tempfile.TemporaryDirectory(dir=uploads_folder()) as name:
        path = Path(name) / f"{kind}.xlsx"
        write_table(path, headings, rows)
        return as_file(path.read_bytes(), path.name, XLSX)


def uploads_folder() -> Path:
    """Where files lie until they are kept: the disk of the blobs, so that keeping one is a rename."""
    folder: Path = current_app.extensions["settings"].uploads_folder
    return folder


def _whole(draw: Draw) -> dict[str, Any]:
    return view.whole(draw, actor())


def _party(draw_id: str, body: Mapping[str, Any]) -> DrawParty:
    return parties.party_of(service.draw_by_id(draw_id), body["party"])
