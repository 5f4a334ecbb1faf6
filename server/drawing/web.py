"""What the routes of drawing share: their blueprint, and how a document of the draw leaves as a file."""

from typing import Any

from flask import Response

from server.core.canonical import canonical
from server.platform.stage import stage_blueprint

blp = stage_blueprint("drawing")


def document(value: Any, name: str) -> Response:
    """A document as its canonical bytes and one LF, to be saved."""
    return as_file(canonical(value) + b"\n", name, "application/json")


def as_file(data: bytes, name: str, media_type: str) -> Response:
    """Bytes to be saved under a name."""
    answer = Response(data, content_type=media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
