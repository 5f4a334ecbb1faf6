"""The content key of a phone's vault, as its owner sealed it for the office, and the code by which it goes back.

`pwa/src/vault/recovery.ts` is the other half of both. Sealing is ECIES on P-256 (HKDF-SHA256, AES-256-GCM, the device
id as associated data). What goes back is read out over the telephone: the phone shows a request, the office answers
with a code. The code is the key under a pad that only that request gives, and the phone forgets the request once it was
used: a code that is overheard or found later opens nothing.
"""

import json
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from server.platform.errors import Problem
from server.platform.keys import load_jwk, unb64url
from server.platform.letters import as_read, base32, check_letters, grouped, unbase32

INFO = "suicha vault recovery v1:"
PAD = b"suicha recovery request v1"
REQUEST_BYTES, KEY_BYTES = 10, 32


def open_sealed(office: ec.EllipticCurvePrivateKey, wrapped_key: str, device_id: str) -> bytes:
    """The content key behind a device's `wrapped_key`.

    Raises `recovery_impossible` when it was sealed to another key than the office has now, or is none.
    """
    try:
        told: dict[str, Any] = json.loads(wrapped_key)
        shared = office.exchange(ec.ECDH(), load_jwk(told["epk"]))
        salt, iv, sealed = (unb64url(told[name]) for name in ("salt", "iv", "sealed"))
        key = HKDF(hashes.SHA256(), 32, salt, f"{INFO}{device_id}".encode()).derive(shared)
        opened = AESGCM(key).decrypt(iv, sealed, device_id.encode())
    except (ValueError, KeyError, TypeError, AttributeError, InvalidTag) as error:
        raise Problem("recovery_impossible") from error
    if len(opened) != KEY_BYTES:
        raise Problem("recovery_impossible")
    return opened


def read_request(text: str, device_id: str) -> bytes:
    """The request that a phone shows (18 letters). Raises `recovery_request_wrong`: misread, or another phone's."""
    letters = as_read(text, 18)
    if letters is None:
        raise Problem("recovery_request_wrong")
    request = unbase32(letters, REQUEST_BYTES)
    if request_check(request, device_id) != letters[16:]:
        raise Problem("recovery_request_wrong")
    return request


def request_check(request: bytes, device_id: str) -> str:
    """Two letters by which a misread request, or one of another phone, is noticed."""
    return check_letters(request + device_id.encode())


def recovery_code(key: bytes, request: bytes, device_id: str) -> str:
    """The answer to a request: 54 letters in groups of four."""
    pad = HKDF(hashes.SHA256(), KEY_BYTES, device_id.encode(), PAD).derive(request)
    masked = bytes(a ^ b for a, b in zip(key, pad, strict=True))
    return grouped(base32(masked) + check_letters(masked))
