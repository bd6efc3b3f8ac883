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

from db.engine import session
from db.tables import SpentChallenge, now

LIFETIME = timedelta(minutes=5)
MOST = 4
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


def new(ceremony: Ceremony) -> bytes:
    """A challenge of 256 bits for the browser that asks."""
    challenge = secrets.token_bytes(32)
    newest = list(_kept().items())[-MOST + 1 :]
    until = int((now() + LIFETIME).timestamp())
    cookie[COOKIE_KEY] = dict([*newest, (_name(ceremony, challenge), until)])
    return challenge


def require(ceremony: Ceremony, challenge: bytes) -> None:
    """Take the challenge from the browser that answers it.

    Raises:
        StaleChallengeError: it has no such challenge for this, or not any more.
    """
    kept = _kept()
    until = kept.pop(_name(ceremony, challenge), 0)
    cookie[COOKIE_KEY] = kept
    if until <= now().timestamp():
        raise StaleChallengeError


def spend(challenge: bytes) -> None:
    """Remember that this challenge has been answered well.

    Raises:
        StaleChallengeError: it was before.
    """
    spent = SpentChallenge(digest=sha256(challenge).hexdigest(), expires=now() + LIFETIME)
    try:
        with session() as work:
            work.execute(sa.delete(SpentChallenge).where(col(SpentChallenge.expires) < now()))
            work.add(spent)
    except IntegrityError as error:
        raise StaleChallengeError from error


def _kept() -> dict[str, int]:
    return dict(cookie.get(COOKIE_KEY, {}))


def _name(ceremony: Ceremony, challenge: bytes) -> str:
    return f"{ceremony} {challenge.hex()}"
