"""Challenges for a browser's passkeys: each is good for one purpose, one answer and five minutes.

They are kept in the form cookie of that browser, several as it may have several tabs. A cookie can be put
back as it was: the challenges that were answered are remembered in the database for as long.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256

import sqlalchemy as sa
from flask import session as cookie
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from db.engine import transaction
from db.tables import SpentChallenge, utc_now

LIFETIME = timedelta(minutes=5)
MAX_CHALLENGES = 4
"""Kept for one browser."""
COOKIE_KEY = "challenges"


class Ceremony(StrEnum):
    """What a passkey is asked for."""

    REGISTER = "register"
    SIGN_IN = "sign in"
    CONFIRM = "confirm"


class StaleChallengeError(ValueError):
    """This browser was given no such challenge, or it has expired or was answered before."""

    def __init__(self) -> None:
        super().__init__("That took too long. Please try again.")


def create_challenge(ceremony: Ceremony) -> bytes:
    """A challenge of 256 bits for the browser that asks."""
    challenge = secrets.token_bytes(32)
    newest = list(_stored_challenges().items())[-MAX_CHALLENGES + 1 :]
    until = int((utc_now() + LIFETIME).timestamp())
    cookie[COOKIE_KEY] = dict([*newest, (_challenge_name(ceremony, challenge), until)])
    return challenge


def take_challenge(ceremony: Ceremony, challenge: bytes) -> None:
    """Take the challenge from the browser that answers it.

    Raises:
        StaleChallengeError: it has no such challenge for this, or not any more.
    """
    kept = _stored_challenges()
    until = kept.pop(_challenge_name(ceremony, challenge), 0)
    cookie[COOKIE_KEY] = kept
    if until <= utc_now().timestamp():
        raise StaleChallengeError


def mark_used(challenge: bytes) -> None:
    """Remember that this challenge has been answered well.

    Raises:
        StaleChallengeError: it was before.
    """
    spent = SpentChallenge(digest=sha256(challenge).hexdigest(), expires=utc_now() + LIFETIME)
    try:
        with transaction() as work:
            work.execute(sa.delete(SpentChallenge).where(col(SpentChallenge.expires) < utc_now()))
            work.add(spent)
    except IntegrityError as error:
        raise StaleChallengeError from error


def _stored_challenges() -> dict[str, int]:
    return dict(cookie.get(COOKIE_KEY, {}))


def _challenge_name(ceremony: Ceremony, challenge: bytes) -> str:
    return f"{ceremony} {challenge.hex()}"
