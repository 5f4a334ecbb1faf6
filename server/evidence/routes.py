"""Evidence over HTTP: tus 1.0 (core, creation, creation-with-upload, checksum, expiration, termination), downloads,
previews, erasures."""

import base64
import binascii
import re
from typing import Any

from flask import Response, current_app, request, send_file, url_for

from server.evidence import erasures, service, uploads
from server.evidence.incoming import CHECKSUMS, read_checksum
from server.evidence.schemas import ErasureAnswer, ErasureDecision, NewErasure, PreviewQuery
from server.evidence.uploads import Announced, Standing
from server.platform.auth import Role, access, actor
from server.platform.config import Settings
from server.platform.errors import Problem
from server.platform.stage import stage_blueprint

blp = stage_blueprint("evidence")

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,checksum,expiration,termination"
CONTENT_TYPE = "application/offset+octet-stream"
SENDERS = (Role.INSPECTOR, Role.LEAD, Role.OFFICE)
READERS = (Role.INSPECTOR, Role.LEAD, Role.OFFICE, Role.LEGAL, Role.LEADER)
_NUMBER = re.compile(r"[0-9]{1,12}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_KEY = re.compile(r"[0-9a-f-]{36}|[0-9a-f]{64}")


@blp.route("/uploads", methods=["OPTIONS"])
@access(*READERS, answers="tus")
def describe_uploads() -> Response:
    """What of tus we speak."""
    settings: Settings = current_app.extensions["settings"]
    answer = _answer(204)
    answer.headers["Tus-Version"] = VERSION
    answer.headers["Tus-Extension"] = EXTENSIONS
    answer.headers["Tus-Max-Size"] = str(settings.photo_bytes)
    answer.headers["Tus-Checksum-Algorithm"] = ",".join(CHECKSUMS)
    return answer


@blp.route("/uploads", methods=["POST"])
@access(*SENDERS, answers="tus")
def create_upload() -> Response:
    """Announce a file, and perhaps send its first bytes or all of them."""
    _require_version()
    person = actor()
    new = _announced()
    sends = request.content_type == CONTENT_TYPE
    checksum = read_checksum(request.headers.get("Upload-Checksum"))
    person_id = person.id
    standing = uploads.announce(person, new)
    if not standing.complete:
        standing = uploads.take_whole(person_id, standing, new, request.stream if sends else _NOTHING, checksum)
    answer = _at(standing, 201)
    answer.headers["Location"] = url_for("evidence.read_upload", key=standing.key)
    return answer


@blp.route("/uploads/<key>", methods=["HEAD"])
@access(*SENDERS, answers="tus")
def read_upload(key: str) -> Response:
    """How far an upload has come."""
    _require_version()
    standing = uploads.standing_of(actor(), _key(key))
    answer = _at(standing, 200)
    answer.headers["Upload-Length"] = str(standing.size)
    return answer


@blp.route("/uploads/<key>", methods=["PATCH"])
@access(*SENDERS, answers="tus")
def continue_upload(key: str) -> Response:
    """The next bytes, from where the server stands."""
    _require_version()
    if request.content_type != CONTENT_TYPE:
        raise Problem("unsupported_media_type")
    offset = _number("Upload-Offset")
    checksum = read_checksum(request.headers.get("Upload-Checksum"))
    return _at(uploads.append(actor(), _key(key), offset, request.stream, checksum), 204)


@blp.route("/uploads/<key>", methods=["DELETE"])
@access(*SENDERS, answers="tus")
def end_upload(key: str) -> Response:
    """Give up an unfinished upload."""
    _require_version()
    uploads.abandon(actor(), _key(key))
    return _answer(204)


@blp.get("/blobs/<sha256>")
@access(*READERS, answers="file")
def download_blob(sha256: str) -> Response:
    """The stored bytes as they came, as a download: never shown in this origin."""
    path, media_type = service.file_for(actor(), _sha256(sha256))
    answer = send_file(path, mimetype=media_type, as_attachment=True, download_name=sha256[:16] + _ENDING[media_type])
    answer.headers["Content-Security-Policy"] = "sandbox"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blp.get("/blobs/<sha256>/preview")
@access(*READERS, answers="file")
@blp.arguments(PreviewQuery, location="query")
def show_preview(query: dict[str, int], sha256: str) -> Response:
    """A small JPEG without metadata."""
    path = service.preview_for(actor(), _sha256(sha256), query["width"])
    answer = send_file(path, mimetype="image/jpeg")
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blp.get("/erasures")
@access(Role.LEAD, Role.LEGAL)
@blp.response(200, ErasureAnswer(many=True))
def list_erasures() -> Any:
    """Erasures that wait for a decision."""
    return [erasures.told(row) for row in erasures.waiting(actor())]


@blp.post("/erasures")
@access(Role.LEAD)
@blp.arguments(NewErasure)
@blp.response(201, ErasureAnswer)
def ask_erasure(body: dict[str, str]) -> Any:
    """Ask for bytes to be erased."""
    return erasures.told(erasures.ask(actor(), body["inspection"], body["sha256"], body["reason"]))


@blp.post("/erasures/<erasure_id>/decision")
@access(Role.LEGAL)
@blp.arguments(ErasureDecision)
@blp.response(200, ErasureAnswer)
def decide_erasure(body: dict[str, bool], erasure_id: str) -> Any:
    """Agree to an erasure, or refuse it."""
    return erasures.told(erasures.decide(actor(), erasure_id, body["agreed"]))


_ENDING = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "text/plain;charset=utf-8": ".txt",
    "application/octet-stream": ".bin",
}


class _Nothing:
    """The body of a request that only announces."""

    def read(self, size: int, /) -> bytes:
        return b""


_NOTHING = _Nothing()


def _answer(status: int) -> Response:
    return Response(status=status, headers={"Tus-Resumable": VERSION})


def _at(standing: Standing, status: int) -> Response:
    answer = _answer(status)
    answer.headers["Upload-Offset"] = str(standing.offset)
    if standing.expires_at is not None:
        answer.headers["Upload-Expires"] = standing.expires_at.strftime("%a, %d %b %Y %H:%M:%S GMT")
    return answer


def _require_version() -> None:
    if request.headers.get("Tus-Resumable") != VERSION:
        raise Problem("upload_version")


def _number(name: str) -> int:
    text = request.headers.get(name, "")
    if not _NUMBER.fullmatch(text):
        raise Problem("upload_header_wrong", name=name)
    return int(text)


def _key(text: str) -> str:
    if not _KEY.fullmatch(text):
        raise Problem("upload_gone")
    return text


def _sha256(text: str) -> str:
    if not _SHA256.fullmatch(text):
        raise Problem("not_found")
    return text


def _announced() -> Announced:
    """Upload-Length and Upload-Metadata (inspection, sha256, media_type)."""
    told: dict[str, str] = {}
    for part in request.headers.get("Upload-Metadata", "").split(","):
        name, _, value = part.strip().partition(" ")
        try:
            told[name] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise Problem("upload_header_wrong", name="Upload-Metadata") from error
    inspection_id, sha256 = told.get("inspection", ""), told.get("sha256", "")
    if not re.fullmatch(r"[0-9a-f-]{36}", inspection_id) or not _SHA256.fullmatch(sha256):
        raise Problem("upload_header_wrong", name="Upload-Metadata")
    return Announced(inspection_id, sha256, _number("Upload-Length"), told.get("media_type", ""))


@blp.after_request
def _say_version(answer: Response) -> Response:
    """Every answer of tus names its version, refusals too; a refused offset says where we stand."""
    if "/uploads" in request.path:
        answer.headers.setdefault("Tus-Resumable", VERSION)
        if answer.status_code == 412:
            answer.headers["Tus-Version"] = VERSION
    return answer
