"""Backup and restore of one installation: database, blobs and keys, together, sealed, and read back before they count.

Each backup is a folder that is whole by itself: `flask backup create /backup` writes `/backup/<time>/`. The database
comes first and the blobs after it, because a blob is always stored before the row that names it; so both may be in
use meanwhile. Blobs are never altered, so one that the backup before has under the same key is linked, not copied: old
backups can be removed by age, and what was erased leaves with the last backup that had it. Phones forget only what a
verified backup holds.
"""

import hashlib
import hmac
import json
import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from flask import current_app

from server.core.canonical import canonical
from server.platform import backup_database
from server.platform.backup_database import SQLITE_FILE, BackupFailed
from server.platform.backup_files import digest_of, files_in, open_to, seal_blobs, seal_keys, sync_tree
from server.platform.backup_keys import current_key, key_for
from server.platform.backup_record import RESTORED, BackupRecord
from server.platform.blobs import sync_folder
from server.platform.clock import iso, now, parse_iso
from server.platform.config import Settings
from server.platform.db import db, transaction
from server.platform.ids import new_id
from server.platform.installation import installation
from server.platform.sealing import NotSealed, SealingKey, seal, unseal
from server.platform.trail import record

__all__ = [
    "BackupFailed",
    "Manifest",
    "drill",
    "make_backup",
    "newest",
    "open_manifest",
    "restore_backup",
    "verify_backup",
]


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself, in the open. `key` is the number of the key it is sealed with; `mac` binds all of
    it to that key; `tables` counts the rows in the dump, `revision` is its schema's."""

    snapshot_at: str
    key: str
    database: str
    database_sha256: str
    tables: dict[str, int]
    blobs: int
    keys: list[str] = field(default_factory=list)
    mac: str = ""
    revision: str = ""

    @property
    def rows(self) -> int:
        return sum(self.tables.values())

    def mac_under(self, key: SealingKey) -> str:
        body = {name: value for name, value in asdict(self).items() if name != "mac"}
        if not self.revision:  # backups of earlier programs name none
            del body["revision"]
        return hmac.new(key.secret, canonical(body), hashlib.sha256).hexdigest()


def make_backup(target: Path) -> tuple[Path, Manifest]:
    """Write a new backup under `target`, read it back, and note it. Raises BackupFailed; then nothing is noted."""
    at, key = now(), current_key()
    folder = target / f"{at:%Y%m%dT%H%M%S}{at.microsecond // 1000:03d}Z"
    before = _linkable(newest(target), key)
    try:
        (folder / "blobs").mkdir(parents=True, mode=0o700)
    except FileExistsError as error:
        raise BackupFailed(f"{folder} 已经存在") from error
    try:
        manifest = _fill(folder, at, before, key)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)  # or the next one finds even less room
        raise
    with transaction():
        rows, blobs = manifest.rows, manifest.blobs
        db.session.add(BackupRecord(name=folder.name, snapshot_at=at, verified_at=now(), rows=rows, blobs=blobs))
        record("backup.verified", "backup", folder.name, key=key.id, rows=rows, blobs=blobs)
    return folder, manifest


def _fill(folder: Path, at: datetime, before: Path | None, key: SealingKey) -> Manifest:
    """Write all of a backup, read it back, and sync it; the manifest comes last."""
    settings: Settings = current_app.extensions["settings"]
    name = backup_database.file_of(settings)
    with _workroom(settings) as room:
        dumped = backup_database.dump(settings, room / name)
        digest = seal(room / name, folder / name, key, f"{at.isoformat()}/{name}")
    blobs, read = seal_blobs(settings.blobs_folder, folder / "blobs", before, key)
    missing = dumped.named - blobs
    if missing and (missing := missing & backup_database.named_here()):  # but for what was erased meanwhile
        raise BackupFailed(f"数据库所记的文件缺 {len(missing)} 件：{'、'.join(sorted(missing)[:5])}")
    keys = seal_keys(settings.keys_folder, folder / "keys", key)
    manifest = Manifest(at.isoformat(), key.id, name, digest, dumped.tables, len(blobs), keys, revision=dumped.revision)
    manifest = Manifest(**asdict(manifest) | {"mac": manifest.mac_under(key)})
    verify_contents(folder, manifest, key, read)
    fresh = folder / "manifest.part"
    with fresh.open("w", encoding="utf-8") as file:
        file.write(json.dumps(asdict(manifest), indent=1) + "\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, folder / "manifest.json")
    sync_tree(folder)
    return manifest


def verify_backup(folder: Path, given: SealingKey | None = None) -> Manifest:
    """Read a whole backup again: the database's hash and structure, every blob's hash. Raises BackupFailed."""
    manifest, key = open_manifest(folder, given)
    verify_contents(folder, manifest, key)
    return manifest


def open_manifest(folder: Path, given: SealingKey | None = None) -> tuple[Manifest, SealingKey]:
    """What a backup says of itself, and the key that opens it; nothing else is read. Raises BackupFailed."""
    try:
        manifest = Manifest(**json.loads((folder / "manifest.json").read_text("utf-8")))
        key = key_for(manifest.key, given)
    except (OSError, ValueError, TypeError) as error:
        raise BackupFailed(f"{folder} 不是一份完整的备份：清单读不出来") from error
    except NotSealed as error:
        raise BackupFailed(str(error)) from error
    if not hmac.compare_digest(manifest.mac, manifest.mac_under(key)):
        raise BackupFailed(f"{folder} 的清单被改动过")
    return manifest, key


def verify_contents(folder: Path, manifest: Manifest, key: SealingKey, read: Collection[str] = ()) -> None:
    """Open everything once, but for the blobs that were `read` just now. Raises BackupFailed."""
    settings: Settings = current_app.extensions["settings"]
    with _workroom(settings) as room:
        database = _database_to(folder, manifest, key, room)
        if manifest.database == SQLITE_FILE and backup_database.sqlite_counts(database) != manifest.tables:
            raise BackupFailed(f"{folder / manifest.database} 的行数与备份时不符")
    blobs = 0
    for path in files_in(folder / "blobs"):
        if path.name not in read and digest_of(unseal(path, key, f"blobs/{path.name}")) != path.name:
            raise BackupFailed(f"{path} 已损坏")
        blobs += 1
    if blobs != manifest.blobs:
        raise BackupFailed(f"{folder} 里的文件应有 {manifest.blobs} 件，实有 {blobs} 件")
    for name in manifest.keys:
        digest_of(unseal(folder / "keys" / name, key, f"keys/{name}"))


def restore_backup(folder: Path, given: SealingKey | None = None) -> Manifest:
    """Put a verified backup into a new, empty instance. Raises BackupFailed when the instance has data.

    The installation gets a new epoch, so that phones offer again all they still hold; the trail says up to when the
    backup goes, for the desk of the office (`server.accounts.restores`). Until that is done a mark lies in
    the instance, with which no server starts: half a restore under the old epoch would lose what phones still have.
    """
    settings: Settings = current_app.extensions["settings"]
    manifest, key = open_manifest(folder, given)
    verify_contents(folder, manifest, key)
    if backup_database.file_of(settings) != manifest.database:
        raise BackupFailed("备份的数据库种类与 SUICHA_DATABASE_URL 不同")
    if not backup_database.knows(manifest.revision):
        raise BackupFailed(f"备份来自更新版本的程序（{manifest.revision}），请先更新本机程序")
    if not backup_database.is_empty(settings) or any(files_in(settings.blobs_folder)):
        raise BackupFailed(f"{settings.instance} 或数据库里已有数据，只能恢复到空的实例目录和空的数据库")
    settings.instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    with suppress(PermissionError):  # a folder made beforehand, and given to us by its owner
        settings.instance.chmod(0o700)
    settings.restoring.touch()
    sync_folder(settings.instance)
    for path in files_in(folder / "blobs"):
        open_to(path, settings.blobs_folder / path.relative_to(folder / "blobs"), key, f"blobs/{path.name}")
    for name in manifest.keys:
        (settings.keys_folder / name).unlink(missing_ok=True)
        open_to(folder / "keys" / name, settings.keys_folder / name, key, f"keys/{name}")
    with _workroom(settings) as room:
        backup_database.restore(settings, _database_to(folder, manifest, key, room))
    sync_tree(settings.instance)
    with transaction():
        installation().epoch = new_id()
        until = iso(parse_iso(manifest.snapshot_at))
        record(RESTORED, "backup", folder.name, snapshot_at=until, rows=manifest.rows, blobs=manifest.blobs)
    settings.restoring.unlink()
    return manifest


def drill(manifest: Manifest) -> list[str]:
    """Compare this installation, just restored, with what its backup counted; the sentences name what differs."""
    settings: Settings = current_app.extensions["settings"]
    here = backup_database.counts_here()
    here["trail"] -= 1  # the restore itself is on the trail
    faults = [
        f"{name}：应有 {manifest.tables.get(name, 0)} 行，实有 {here.get(name, 0)} 行"
        for name in sorted(here.keys() | manifest.tables.keys())
        if here.get(name, 0) != manifest.tables.get(name, 0)
    ]
    stored = list(files_in(settings.blobs_folder))
    faults += [f"{path.name}：已损坏" for path in stored if hashlib.sha256(path.read_bytes()).hexdigest() != path.name]
    if len(stored) != manifest.blobs:
        faults.append(f"文件应有 {manifest.blobs} 件，实有 {len(stored)} 件")
    return faults


def newest(target: Path) -> Path | None:
    """The last complete backup under `target`."""
    complete = [path.parent for path in target.glob("*/manifest.json")]
    return max(complete, key=lambda path: path.name, default=None)


@contextmanager
def _workroom(settings: Settings) -> Iterator[Path]:
    """A folder for what is open only for a moment; nothing of it ever lies on the backup's disk."""
    settings.instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(prefix="backup-", dir=settings.instance) as name:
        yield Path(name)


def _linkable(before: Path | None, key: SealingKey) -> Path | None:
    """The blobs of the backup before, if it says that they are sealed with the key of today."""
    if before is None:
        return None
    try:
        sealed_with = json.loads((before / "manifest.json").read_text("utf-8")).get("key")
    except (ValueError, AttributeError):
        return None
    return before / "blobs" if sealed_with == key.id else None


def _database_to(folder: Path, manifest: Manifest, key: SealingKey, room: Path) -> Path:
    target = room / manifest.database
    place = f"{manifest.snapshot_at}/{manifest.database}"
    try:
        digest = open_to(folder / manifest.database, target, key, place)
    except (BackupFailed, OSError):
        digest = ""
    if digest != manifest.database_sha256:
        raise BackupFailed(f"{folder / manifest.database} 与备份时写下的不一致")
    return target
