"""Files that carry what push and pull carry, where no line reaches: sealed for one reader, signed by their sender.

The byte format is `pwa/src/vault/packet.ts`'s, to the letter; its first comment describes it. What is read here comes
from a stranger's memory stick: nothing is believed before the sender's signature over the header holds, nothing is
held in memory but one part, and no name in the file ever becomes a path.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from werkzeug.exceptions import ClientDisconnected

from server.core.canonical import NotCanonical, canonical
from server.platform.errors import Problem
from server.platform.keys import Jwk, b64url, load_jwk, public_jwk, unb64url, verify

MAGIC = b"SUICHA\x01"
INFO = "suicha packet v1:"
BUREAU = "server"
LONGEST_HEADER = 4_000_000
SEAL = 28
"""Bytes that sealing adds to a part: 12 of IV, 16 of tag."""


class Source(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class Packet:
    """A file whose header was read and whose signature holds. `digest` is the header's; `parts` come once, in order."""

    kind: str
    sender: str
    at: str
    digest: str
    lengths: Sequence[int]
    parts: Iterator[bytes]


def write_packet(
    sign: Callable[[bytes], str], to: str, reader: Jwk, at: str, kind: str, parts: Sequence[bytes]
) -> bytes:
    """The bureau's file for one device. `sign` gives base64url r‖s with the bureau's key."""
    own, salt = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
    key = _key(own, load_jwk(reader), salt, to)
    sealed = [_sealed(key, number, part) for number, part in enumerate(parts)]
    body: dict[str, Any] = {
        "v": 1,
        "kind": kind,
        "from": BUREAU,
        "to": to,
        "at": at,
        "epk": public_jwk(own.public_key()),
        "salt": b64url(salt),
        "parts": [{"length": len(part), "sha256": hashlib.sha256(part).hexdigest()} for part in sealed],
    }
    header = canonical(body | {"signature": sign(canonical(body))})
    return b"".join((MAGIC, len(header).to_bytes(4, "big"), header, *sealed))


def open_packet(
    source: Source,
    size: int | None,
    own: ec.EllipticCurvePrivateKey,
    sender: Callable[[str], Jwk | None],
    most: Callable[[int], int],
) -> Packet:
    """Read a phone's file as it comes in. `size` is its length where that is known, `most(n)` the longest part n.

    Raises `packet_unreadable`, `packet_newer`, `packet_not_for_us`, `packet_sender_unknown`, `packet_damaged`,
    `packet_cut`, `packet_too_large`, all before any part is read. A part raises `packet_damaged` (the next one can
    still be read), `packet_other_key`, or `packet_cut`.
    """
    head = source.read(len(MAGIC) + 4)
    if not head.startswith(MAGIC) or len(head) < len(MAGIC) + 4:
        raise Problem("packet_unreadable")
    length = int.from_bytes(head[len(MAGIC) :], "big")
    if length > LONGEST_HEADER:
        raise Problem("packet_damaged")
    raw = _exactly(source, length)
    header = _header(raw)
    if header["to"] != BUREAU:
        raise Problem("packet_not_for_us")
    _check_signature(header, sender(header["from"]))
    told = header["parts"]
    total = len(head) + length + sum(part["length"] for part in told)
    if any(part["length"] > most(number) + SEAL for number, part in enumerate(told)):
        raise Problem("packet_too_large")
    if size is not None and size != total:
        raise Problem("packet_cut" if size < total else "packet_damaged")
    parts = _Parts(source, told, _agreed(own, header))
    digest = hashlib.sha256(raw).hexdigest()
    return Packet(header["kind"], header["from"], header["at"], digest, [part["length"] for part in told], parts)


def _header(raw: bytes) -> dict[str, Any]:
    try:
        header = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Problem("packet_unreadable") from error
    if isinstance(header, dict) and header.get("v") not in (None, 1):
        raise Problem("packet_newer")
    if not _is_header(header):
        raise Problem("packet_unreadable")
    return dict(header)


_TEXTS = ("kind", "from", "to", "at", "salt", "signature")


def _is_header(header: Any) -> bool:
    return (
        isinstance(header, dict)
        and header.get("v") == 1
        and all(isinstance(header.get(name), str) and len(header[name]) <= 200 for name in _TEXTS)
        and isinstance(header.get("epk"), dict)
        and isinstance(header.get("parts"), list)
        and len(header["parts"]) > 0
        and all(_is_part(part) for part in header["parts"])
    )


def _is_part(part: Any) -> bool:
    if not isinstance(part, dict) or not isinstance(part.get("sha256"), str):
        return False
    length = part.get("length")
    return type(length) is int and SEAL <= length < 2**40


def _check_signature(header: Mapping[str, Any], jwk: Jwk | None) -> None:
    if jwk is None:
        raise Problem("packet_sender_unknown")
    body = {name: member for name, member in header.items() if name != "signature"}
    try:
        right = verify(jwk, canonical(body), header["signature"])
    except NotCanonical:
        right = False
    if not right:
        raise Problem("packet_damaged")


def _agreed(own: ec.EllipticCurvePrivateKey, header: Mapping[str, Any]) -> AESGCM:
    try:
        return _key(own, load_jwk(header["epk"]), unb64url(header["salt"]), BUREAU)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Problem("packet_unreadable") from error


def _key(own: ec.EllipticCurvePrivateKey, other: ec.EllipticCurvePublicKey, salt: bytes, to: str) -> AESGCM:
    shared = own.exchange(ec.ECDH(), other)
    return AESGCM(HKDF(hashes.SHA256(), 32, salt, f"{INFO}{to}".encode()).derive(shared))


def _sealed(key: AESGCM, number: int, part: bytes) -> bytes:
    iv = os.urandom(12)
    return iv + key.encrypt(iv, part, f"part:{number}".encode())


class _Parts:
    """The parts one by one. A damaged one raises and is passed; iterating goes on behind it."""

    def __init__(self, source: Source, told: Sequence[Mapping[str, Any]], key: AESGCM) -> None:
        self._source, self._key, self._told = source, key, enumerate(told)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        number, told = next(self._told)
        sealed = _exactly(self._source, told["length"])
        if hashlib.sha256(sealed).hexdigest() != told["sha256"]:
            raise Problem("packet_damaged")
        try:
            return self._key.decrypt(sealed[:12], sealed[12:], f"part:{number}".encode())
        except InvalidTag as error:
            # The bytes are what the sender signed, and yet the key does not fit: sealed for somebody else.
            raise Problem("packet_other_key") from error


def _exactly(source: Source, length: int) -> bytes:
    """That many bytes; a stream may bring them in pieces. Raises `packet_cut` when it ends before."""
    pieces, missing = [], length
    while missing:
        try:
            piece = source.read(missing)
        except (ClientDisconnected, OSError) as error:
            raise Problem("packet_cut") from error
        if not piece:
            raise Problem("packet_cut")
        pieces.append(piece)
        missing -= len(piece)
    return b"".join(pieces)
