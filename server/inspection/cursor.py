"""The cursor of a pull: which server, how far the person's tasks, how far each inspection, which checklists are there.

Opaque to the phone and small enough for an address: binary, one inspection takes 16 bytes and its count.
"""

import base64
import binascii
import uuid
from dataclasses import dataclass, field

from server.platform.errors import Problem

_VERSION = 1
_HASH_BYTES = 8


@dataclass
class Cursor:
    """`person` and `inspections` are feed counts; `checklists` the beginnings of hashes that were sent."""

    epoch: str
    person: int = 0
    inspections: dict[str, int] = field(default_factory=dict)
    checklists: set[str] = field(default_factory=set)

    def write(self) -> str:
        """The cursor as text for an address."""
        parts = [bytes([_VERSION]), uuid.UUID(self.epoch).bytes, _number(self.person), _number(len(self.checklists))]
        parts += [bytes.fromhex(start) for start in sorted(self.checklists)]
        for key, count in sorted(self.inspections.items()):
            parts += [uuid.UUID(key).bytes, _number(count)]
        return base64.urlsafe_b64encode(b"".join(parts)).rstrip(b"=").decode()

    def has_checklist(self, sha256: str) -> bool:
        return sha256[: 2 * _HASH_BYTES] in self.checklists

    def note_checklist(self, sha256: str) -> None:
        self.checklists.add(sha256[: 2 * _HASH_BYTES])


def read_cursor(text: str, epoch: str) -> Cursor:
    """The cursor behind the text; a fresh one for no text and for one of another epoch (a restored server).

    Raises `cursor_unreadable`.
    """
    if not text:
        return Cursor(epoch)
    try:
        reader = _Reader(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
        cursor = reader.cursor()
    except (binascii.Error, ValueError, IndexError) as error:
        raise Problem("cursor_unreadable") from error
    return cursor if cursor.epoch == epoch else Cursor(epoch)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def cursor(self) -> Cursor:
        if self.take(1)[0] != _VERSION:
            raise ValueError("another version")
        cursor = Cursor(str(uuid.UUID(bytes=self.take(16))), self.number())
        cursor.checklists = {self.take(_HASH_BYTES).hex() for _ in range(self.number())}
        while self.at < len(self.data):
            key = str(uuid.UUID(bytes=self.take(16)))
            cursor.inspections[key] = self.number()
        return cursor

    def take(self, count: int) -> bytes:
        piece = self.data[self.at : self.at + count]
        if len(piece) < count:
            raise ValueError("cut")
        self.at += count
        return piece

    def number(self) -> int:
        """An unsigned LEB128 number of 63 bits at most: no database counts further."""
        value = shift = 0
        while shift < 63:
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7
        raise ValueError("no count")


def _number(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
