"""Bytes on their way in: one file per upload, appended under a lock, hashed, synced, and only then a blob.

The file's length is the upload's offset. What a cut connection brought stays; a chunk whose checksum fails is taken
back. Nothing is believed before the whole file has the promised hash.
"""

import base64
import binascii
import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from werkzeug.exceptions import ClientDisconnected

from server.evidence.kinds import SNIFFED
from server.platform.blobs import shard
from server.platform.errors import Problem

PIECE = 64 * 1024
"""What a line may lose when it breaks: less than this is not on the disk yet."""
CHECKSUMS = ("sha1", "sha256")
"""tus 1.0 asks for sha1 at least."""


class Source(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class Checksum:
    """The Upload-Checksum header of a chunk."""

    algorithm: str
    digest: bytes


def read_checksum(header: str | None) -> Checksum | None:
    """Read "sha1 base64"; raises `upload_checksum_unknown` for an algorithm or form we do not know."""
    if header is None:
        return None
    algorithm, _, text = header.strip().partition(" ")
    try:
        digest = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise Problem("upload_checksum_unknown") from error
    if algorithm not in CHECKSUMS or not digest:
        raise Problem("upload_checksum_unknown")
    return Checksum(algorithm, digest)


def path_of(root: Path, upload_id: str) -> Path:
    """Where an upload's bytes gather."""
    return shard(root, upload_id)


@contextmanager
def held(path: Path) -> Iterator[BinaryIO]:
    """The upload's file, ours alone in every process; raises `upload_locked` when somebody else writes to it."""
    with _opened(path) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Problem("upload_locked") from error
        yield file


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("ab+")
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("ab+")


def length_of(path: Path) -> int:
    """How many bytes have arrived; 0 when none."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def asked_from(length: int, size: int) -> int:
    """Where the next bytes of an upload that is not yet a blob begin.

    All of them may be here and still no blob: the server died, or its disk was full, between the last byte and the
    blob. Whoever heard that offset would take the photo for kept, so the last byte is asked for again.
    """
    return min(length, max(size - 1, 0))


class Intake:
    """Appends one request's bytes to an upload's file, from where `asked_from` says."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self.file = file
        self.size = size
        length = file.seek(0, os.SEEK_END)
        self.start = asked_from(length, size)
        if length > self.start:
            self._take_back()
        self.digest = hashlib.sha256()
        self.head = b""

    def take(self, source: Source, checksum: Checksum | None) -> int:
        """Append what comes, up to the upload's size; returns the new length of the file.

        Raises `upload_too_long` when more comes than was announced, `upload_checksum_wrong` when the chunk is not
        what its sender meant; then, and when a chunk with a checksum is cut, nothing of it stays.
        """
        proof = hashlib.new(checksum.algorithm) if checksum else None
        room = self.size - self.start
        try:
            for piece in _pieces(source):
                room -= len(piece)
                if room < 0:
                    raise Problem("upload_too_long")
                self.file.write(piece)
                self.digest.update(piece)
                self.head = self.head if len(self.head) >= SNIFFED else self.head + piece[:SNIFFED]
                if proof:
                    proof.update(piece)
            if checksum and proof and proof.digest() != checksum.digest:
                raise Problem("upload_checksum_wrong")
        except Problem:
            self._take_back()
            raise
        except (ClientDisconnected, OSError):
            if checksum:
                self._take_back()
            raise
        finally:
            self.file.flush()
        return self.file.tell()

    def _take_back(self) -> None:
        self.file.truncate(self.start)
        self.file.seek(0, os.SEEK_END)

    def whole(self) -> tuple[str, bytes]:
        """SHA-256 and first bytes of the whole file, synced to the disk."""
        os.fsync(self.file.fileno())
        if self.start == 0:
            return self.digest.hexdigest(), self.head
        self.file.seek(0)
        digest = hashlib.sha256()
        head = b""
        for piece in _pieces(self.file):
            head = head or piece[:SNIFFED]
            digest.update(piece)
        return digest.hexdigest(), head


def _pieces(source: Source) -> Iterator[bytes]:
    while piece := source.read(PIECE):
        yield piece
