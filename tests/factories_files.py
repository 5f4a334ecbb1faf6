"""A phone's sealed file, made in Python from the description of the format alone."""

import hashlib
import json
import os
from collections.abc import Sequence
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from server.core.canonical import canonical
from server.platform.clock import iso, now
from server.platform.keys import Jwk, b64url, bureau_keys, load_jwk, public_jwk
from tests.factories_journal import Phone


def seal_file(phone: Phone, parts: Sequence[bytes], /, reader: Jwk | None = None, **header: Any) -> bytes:
    """A file from this phone; `header` changes members before it is signed."""
    reader = reader or bureau_keys().recovery_jwk
    own, salt = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
    to = header.get("to", "server")
    shared = own.exchange(ec.ECDH(), load_jwk(reader))
    key = AESGCM(HKDF(hashes.SHA256(), 32, salt, f"suicha packet v1:{to}".encode()).derive(shared))
    sealed = []
    for number, part in enumerate(parts):
        iv = os.urandom(12)
        sealed.append(iv + key.encrypt(iv, part, f"part:{number}".encode()))
    body = {
        "v": 1,
        "kind": "entries",
        "from": phone.id,
        "to": to,
        "at": iso(now()),
        "epk": public_jwk(own.public_key()),
        "salt": b64url(salt),
        "parts": [{"length": len(part), "sha256": hashlib.sha256(part).hexdigest()} for part in sealed],
    } | header
    r, s = decode_dss_signature(phone.key.sign(canonical(body), ec.ECDSA(hashes.SHA256())))
    signature = b64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    text = canonical(body | {"signature": signature})
    return b"SUICHA\x01" + len(text).to_bytes(4, "big") + text + b"".join(sealed)


def contents(phone: Phone, photos: Sequence[bytes] = (), **more: Any) -> list[bytes]:
    """The parts: what the phone said, and bytes that its entries name."""
    evidence = [
        {"inspection": phone.inspection, "path": entry["path"], "value": entry["value"]}
        for data in photos
        for entry in phone.entries
        if entry["kind"] == "evidence" and entry["value"]["sha256"] == hashlib.sha256(data).hexdigest()
    ]
    journal = {"id": phone.inspection, "entries": phone.entries, "runs": [phone.run()]}
    listing = {"inspections": [journal], "evidence": evidence} | more
    return [json.dumps(listing).encode(), *photos]
