"""Challenges for passkeys. Each is valid for one ceremony, one response and five minutes.

They are stored in the browser's form cookie, several of them as it may have several tabs. A cookie can be
restored, so the database remembers the answered challenges until they expire.
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
"""The maximum number of challenges per browser."""
COOKIE_KEY = "challenges"


class Ceremony(StrEnum):
    """The ceremonies that a passkey takes part in."""

    REGISTER = "register"
    SIGN_IN = "sign in"
    CONFIRM = "confirm"


class StaleChallengeError(ValueError):
    """The browser has no such challenge, or it has expired or was answered before."""

    def __init__(self) -> None:
        super().__init__("That took too long. Please try again.")


def create_challenge(ceremony: Ceremony) -> bytes:
    """Create a challenge of 256 bits for the browser of this request."""
    challenge = secrets.token_bytes(32)
    newest = list(_stored_challenges().items())[-MAX_CHALLENGES + 1 :]
    until = int((utc_now() + LIFETIME).timestamp())
    cookie[COOKIE_KEY] = dict([*newest, (_challenge_name(ceremony, challenge), until)])
    return challenge


def take_challenge(ceremony: Ceremony, challenge: bytes) -> None:
    """Remove the challenge that is answered from the browser's cookie.

    Raises:
        StaleChallengeError: the browser has no such challenge for this ceremony, or it has expired.
    """
    kept = _stored_challenges()
    until = kept.pop(_challenge_name(ceremony, challenge), 0)
    cookie[COOKIE_KEY] = kept
    if until <= utc_now().timestamp():
        raise StaleChallengeError


def mark_used(challenge: bytes) -> None:
    """Record that this challenge has been answered correctly.

    Raises:
        StaleChallengeError: it was answered before.
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
