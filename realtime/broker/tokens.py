"""Tokens are JWTs (HS256) under a key, whose name is in ``kid``, with Ably's claims."""

from __future__ import annotations

from dataclasses import dataclass
from secrets import token_hex
from time import time
from typing import Any

import jwt

from realtime.broker import capabilities
from realtime.broker.capabilities import Capability
from realtime.broker.errors import BrokerError
from realtime.broker.keys import Key, Lookup

ALGORITHM = "HS256"
CAPABILITY, CLIENT, REVOCATION = "x-ably-capability", "x-ably-clientId", "x-ably-revocation-key"
LONGEST = 8000


@dataclass(frozen=True)
class Access:
    """What a client may do: as whom (None: as nobody, ``*``: as anybody), where, until when (seconds)."""

    key: str
    capability: Capability
    client_id: str | None = None
    issued: float | None = None
    expires: float | None = None
    revocation_key: str | None = None

    @property
    def name(self) -> str | None:
        """The client id that all it does bears, if it is a certain one."""
        return None if self.client_id == "*" else self.client_id


def issue(
    key: Key,
    capability: Capability,
    lifetime: float,
    client_id: str | None = None,
    revocation_key: str | None = None,
) -> str:
    """A token that is good for so many seconds; ``revocation_key`` is what all those ended together share."""
    now = time()
    claims = {"iat": now, "exp": now + lifetime, "jti": token_hex(8), CAPABILITY: capability.written()}
    optional = {CLIENT: client_id, REVOCATION: revocation_key}
    claims |= {name: value for name, value in optional.items() if value is not None}
    return jwt.encode(claims, key.secret, ALGORITHM, headers={"kid": key.name})


def read(token: str, lookup: Lookup) -> Access:
    """What a token allows.

    Raises:
        BrokerError: it is none, or not any longer.
    """
    key = _key(token, lookup)
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
        raise BrokerError(40144, f"the token can't be used: {error}") from error
    return _access(key, claims)


def _key(token: str, lookup: Lookup) -> Key:
    if len(token) > LONGEST or token.count(".") != 2:
        raise BrokerError(40101, "this is no token")
    try:
        name = jwt.get_unverified_header(token).get("kid")
    except jwt.InvalidTokenError as error:
        raise BrokerError(40144, "this is no token") from error
    return known(name if isinstance(name, str) else "", lookup)


def known(name: str, lookup: Lookup) -> Key:
    """The key of this name.

    Raises:
        BrokerError: there is none.
    """
    key = lookup(name)
    if key is None and "." not in name:
        raise BrokerError(40101, "this is no name of a key")
    if key is None:
        raise BrokerError(40400, f"there is no key named {name}", 401)
    return key


def _access(key: Key, claims: dict[str, Any]) -> Access:
    client, revocation = claims.get(CLIENT), claims.get(REVOCATION)
    if not isinstance(client, str | None) or not isinstance(revocation, str | None) or client == "":
        raise BrokerError(40144, "a claim of the token has a wrong type")
    granted = claims.get(CAPABILITY)
    capability = capabilities.read(granted).within(key.capability) if granted else key.capability
    return Access(key.name, capability, client, claims["iat"], claims["exp"], revocation)
