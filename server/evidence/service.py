"""What other stages ask of evidence: which bytes are here, and where."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from sqlalchemy import select

from server.evidence.models import Blob, BlobInspection
from server.evidence.previews import preview_of
from server.evidence.uploads import sees_blob
from server.platform.auth import Actor
from server.platform.blobs import blobs
from server.platform.db import db
from server.platform.errors import Problem

BATCH = 500


@dataclass(frozen=True)
class Kept:
    """What the server has of one hash: the bytes, or the tombstone of erased ones."""

    sha256: str
    state: Literal["stored", "erased"]
    media_type: str
    size: int
    stored_at: datetime


def kept(hashes: Iterable[str]) -> dict[str, Kept]:
    """Hash → what is kept of it; hashes that never arrived are not in the answer."""
    wanted = sorted(set(hashes))
    found: dict[str, Kept] = {}
    for start in range(0, len(wanted), BATCH):
        query = select(Blob).where(Blob.sha256.in_(wanted[start : start + BATCH]))
        for blob in db.session.scalars(query):
            state: Literal["stored", "erased"] = "erased" if blob.erased_at else "stored"
            found[blob.sha256] = Kept(blob.sha256, state, blob.media_type, blob.size, blob.stored_at)
    return found


@dataclass(frozen=True)
class Erased:
    """A tombstone: where bytes were erased, when, and the lead's reason that the legal office agreed to."""

    inspection: str
    sha256: str
    erased_at: datetime
    reason: str | None


def erased_of(inspection_ids: Sequence[str]) -> list[Erased]:
    """What was erased there: phones that hear of it drop their copies, and say so where the photo stood."""
    if not inspection_ids:
        return []
    query = (
        select(BlobInspection.inspection_id, BlobInspection.sha256, Blob.erased_at, Blob.erased_reason)
        .join(Blob, Blob.sha256 == BlobInspection.sha256)
        .where(BlobInspection.inspection_id.in_(inspection_ids), Blob.erased_at.is_not(None))
        .order_by(BlobInspection.inspection_id, BlobInspection.sha256)
    )
    rows = db.session.execute(query)
    return [Erased(key, sha256, at, why) for key, sha256, at, why in rows if at is not None]


def bytes_of(sha256: str) -> bytes:
    """The stored bytes, for documents; raises `not_found` when they never arrived, `evidence_erased`."""
    _require_stored(sha256)
    with blobs().open(sha256) as file:
        return file.read()


def file_for(actor: Actor, sha256: str) -> tuple[Path, str]:
    """File and media type of what the actor may see; raises `not_found`, `evidence_erased`."""
    if not sees_blob(actor, sha256):
        raise Problem("not_found")
    blob = _require_stored(sha256)
    return blobs().path(sha256), blob.media_type


def preview_for(actor: Actor, sha256: str, width: int) -> Path:
    """The preview's file; raises `not_found`, `evidence_erased`, `preview_unavailable`."""
    file_for(actor, sha256)
    made = preview_of(sha256, width)
    if made is None:
        raise Problem("preview_unavailable")
    return made


def _require_stored(sha256: str) -> Blob:
    blob = db.session.get(Blob, sha256)
    if blob is None:
        raise Problem("not_found")
    if blob.erased_at is not None:
        raise Problem("evidence_erased")
    return blob
