"""Choices that are the same on every machine and in every Python: SHA-256 of a key instead of a random stream."""

from collections.abc import Sequence
from hashlib import sha256
from typing import TypeVar

from server.core.identifiers import (
    ORGANISATION_WEIGHTS,
    USCC_ALPHABET,
    USCC_WEIGHTS,
)

SEED = "suicha-demo-410422"
Choice = TypeVar("Choice")


def number(key: str, low: int, high: int) -> int:
    """A number from `low` to `high`, both included."""
    return low + int.from_bytes(sha256(f"{SEED}|{key}".encode()).digest()[:8], "big") % (high - low + 1)


def pick(key: str, choices: Sequence[Choice]) -> Choice:
    return choices[number(key, 0, len(choices) - 1)]


def shuffled(key: str, choices: Sequence[Choice]) -> list[Choice]:
    order = sorted(range(len(choices)), key=lambda at: sha256(f"{SEED}|{key}|{at}".encode()).digest())
    return [choices[at] for at in order]


def credit_code(kind: str, serial: int) -> str:
    """An invented 统一社会信用代码 of 叶县 with valid check characters (GB 32100, GB 11714); `kind` is its first two
    characters. The body begins with MADE, so that it is seen to be made."""
    body = f"MADE{serial:04d}"
    total = sum(int(mark, 36) * weight for mark, weight in zip(body, ORGANISATION_WEIGHTS, strict=True))
    code = f"{kind}410422{body}" + "0123456789X0"[11 - total % 11]
    values = (USCC_ALPHABET.index(mark) for mark in code)
    checksum = sum(value * weight for value, weight in zip(values, USCC_WEIGHTS, strict=True))
    return code + USCC_ALPHABET[(31 - checksum % 31) % 31]


def telephone(serial: int) -> str:
    """A number in the form of 平顶山's that nobody can have: no local number begins with 0."""
    return f"0375-00{serial:05d}"
