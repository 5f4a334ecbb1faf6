"""Bytes as letters that people write down and read out: Crockford's base32, without I, L, O, U."""

import hashlib

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_FORGIVEN = str.maketrans("OIL", "011", " -\n\r\t")


def base32(data: bytes) -> str:
    """The letters of `data`, the last one filled up with zero bits."""
    bits = "".join(f"{byte:08b}" for byte in data)
    bits += "0" * (-len(bits) % 5)
    return "".join(LETTERS[int(bits[at : at + 5], 2)] for at in range(0, len(bits), 5))


def check_letters(data: bytes) -> str:
    """Two letters by which a misreading of what belongs to `data` is noticed."""
    return base32(hashlib.sha256(data).digest())[:2]


def grouped(letters: str) -> str:
    """In groups of four, as they are read out."""
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def as_read(text: str, count: int) -> str | None:
    """The `count` letters that somebody typed, case, spaces, hyphens and O, I, L forgiven; None when they are not."""
    letters = text.upper().translate(_FORGIVEN)
    return letters if len(letters) == count and set(letters) <= set(LETTERS) else None


def unbase32(letters: str, size: int) -> bytes:
    """The first `size` bytes behind letters."""
    bits = "".join(f"{LETTERS.index(letter):05b}" for letter in letters)
    return int(bits[: size * 8], 2).to_bytes(size, "big")
