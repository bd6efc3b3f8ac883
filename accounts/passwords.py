"""Passwords are kept as argon2id hashes (RFC 9106); nobody, we included, can read them back."""

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
"""Letters that are no password, however often they are written."""
PRODUCT_NAME = "dataxchange"
EDGE_SIGNS = re.compile(r"^[\W\d_]+|[\W\d_]+$")
REPEATED = re.compile(r"(.+?)\1*")

_hasher = PasswordHasher()
_hashing_slots = BoundedSemaphore(
    4
)  # a hash takes 64 MiB while it is made: a flood of guesses must not take all memory


class WeakPasswordError(InvalidError):
    """A password that is guessed too soon; says what to do."""

    where = "new"


def check_strength(password: str, name: str) -> None:
    """See that a person may choose this password: no rules on its letters, but none that attackers try first.

    Raises:
        WeakPasswordError: it is too short or long, the person's name, or on the list of common passwords,
            also with digits and signs around it, or some letters written again and again.
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
    """Passwords and words that have been found in breaches most often, in small letters."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415  (a tenth of a second: no start waits)

    return frozenset(FREQUENCY_LISTS["passwords"])


def _cores(password: str) -> set[str]:
    """The password, and what may make up most of it: its beginnings, its letters without the digits and signs
    around them, and what it repeats.
    """
    bare = EDGE_SIGNS.sub("", password)
    wholes = {password, bare if 2 * len(bare) >= len(password) else password}
    beginnings = {password[:end] for end in range(len(password) * 2 // 3, len(password))}
    return wholes | beginnings | {found[1] for each in wholes if (found := REPEATED.fullmatch(each))}


def generate_password() -> str:
    """A password nobody guesses: 144 bits."""
    return secrets.token_urlsafe(18)


def hash_password(password: str) -> str:
    with _hashing_slots:
        return _hasher.hash(password)


def verify_password(password: str, password_hash: str | None) -> bool:
    """Whether the hash is of this password. None (there is no such person) takes as long as any other no."""
    if password_hash is None:
        verify_password(password, _decoy_hash())
        return False
    with _hashing_slots:
        try:
            return _hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


def needs_rehash(password_hash: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


@cache
def _decoy_hash() -> str:
    return hash_password(generate_password())
