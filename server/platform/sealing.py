"""Files that lie outside the instance, sealed: what is carried away with a backup disk opens for nobody else.

AES-256-GCM in pieces of 1 MiB (the STREAM construction): each piece has its number and whether it is the last in its
nonce, and the file's place in the backup as associated data, so that no piece can be changed, dropped, moved, or taken
from another file. Layout: eight letters, eight bytes of the key's id, seven bytes of nonce, then the pieces.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from server.platform.letters import as_read, base32, check_letters, grouped, unbase32

MAGIC = b"SUICHAB1"
PIECE = 1024 * 1024
TAG = 16


class NotSealed(Exception):
    """The file is none of ours, was changed, or is sealed with another key. The text says which."""


@dataclass(frozen=True)
class SealingKey:
    """32 bytes, and the number by which a backup says which key it wants."""

    secret: bytes

    @property
    def id(self) -> str:
        return hashlib.sha256(b"suicha backup key" + self.secret).hexdigest()[:16]

    @property
    def text(self) -> str:
        """As it is written down and locked away: 52 letters and two check letters, in groups of four."""
        return grouped(base32(self.secret) + check_letters(self.secret))


def new_key() -> SealingKey:
    return SealingKey(os.urandom(32))


def read_key(text: str) -> SealingKey:
    """The key that was written down; case, spaces and hyphens are forgiven. Raises NotSealed for one misread."""
    letters = as_read(text, 54)
    if letters is None:
        raise NotSealed("备份密钥应为 54 个字母和数字")
    key = SealingKey(unbase32(letters, 32))
    if key.text != grouped(letters):
        raise NotSealed("备份密钥抄错了：校验字母不符")
    return key


def seal(source: Path, target: Path, key: SealingKey, place: str) -> str:
    """Write `source` sealed to `target`, synced; returns the SHA-256 of what was sealed."""
    nonce, box, digest = os.urandom(7), AESGCM(key.secret), hashlib.sha256()
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with source.open("rb") as plain, os.fdopen(handle, "wb") as out:
        out.write(MAGIC + bytes.fromhex(key.id) + nonce)
        for number, piece, last in _numbered(plain, PIECE):
            digest.update(piece)
            out.write(box.encrypt(_nonce(nonce, number, last), piece, place.encode()))
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest()


def unseal(source: Path, key: SealingKey, place: str) -> Iterator[bytes]:
    """What was sealed, piece by piece. Raises NotSealed."""
    with source.open("rb") as file:
        head = file.read(len(MAGIC) + 15)
        if len(head) < len(MAGIC) + 15 or not head.startswith(MAGIC):
            raise NotSealed(f"{source} 已损坏")
        if head[8:16].hex() != key.id:
            raise NotSealed(f"{source} 用密钥 {head[8:16].hex()} 加密，不是 {key.id}")
        box = AESGCM(key.secret)
        for number, piece, last in _numbered(file, PIECE + TAG):
            try:
                yield box.decrypt(_nonce(head[16:], number, last), piece, place.encode())
            except InvalidTag as error:
                raise NotSealed(f"{source} 已损坏") from error


def _numbered(file: BinaryIO, size: int) -> Iterator[tuple[int, bytes, bool]]:
    """Pieces with their number and whether they are the last; an empty file has one, empty."""
    number, piece = 0, file.read(size)
    while True:
        following = file.read(size)
        yield number, piece, not following
        if not following:
            return
        number, piece = number + 1, following


def _nonce(start: bytes, number: int, last: bool) -> bytes:
    return start + number.to_bytes(4, "big") + bytes([last])
