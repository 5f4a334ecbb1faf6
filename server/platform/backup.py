"""Backup and restore of one installation: database, blobs and keys, together and read back before they count.

Each backup is a folder that is whole by itself: `flask backup make /backup` writes `/backup/<time>/`. The database
comes first and the blobs after it, because a blob is always stored before the row that names it; so both may be in
use meanwhile. Blobs are never altered, so one that the backup before has is linked, not copied: old backups can be
removed by age, and what was erased leaves with the last backup that had it. Phones forget only what a verified backup
holds.
"""

import hashlib
import json
import os
import shutil
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

import pysqlite3.dbapi2 as sqlite
from flask import current_app
from sqlalchemy.engine import make_url

from server.platform.backup_record import BackupRecord
from server.platform.blobs import sync_folder
from server.platform.clock import now
from server.platform.config import Settings
from server.platform.db import db, transaction
from server.platform.ids import new_id
from server.platform.installation import installation
from server.platform.trail import record

CHUNK = 1024 * 1024
SQLITE_FILE, POSTGRES_FILE = "suicha.db", "suicha.dump"


class BackupFailed(Exception):
    """The backup cannot be made, or is not whole. The text says what is wrong."""


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself. `database` is the file's name, `rows` counts all its rows (0 for PostgreSQL's)."""

    snapshot_at: str
    database: str
    database_sha256: str
    rows: int
    blobs: int


def make_backup(target: Path) -> tuple[Path, Manifest]:
    """Write a new backup under `target`, read it back, and note it. Raises BackupFailed; then nothing is noted."""
    settings: Settings = current_app.extensions["settings"]
    at = now()
    folder = target / f"{at:%Y%m%dT%H%M%S}{at.microsecond // 1000:03d}Z"
    before = newest(target)
    try:
        (folder / "blobs").mkdir(parents=True, mode=0o700)
    except FileExistsError as error:
        raise BackupFailed(f"{folder} is there already") from error
    database = _dump(settings, folder)
    _copy_blobs(settings.blobs_folder, folder / "blobs", before / "blobs" if before else None)
    shutil.copytree(settings.keys_folder, folder / "keys")
    rows = _count_rows(database) if database.name == SQLITE_FILE else 0
    manifest = Manifest(at.isoformat(), database.name, _digest(database), rows, _verify_blobs(folder / "blobs"))
    (folder / "manifest.json").write_text(json.dumps(asdict(manifest), indent=1) + "\n", "utf-8")
    sync_folder(folder)
    with transaction():
        db.session.add(
            BackupRecord(name=folder.name, snapshot_at=at, verified_at=now(), rows=rows, blobs=manifest.blobs)
        )
        record("backup.verified", "backup", folder.name, rows=rows, blobs=manifest.blobs)
    return folder, manifest


def verify_backup(folder: Path) -> Manifest:
    """Read a whole backup again: the database's hash and structure, every blob's hash. Raises BackupFailed."""
    try:
        manifest = Manifest(**json.loads((folder / "manifest.json").read_text("utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise BackupFailed(f"{folder} is not a complete backup: its manifest cannot be read") from error
    database = folder / manifest.database
    if not database.is_file() or _digest(database) != manifest.database_sha256:
        raise BackupFailed(f"{database} is not what was written")
    if database.name == SQLITE_FILE and _count_rows(database) != manifest.rows:
        raise BackupFailed(f"{database} has not the rows it had")
    blobs = _verify_blobs(folder / "blobs")
    if blobs != manifest.blobs:
        raise BackupFailed(f"{folder} has {blobs} blobs instead of {manifest.blobs}")
    return manifest


def restore_backup(folder: Path) -> Manifest:
    """Put a verified backup into a new, empty instance. Raises BackupFailed when the instance has data.

    The installation gets a new epoch, so that phones offer again all they still hold.
    """
    settings: Settings = current_app.extensions["settings"]
    manifest = verify_backup(folder)
    if (settings.instance / SQLITE_FILE).exists() or any(settings.blobs_folder.glob("*")):
        raise BackupFailed(f"{settings.instance} has data already; restore into an empty instance folder")
    if settings.is_sqlite != (manifest.database == SQLITE_FILE):
        raise BackupFailed("the backup is of another kind of database than SUICHA_DATABASE_URL names")
    settings.instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    _copy_blobs(folder / "blobs", settings.blobs_folder, None)
    shutil.copytree(folder / "keys", settings.keys_folder, dirs_exist_ok=True)
    if settings.is_sqlite:
        _copy(folder / SQLITE_FILE, settings.instance / SQLITE_FILE)
        sync_folder(settings.instance)
    else:
        words = ["pg_restore", "--exit-on-error", "--no-owner", "--single-transaction"]
        _postgres([*words, "--dbname", _libpq(settings.database_url), str(folder / POSTGRES_FILE)])
    with transaction():
        installation().epoch = new_id()
        record("backup.restored", "backup", folder.name, rows=manifest.rows, blobs=manifest.blobs)
    return manifest


def newest(target: Path) -> Path | None:
    """The last complete backup under `target`."""
    complete = [path.parent for path in target.glob("*/manifest.json")]
    return max(complete, key=lambda path: path.name, default=None)


def _dump(settings: Settings, folder: Path) -> Path:
    """A consistent copy of the database while it is in use."""
    if not settings.is_sqlite:
        target = folder / POSTGRES_FILE
        _postgres(["pg_dump", "--format=custom", "--file", str(target), "--dbname", _libpq(settings.database_url)])
        return target
    target = folder / SQLITE_FILE
    source = make_url(settings.database_url).database or ""
    connection = sqlite.connect(source)
    try:
        connection.execute("VACUUM INTO ?", [str(target)])
    finally:
        connection.close()
    _sync(target)
    return target


def _libpq(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _postgres(words: list[str]) -> None:
    """Run one of PostgreSQL's own programs, which have to be as new as the server."""
    if shutil.which(words[0]) is None:
        raise BackupFailed(f"{words[0]} is missing: install PostgreSQL's client programs")
    done = subprocess.run(words, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise BackupFailed(f"{words[0]}: {done.stderr.strip()}")


def _count_rows(database: Path) -> int:
    connection = sqlite.connect(database)
    try:
        if connection.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise BackupFailed(f"{database} is damaged")
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        return sum(connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for (name,) in tables.fetchall())
    except sqlite.DatabaseError as error:
        raise BackupFailed(f"{database} is damaged") from error
    finally:
        connection.close()


def _copy_blobs(source: Path, target: Path, before: Path | None) -> None:
    for path in sorted(path for path in source.rglob("*") if path.is_file()):
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        known = before / path.relative_to(source) if before else None
        if known is None or not known.is_file() or not _link(known, place):
            _copy(path, place)


def _link(known: Path, place: Path) -> bool:
    try:
        os.link(known, place)
    except OSError:  # another disk, or one without links
        return False
    return True


def _copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
    target.chmod(0o600)
    _sync(target)


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _verify_blobs(folder: Path) -> int:
    """Read every blob; its name must be its hash. Returns how many there are. Raises BackupFailed."""
    count = 0
    for path in (path for path in folder.rglob("*") if path.is_file()):
        if _digest(path) != path.name:
            raise BackupFailed(f"{path} is damaged")
        count += 1
    return count


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
