"""Everything by which two runs of the server could differ, taken from a seed and from the simulator's clock."""

import os
import random
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import uuid6
from argon2 import PasswordHasher
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from server.accounts import passwords
from server.platform.clock import SetClock
from server.platform.keys import BureauKeys, b64url

_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""The order of P-256's group."""


class Chance:
    """Random bytes that a seed repeats; reseeded at every message, so that a death changes nothing after it."""

    def __init__(self) -> None:
        self._source = random.Random(0)

    def reseed(self, seed: int) -> None:
        self._source = random.Random(seed)

    def bytes(self, length: int) -> bytes:
        return self._source.randbytes(length)

    def private_key(self, curve: ec.EllipticCurve, *_: object) -> ec.EllipticCurvePrivateKey:
        return ec.derive_private_key(1 + int.from_bytes(self.bytes(40), "big") % (_ORDER - 1), curve)


def _elsewhere(owner: Any, name: str, value: Callable[..., Any] | object) -> None:
    setattr(owner, name, value)


def _sign(keys: BureauKeys, message: bytes) -> str:
    """The bureau's signature with RFC 6979's nonce: the same message, the same signature."""
    steady = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
    r, s = decode_dss_signature(keys.signing.sign(message, steady))
    return b64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def seeded(clock: SetClock) -> Chance:
    """Replace the process's randomness and the clock inside row keys. ECDSA is RFC 6979's; passwords cost little."""
    chance = Chance()
    _elsewhere(os, "urandom", chance.bytes)
    _elsewhere(random, "_urandom", chance.bytes)
    _elsewhere(uuid6, "time", SimpleNamespace(time_ns=lambda: int(clock.now().timestamp() * 1000) * 10**6))
    _elsewhere(ec, "generate_private_key", chance.private_key)
    _elsewhere(BureauKeys, "sign", _sign)
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    _elsewhere(passwords, "_hasher", cheap)
    _elsewhere(passwords, "_nobody", cheap.hash("nobody has this password"))
    return chance
