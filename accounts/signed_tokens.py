"""Signed tokens (JWT, RFC 7519 and 8725): HS256 with a key of the key ring, whose id is in ``kid``.

Each kind of token has its own audience, so that none is accepted as another.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import jwt

from db.keys import key_ring
from db.tables import KeyPurpose, utc_now

ISSUER = "dataxchange"
ALGORITHM = "HS256"
MAX_TOKEN_LENGTH = 2000
RETIRED_KEY_GRACE = 2 * key_ring.REFRESH_SECONDS
KEY_ID = re.compile(r"[0-9a-f]{16}")


class Audience(StrEnum):
    """The kinds of token."""

    ACCESS = "access"
    REFRESH = "refresh"
    API = "api"
    GUEST = "guest"
    DEVICE = "device"


class BadTokenError(ValueError):
    """The token is not ours, not for this audience, or has expired."""


def issue_token(audience: Audience, id_: str, expires: datetime, **claims: str | int) -> str:
    """Return a signed token whose ``jti`` is this id."""
    key = key_ring.get_current_key(KeyPurpose.SIGN)
    times = {"iat": utc_now(), "exp": expires.astimezone(UTC)}
    payload = {"iss": ISSUER, "aud": audience, "jti": id_, **times, **claims}
    return jwt.encode(payload, key.secret, ALGORITHM, headers={"kid": key.id})


def decode_token(audience: Audience, token: str) -> dict[str, Any]:
    """Return the claims of a token.

    Raises:
        BadTokenError: it was not signed by us, not for this audience, or has expired.
    """
    try:
        key = _get_verification_key(token)
        claims: dict[str, Any] = jwt.decode(
            token,
            key.secret,
            algorithms=[ALGORITHM],
            audience=audience,
            issuer=ISSUER,
            options={"require": ["exp", "iat", "aud", "iss", "jti"], "strict_aud": True},
        )
        _require_in_time(key, claims)
    except (jwt.InvalidTokenError, key_ring.LostKeyError) as error:
        raise BadTokenError(str(error)) from error
    return claims


def _require_in_time(key: key_ring.UnwrappedKey, claims: dict[str, Any]) -> None:
    """Check that a retired key signed before it was retired, with a grace time as processes cache keys."""
    if key.retired and claims["iat"] > key.retired.timestamp() + RETIRED_KEY_GRACE:
        raise jwt.InvalidTokenError("the token was signed by a key after its time")


def _get_verification_key(token: str) -> key_ring.UnwrappedKey:
    if len(token) > MAX_TOKEN_LENGTH:
        raise jwt.InvalidTokenError("the token is too long")
    key_ring.get_current_key(KeyPurpose.SIGN)  # notices keys that others have retired
    kid = jwt.get_unverified_header(token).get("kid")
    if not isinstance(kid, str) or not KEY_ID.fullmatch(kid):
        raise jwt.InvalidTokenError("the token names no key of ours")
    key = key_ring.get_key(kid)
    if key.purpose is not KeyPurpose.SIGN:
        raise jwt.InvalidTokenError("the token names a key that signs nothing")
    return key
