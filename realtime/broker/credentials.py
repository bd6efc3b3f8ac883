"""What a request shows to be let in: a key and its secret, or a token, in a header or the address."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error
from collections.abc import Mapping
from dataclasses import replace

from realtime.broker import tokens
from realtime.broker.errors import BrokerError
from realtime.broker.keys import Key, Lookup
from realtime.broker.tokens import Access

TOKENS = ("access_token", "accessToken")


def shown(headers: Mapping[str, str], query: Mapping[str, str], lookup: Lookup) -> Access:
    """What the request may do, by its key or token.

    Raises:
        BrokerError: it shows nothing that is good.
    """
    scheme, _, value = headers.get("authorization", "").partition(" ")
    token = value.strip() if scheme.lower() == "bearer" else next(filter(None, map(query.get, TOKENS)), None)
    if token:
        access = tokens.read(_raw(token), lookup)
    elif scheme.lower() == "basic":
        access = of_key(_text(value), lookup)
    elif query.get("key"):
        access = of_key(query["key"], lookup)
    else:
        raise BrokerError(40106, "show a key or a token", 401)
    return _as_client(access, _wanted(headers, query))


def of_key(given: str, lookup: Lookup) -> Access:
    """What a key such as ``app.name:secret`` may do: all that it was made for, as anybody.

    Raises:
        BrokerError: there is no such key, or its secret is another.
    """
    return Access(owner(given, lookup).name, tokens.known(given.partition(":")[0], lookup).capability, "*")


def owner(given: str, lookup: Lookup) -> Key:
    name, _, secret = given.partition(":")
    key = tokens.known(name, lookup)
    if not key.owns(secret):
        raise BrokerError(40101, "the key's secret is another")
    return key


def _as_client(access: Access, wanted: str | None) -> Access:
    """The same as the client that the request names, which its token must allow."""
    if wanted is None or wanted == access.client_id:
        return access
    if wanted == "*" or access.client_id not in ("*", None):
        raise BrokerError(40102, "the token is of another client")
    if access.client_id is None:
        raise BrokerError(40102, "the token is of no client")
    return replace(access, client_id=wanted)


def _wanted(headers: Mapping[str, str], query: Mapping[str, str]) -> str | None:
    given = headers.get("x-ably-clientid")
    return _text(given) if given else query.get("clientId") or None


def _raw(token: str) -> str:
    """Some clients send a token in base64."""
    return token if token.count(".") == 2 else _text(token, token)


def _text(encoded: str, otherwise: str | None = None) -> str:
    try:
        return b64decode(encoded, validate=True).decode()
    except (Error, ValueError) as error:
        if otherwise is not None:
            return otherwise
        raise BrokerError(40101, "the credentials are no base64") from error
