"""Passwords are kept as argon2id hashes (RFC 9106); nobody, we included, can read them back."""

from __future__ import annotations

import secrets
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LONGEST = 1000

_hasher = PasswordHasher()
_turns = BoundedSemaphore(
    4
)  # a hash takes 64 MiB while it is made: a flood of guesses must not take all memory


def generate() -> str:
    """A password nobody guesses: 144 bits."""
    return secrets.token_urlsafe(18)


def hashed(password: str) -> str:
    with _turns:
        return _hasher.hash(password)


def matches(password: str, password_hash: str | None) -> bool:
    """Whether the hash is of this password. None (there is no such person) takes as long as any other no."""
    if password_hash is None:
        matches(password, _decoy())
        return False
    with _turns:
        try:
            return _hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


def outdated(password_hash: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


@cache
def _decoy() -> str:
    return hashed(generate())
