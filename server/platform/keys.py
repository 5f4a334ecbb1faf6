"""The bureau's keys: one that signs (records, certificates, packages), one to which phones seal their vault keys.

Both are ECDSA/ECDH P-256 (`alg` stands beside every signature, so that SM2 can follow), made at the first start in
`<instance>/keys`, readable by the service's account only. `docs/operate.md` says how they are kept and rotated.
"""

import base64
import os
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from flask import current_app

ALG = "ES256"
Jwk = dict[str, str]


def b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def unb64url(text: str) -> bytes:
    """Bytes behind unpadded base64url. Raises ValueError."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def public_jwk(key: ec.EllipticCurvePublicKey) -> Jwk:
    """A P-256 public key as the phone's WebCrypto imports it (RFC 7517)."""
    numbers = key.public_numbers()
    x, y = (b64url(n.to_bytes(32, "big")) for n in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def load_jwk(jwk: Jwk) -> ec.EllipticCurvePublicKey:
    """The key behind a JWK. Raises ValueError for anything but a point on P-256."""
    if jwk.get("kty") != "EC" or jwk.get("crv") != "P-256":
        raise ValueError("not a P-256 key")
    x, y = (int.from_bytes(unb64url(jwk[c]), "big") for c in ("x", "y"))
    return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()


def verify(jwk: Jwk, message: bytes, signature: str) -> bool:
    """Does the base64url r‖s signature over `message` fit the key? Never raises."""
    try:
        raw = unb64url(signature)
        if len(raw) != 64:
            return False
        der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        load_jwk(jwk).verify(der, message, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError, KeyError):
        return False
    return True


@dataclass(frozen=True)
class BureauKeys:
    """The two private keys of this installation."""

    signing: ec.EllipticCurvePrivateKey
    recovery: ec.EllipticCurvePrivateKey

    def sign(self, message: bytes) -> str:
        """base64url r‖s (P1363), as WebCrypto makes it."""
        r, s = decode_dss_signature(self.signing.sign(message, ec.ECDSA(hashes.SHA256())))
        return b64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))

    @property
    def signing_jwk(self) -> Jwk:
        return public_jwk(self.signing.public_key())

    @property
    def recovery_jwk(self) -> Jwk:
        return public_jwk(self.recovery.public_key())


def _load_or_make(path: Path) -> ec.EllipticCurvePrivateKey:
    if path.exists():
        key = serialization.load_pem_private_key(path.read_bytes(), None)
        return cast(ec.EllipticCurvePrivateKey, key)
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _load_or_make(path)
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    return key


def load_keys(folder: Path) -> BureauKeys:
    """The installation's keys; made when the folder has none."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return BureauKeys(_load_or_make(folder / "signing.pem"), _load_or_make(folder / "recovery.pem"))


def bureau_keys() -> BureauKeys:
    keys: BureauKeys = current_app.extensions["keys"]
    return keys
