"""The keys that backups are sealed with: `<instance>/keys/backup.key`, and earlier ones beside it.

Each is one line, the 54 letters and digits that are also written down and locked away: without them a backup is of no
use.
"""

import os
from pathlib import Path

from flask import current_app

from server.platform.clock import now
from server.platform.config import Settings
from server.platform.db import transaction
from server.platform.sealing import NotSealed, SealingKey, new_key, read_key
from server.platform.trail import record

CURRENT = "backup.key"


def _folder() -> Path:
    settings: Settings = current_app.extensions["settings"]
    return settings.keys_folder


def current_key() -> SealingKey:
    """The key for the next backup; made when there is none."""
    path = _folder() / CURRENT
    if not path.exists():
        _write(path, new_key())
    return read_key(path.read_text("ascii"))


def rotate_key() -> SealingKey:
    """A new key for the backups from now on; the old one stays, under its date and number, for those it sealed."""
    old = current_key()
    (_folder() / CURRENT).rename(_folder() / f"backup-{now():%Y%m%dT%H%M%SZ}-{old.id}.key")
    key = current_key()
    with transaction():
        record("backup_key.rotated", "backup", key.id, before=old.id)
    return key


def key_for(key_id: str, given: SealingKey | None) -> SealingKey:
    """The key of that number: the one that was given, else one that lies here. Raises NotSealed."""
    known = [given] if given else [read_key(path.read_text("ascii")) for path in _folder().glob("backup*.key")]
    for key in known:
        if key is not None and key.id == key_id:
            return key
    raise NotSealed(f"这份备份要用编号 {key_id} 的密钥，本机没有，请用 --key-file 给出")


def _write(path: Path, key: SealingKey) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(key.text + "\n")
        file.flush()
        os.fsync(file.fileno())
