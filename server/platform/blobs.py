"""Bytes known by their hash. Written once, synced to the disk with their folder, never altered."""

import os
import re
from pathlib import Path
from typing import BinaryIO, Protocol

from flask import current_app
from sqlalchemy import Select

_ID = re.compile(r"[0-9A-Za-z-]+")
NAMED: list[Select[str]] = []
"""What asks the database for the hashes of all bytes that have to be here, one statement of each stage that keeps any:
a backup that lacks one of them is none."""


def shard(root: Path, name: str) -> Path:
    """The one function that makes a path from an id: by its beginning into 256 folders, so that none grows large."""
    if not _ID.fullmatch(name):
        raise ValueError("not an id")
    return root.joinpath(name[:2], name)


def sync_folder(folder: Path) -> None:
    """Make renames in `folder` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class BlobStore(Protocol):
    """Where evidence lies. Files here; an S3-compatible store has the same five acts."""

    def adopt(self, file: Path, sha256: str) -> None: ...
    def open(self, sha256: str) -> BinaryIO: ...
    def has(self, sha256: str) -> bool: ...
    def size(self, sha256: str) -> int: ...
    def erase(self, sha256: str) -> None: ...


class FileBlobs:
    """Blobs as files under one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, sha256: str) -> Path:
        return shard(self.root, sha256)

    def adopt(self, file: Path, sha256: str) -> None:
        """Move a complete, hashed and synced file in. A second adoption of the same bytes changes nothing."""
        target = self.path(sha256)
        try:
            os.replace(file, target)
        except FileNotFoundError:
            self._make_folders()
            os.replace(file, target)
        sync_folder(target.parent)

    def _make_folders(self) -> None:
        """All 256 with the first blob: each made when it is needed would cost a sync more for every early photo."""
        for number in range(256):
            (self.root / f"{number:02x}").mkdir(parents=True, exist_ok=True, mode=0o700)
        sync_folder(self.root)
        sync_folder(self.root.parent)

    def open(self, sha256: str) -> BinaryIO:
        return self.path(sha256).open("rb")

    def has(self, sha256: str) -> bool:
        return self.path(sha256).is_file()

    def size(self, sha256: str) -> int:
        return self.path(sha256).stat().st_size

    def erase(self, sha256: str) -> None:
        """Remove the bytes; the tombstone is the business of the evidence stage."""
        path = self.path(sha256)
        path.unlink(missing_ok=True)
        if path.parent.exists():
            sync_folder(path.parent)


def blobs() -> FileBlobs:
    """The app's blob store."""
    store: FileBlobs = current_app.extensions["blobs"]
    return store
