"""The files of a backup: blobs and keys sealed or linked, opened again, and synced with their names."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from server.platform.backup_database import BackupFailed
from server.platform.blobs import sync_folder
from server.platform.sealing import NotSealed, SealingKey, seal, unseal


def seal_blobs(source: Path, target: Path, before: Path | None, key: SealingKey) -> tuple[set[str], set[str]]:
    """Returns the names of all, and of those that are links: these were read, so that damage in an old backup does not
    go over into the next."""
    names: set[str] = set()
    read: set[str] = set()
    for path in files_in(source):
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        known = before / path.relative_to(source) if before else None
        if known is not None and _is_whole(known, key) and _link(known, place):
            read.add(path.name)
        else:
            try:
                seal(path, place, key, f"blobs/{path.name}")
            except FileNotFoundError:  # erased meanwhile
                place.unlink(missing_ok=True)
                continue
        names.add(path.name)
    return names, read


def _is_whole(sealed: Path, key: SealingKey) -> bool:
    try:
        return digest_of(unseal(sealed, key, f"blobs/{sealed.name}")) == sealed.name
    except (BackupFailed, OSError):
        return False


def seal_keys(source: Path, target: Path, key: SealingKey) -> list[str]:
    """Returns the names of all."""
    target.mkdir(mode=0o700)
    names = [path.name for path in files_in(source)]
    for name in names:
        seal(source / name, target / name, key, f"keys/{name}")
    return names


def _link(known: Path, place: Path) -> bool:
    try:
        os.link(known, place)
    except OSError:  # another disk, or one without links
        return False
    return True


def open_to(source: Path, target: Path, key: SealingKey, place: str) -> str:
    """Write what was sealed, synced; returns its SHA-256."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest = hashlib.sha256()
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        for piece in _pieces(unseal(source, key, place)):
            digest.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def digest_of(pieces: Iterator[bytes]) -> str:
    """The SHA-256 of what was sealed. Raises BackupFailed."""
    digest = hashlib.sha256()
    for piece in _pieces(pieces):
        digest.update(piece)
    return digest.hexdigest()


def _pieces(sealed: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from sealed
    except FileNotFoundError as error:
        raise BackupFailed(f"{error.filename} 不见了") from error
    except NotSealed as error:
        raise BackupFailed(str(error)) from error


def sync_tree(folder: Path) -> None:
    """Make all names under a folder survive a power cut; what the files hold is synced already."""
    for path in folder.rglob("*"):
        if path.is_dir():
            sync_folder(path)
    sync_folder(folder)


def files_in(folder: Path) -> list[Path]:
    """All files under a folder, in order."""
    return sorted(path for path in folder.rglob("*") if path.is_file())
