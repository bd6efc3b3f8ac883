"""Password hashing with argon2id (RFC 9106), and the check of password strength."""

from __future__ import annotations

import re
import secrets
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from errors import InvalidError

MIN_LENGTH, MAX_LENGTH = 12, 1000
MIN_CORE_LENGTH = 6
"""The minimum length of what is left of a password without repetition and surrounding digits and signs."""
PRODUCT_NAME = "dataxchange"
EDGE_SIGNS = re.compile(r"^[\W\d_]+|[\W\d_]+$")
REPEATED = re.compile(r"(.+?)\1*")

_hasher = PasswordHasher()
_hashing_slots = BoundedSemaphore(
    4
)  # each hash needs 64 MiB while it is computed: many sign-ins at once must not use up the memory


class WeakPasswordError(InvalidError):
    """The password is too easy to guess; the message says what to do."""

    where = "new"


def check_strength(password: str, name: str) -> None:
    """Check the strength of a password: any characters are allowed, but no password that attackers try first.

    Raises:
        WeakPasswordError: it is too short or long, the user's name, or on the list of common passwords,
            also with digits and signs around it, or a short text repeated.
    """
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise WeakPasswordError(f"Use {MIN_LENGTH} to {MAX_LENGTH} characters.")
    cores = _cores(password.casefold())
    if cores & {name.casefold(), PRODUCT_NAME}:
        raise WeakPasswordError("This password is too similar to your name. Choose another one.")
    if cores & load_common_passwords() or min(map(len, cores)) < MIN_CORE_LENGTH:
        raise WeakPasswordError("This password is too common. Choose another one.")


@cache
def load_common_passwords() -> frozenset[str]:
    """Return the most common passwords and words of known breaches, in lower case."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415  (a tenth of a second: no start waits)

    return frozenset(FREQUENCY_LISTS["passwords"])


def _cores(password: str) -> set[str]:
    """Return the password and the texts it may be built from: its beginnings, its letters without the digits
    and signs around them, and the text it repeats.
    """
    bare = EDGE_SIGNS.sub("", password)
    wholes = {password, bare if 2 * len(bare) >= len(password) else password}
    beginnings = {password[:end] for end in range(len(password) * 2 // 3, len(password))}
    return wholes | beginnings | {match[1] for whole in wholes if (match := REPEATED.fullmatch(whole))}


def generate_password() -> str:
    """Return a random password of 144 bits."""
    return secrets.token_urlsafe(18)


def hash_password(password: str) -> str:
    with _hashing_slots:
        return _hasher.hash(password)


def verify_password(password: str, password_hash: str | None) -> bool:
    """Return whether the hash matches this password. None (no such user) takes as long as a mismatch."""
    if password_hash is None:
        verify_password(password, _decoy_hash())
        return False
    with _hashing_slots:
        try:
            return _hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


def needs_rehash(password_hash: str) -> bool:
    """Return whether the hash was made with weaker parameters than the current ones."""
    return _hasher.check_needs_rehash(password_hash)


@cache
def _decoy_hash() -> str:
    return hash_password(generate_password())
