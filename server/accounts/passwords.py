"""Passwords: argon2id (RFC 9106), rehashed when the parameters grow."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from server.platform.errors import Problem

SHORTEST = 8
"""Letters, as OWASP ASVS 5.0 (6.2.1) asks at least; what kinds of letters is everybody's own choice."""

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_nobody = _hasher.hash("nobody has this password")


def hash_password(password: str) -> str:
    return _hasher.hash(password)


def fits(password: str, password_hash: str | None) -> bool:
    """Compare; takes as long for an unknown person as for a known one."""
    try:
        return _hasher.verify(password_hash or _nobody, password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def check_new(password: str, login: str) -> None:
    """Raises `password_too_short`, or `password_too_plain` when it holds the login or has fewer than four letters."""
    if len(password) < SHORTEST:
        raise Problem("password_too_short", shortest=SHORTEST)
    if login.lower() in password.lower() or len(set(password)) < 4:
        raise Problem("password_too_plain")


def is_outdated(password_hash: str) -> bool:
    return _hasher.check_needs_rehash(password_hash)
