"""Tokens: JWTs (HS256) signed with a key, whose name is in ``kid``, with Ably's claims."""

from __future__ import annotations

from dataclasses import dataclass
from secrets import token_hex
from time import time
from typing import Any

import jwt

from realtime.broker import capabilities
from realtime.broker.capabilities import Capability
from realtime.broker.errors import BrokerError
from realtime.broker.keys import ApiKey, KeyLookup

ALGORITHM = "HS256"
CAPABILITY_CLAIM, CLIENT_ID_CLAIM, REVOCATION_KEY_CLAIM = (
    "x-ably-capability",
    "x-ably-clientId",
    "x-ably-revocation-key",
)
MAX_TOKEN_LENGTH = 8000
"""The number of characters that a token has at most."""


@dataclass(frozen=True)
class Access:
    """What a client may do, where and until when (``expires_at``, in seconds since 1970).

    ``client_id`` is the client that it acts as: None for an anonymous client, ``*`` for any.
    """

    key: str
    capability: Capability
    client_id: str | None = None
    issued_at: float | None = None
    expires_at: float | None = None
    revocation_key: str | None = None

    @property
    def fixed_client_id(self) -> str | None:
        """The client id that all messages of this client get, unless it is a wildcard."""
        return None if self.client_id == "*" else self.client_id


def issue_token(
    key: ApiKey,
    capability: Capability,
    lifetime: float,
    client_id: str | None = None,
    revocation_key: str | None = None,
) -> str:
    """Issue a token for some seconds; tokens with the same ``revocation_key`` can be revoked together."""
    now = time()
    claims = {"iat": now, "exp": now + lifetime, "jti": token_hex(8), CAPABILITY_CLAIM: capability.to_json()}
    optional = {CLIENT_ID_CLAIM: client_id, REVOCATION_KEY_CLAIM: revocation_key}
    claims |= {name: value for name, value in optional.items() if value is not None}
    return jwt.encode(claims, key.secret, ALGORITHM, headers={"kid": key.name})


def verify_token(token: str, lookup: KeyLookup) -> Access:
    """Return the access that a token gives.

    Raises:
        BrokerError: it is not a valid token, or has expired.
    """
    key = _get_signing_key(token, lookup)
    try:
        claims = jwt.decode(
            token,
            key.secret,
            algorithms=[ALGORITHM],
            options={"require": ["exp", "iat"], "verify_aud": False, "verify_iat": False},
        )
    except jwt.ExpiredSignatureError as error:
        raise BrokerError(40142, "the token has expired") from error
    except jwt.InvalidTokenError as error:
        raise BrokerError(40144, f"invalid token: {error}") from error
    return _make_access(key, claims)


def limit_capability(key: ApiKey, requested: object) -> Capability:
    """Return the part of a requested capability that the key allows; by default, all that the key allows.

    Raises:
        BrokerError: the requested capability is malformed, or the key allows none of it.
    """
    return (
        capabilities.parse_capability(requested).intersect_with(key.capability)
        if requested
        else key.capability
    )


def _get_signing_key(token: str, lookup: KeyLookup) -> ApiKey:
    if len(token) > MAX_TOKEN_LENGTH or token.count(".") != 2:
        raise BrokerError(40101, "invalid token")
    try:
        name = jwt.get_unverified_header(token).get("kid")
    except jwt.InvalidTokenError as error:
        raise BrokerError(40144, "invalid token") from error
    return get_key(name if isinstance(name, str) else "", lookup)


def get_key(name: str, lookup: KeyLookup) -> ApiKey:
    """Return the key with this name.

    Raises:
        BrokerError: there is none.
    """
    key = lookup(name)
    if key is None and "." not in name:
        raise BrokerError(40101, "invalid key name")
    if key is None:
        raise BrokerError(40400, f"unknown key {name}", 401)
    return key


def _make_access(key: ApiKey, claims: dict[str, Any]) -> Access:
    client_id, revocation_key = claims.get(CLIENT_ID_CLAIM), claims.get(REVOCATION_KEY_CLAIM)
    if not isinstance(client_id, str | None) or not isinstance(revocation_key, str | None) or client_id == "":
        raise BrokerError(40144, "a claim of the token has the wrong type")
    capability = limit_capability(key, claims.get(CAPABILITY_CLAIM))
    return Access(key.name, capability, client_id, claims["iat"], claims["exp"], revocation_key)
