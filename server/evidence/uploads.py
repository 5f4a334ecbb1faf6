"""Use cases of an upload: announce it, take its bytes, finish it. tus 1.0 is how it is spoken (`routes.py`).

A file that comes whole in one request needs no row of its own: it becomes a blob at once, and its upload is known by
the blob's hash from then on. No transaction is open while bytes arrive: a phone on 2G must not hold the database.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from flask import current_app
from sqlalchemy import Table, bindparam, select, update

from server.evidence.incoming import Checksum, Intake, Source, asked_from, held, length_of, path_of
from server.evidence.kinds import kind_of
from server.evidence.models import Blob, BlobInspection, Upload
from server.evidence.sight import may_see, may_send
from server.platform.auth import Actor
from server.platform.blobs import blobs
from server.platform.clock import now
from server.platform.config import Settings
from server.platform.db import db, reading
from server.platform.errors import Problem
from server.platform.ids import new_id
from server.platform.once import upsert
from server.platform.prepared import Prepared

BLOBS = cast(Table, Blob.__table__)
USES = cast(Table, BlobInspection.__table__)
KEPT = timedelta(days=7)
"""How long a half-sent upload waits for its rest."""


@dataclass(frozen=True)
class Announced:
    """What a phone says before it sends: the inspection, the hash and size of the whole, what it calls the type."""

    inspection_id: str
    sha256: str
    size: int
    media_type: str


@dataclass(frozen=True)
class Standing:
    """Where an upload stands: its key in the address, how many of how many bytes, how long its rest is waited for.

    `expires_at` None: all of it is kept. A file may have no bytes at all, so their number alone does not tell.
    """

    key: str
    offset: int
    size: int
    expires_at: datetime | None = None

    @property
    def complete(self) -> bool:
        return self.expires_at is None


def _root() -> Path:
    settings: Settings = current_app.extensions["settings"]
    return settings.uploads_folder


def announce(actor: Actor, new: Announced) -> Standing:
    """Open an upload. Bytes that this inspection already has, or that were erased, are not asked for again.

    Raises `upload_too_large`, `not_found` when the person neither sees the inspection nor was ever on it.
    """
    settings: Settings = current_app.extensions["settings"]
    if new.size > settings.photo_bytes:
        raise Problem("upload_too_large", most=settings.photo_bytes // 1024 // 1024)
    with reading():
        if not may_send(actor, new.inspection_id):
            raise Problem("not_found")
        known = _HERE.first({"sha256": new.sha256, "inspection_id": new.inspection_id})
    if known is not None and (known.erased_at is not None or known.inspection_id is not None):
        return Standing(new.sha256, new.size, new.size)
    return Standing(new_id(), 0, new.size, now() + KEPT)


def take_whole(
    actor_id: str, standing: Standing, new: Announced, source: Source, checksum: Checksum | None
) -> Standing:
    """Take the body of the request that announced; without a body only note the upload.

    Raises `upload_too_long`, `upload_checksum_wrong`, `upload_hash_wrong`.
    """
    db.session.rollback()  # nothing is held while a phone sends
    path = path_of(_root(), standing.key)
    with held(path) as file:
        intake = Intake(file, new.size)
        try:
            length = intake.take(source, checksum)
            if length == new.size:
                _keep(intake, path, new)
                return Standing(new.sha256, new.size, new.size)
        except BaseException:
            path.unlink(missing_ok=True)  # nobody has heard this upload's address yet
            raise
    _clear_expired()
    db.session.add(
        Upload(
            id=standing.key,
            person_id=actor_id,
            inspection_id=new.inspection_id,
            sha256=new.sha256,
            size=new.size,
            media_type=new.media_type[:80],
            expires_at=standing.expires_at,
        )
    )
    return Standing(standing.key, length, new.size, standing.expires_at)


def standing_of(actor: Actor, key: str) -> Standing:
    """Where an upload stands; a finished one is known by its key and by its hash. Raises `upload_gone`."""
    if len(key) == 64:
        blob = db.session.get(Blob, key)
        if blob is None or not sees_blob(actor, key):
            raise Problem("upload_gone")
        return Standing(key, blob.size, blob.size)
    row = _mine(actor, key)
    if row.done:
        return Standing(key, row.size, row.size)
    return Standing(key, asked_from(length_of(path_of(_root(), key)), row.size), row.size, row.expires_at)


def append(actor: Actor, key: str, offset: int, source: Source, checksum: Checksum | None) -> Standing:
    """Take the next bytes of an upload; the last ones make it a blob.

    Raises `upload_gone`, `upload_locked`, `upload_offset_wrong` and what `take_whole` raises.
    """
    with reading():
        if len(key) == 64:
            raise Problem("upload_offset_wrong", offset=standing_of(actor, key).offset)
        row = _mine(actor, key)
    new = Announced(row.inspection_id, row.sha256, row.size, row.media_type)
    done = row.done
    expires_at: datetime | None = row.expires_at
    db.session.rollback()  # nothing is held while a phone sends
    path = path_of(_root(), key)
    if done:
        raise Problem("upload_offset_wrong", offset=new.size)
    with held(path) as file:
        intake = Intake(file, new.size)
        if intake.start != offset:
            raise Problem("upload_offset_wrong", offset=intake.start)
        length = intake.take(source, checksum)
        if length == new.size:
            _keep(intake, path, new)
            db.session.execute(update(Upload).where(Upload.id == key).values(done=True))
            expires_at = None
    return Standing(key, length, new.size, expires_at)


def abandon(actor: Actor, key: str) -> None:
    """Forget an upload and its bytes (tus termination); a finished one cannot be taken back. Raises `upload_gone`."""
    row = _mine(actor, key)
    if row.done:
        raise Problem("upload_gone")
    path_of(_root(), key).unlink(missing_ok=True)
    db.session.delete(row)


def sees_blob(actor: Actor, sha256: str) -> bool:
    """Whether the actor may see one of the inspections to which the bytes belong."""
    used = db.session.scalars(select(BlobInspection.inspection_id).where(BlobInspection.sha256 == sha256)).all()
    return any(may_see(actor, inspection_id) for inspection_id in used)


def _mine(actor: Actor, key: str) -> Upload:
    row = db.session.get(Upload, key)
    if row is None or row.person_id != actor.id or row.expires_at <= now():
        raise Problem("upload_gone")
    return row


def _clear_expired() -> None:
    """Forget a few uploads that nobody finished; the next announcement takes the next few."""
    for row in db.session.scalars(select(Upload).where(Upload.expires_at <= now()).limit(20)):
        path_of(_root(), row.id).unlink(missing_ok=True)
        db.session.delete(row)


def _keep(intake: Intake, path: Path, new: Announced) -> None:
    """Make the whole file a blob: hash, sync, move, and then say so in the database.

    The disk comes before the database, so that no transaction waits for it. What was erased does not come back.
    """
    sha256, head = intake.whole()
    if sha256 != new.sha256:
        path.unlink(missing_ok=True)
        raise Problem("upload_hash_wrong")
    blobs().adopt(path, sha256)
    row = {"sha256": sha256, "size": new.size, "media_type": kind_of(head, new.media_type), "stored_at": now()}
    if _noting.first(row | {"erased_at": None, "erased_reason": None}).erased_at is not None:
        blobs().erase(sha256)
        return
    _linking.run({"sha256": sha256, "inspection_id": new.inspection_id})


# Is it here, was it erased, did somebody send it for this inspection?
_HERE = Prepared(
    select(BLOBS.c.erased_at, USES.c.inspection_id)
    .outerjoin(USES, (USES.c.sha256 == BLOBS.c.sha256) & (USES.c.inspection_id == bindparam("inspection_id")))
    .where(BLOBS.c.sha256 == bindparam("sha256"))
)


@Prepared
def _noting(dialect_key: str) -> Any:
    """Note a blob, or find it noted, and tell when it was erased."""
    noting = upsert(Blob, dialect_key).on_conflict_do_update(index_elements=["sha256"], set_={"size": BLOBS.c.size})
    return noting.returning(BLOBS.c.erased_at)


@Prepared
def _linking(dialect_key: str) -> Any:
    """Note to which inspection it belongs."""
    return upsert(BlobInspection, dialect_key).on_conflict_do_nothing()
