"""The credentials of a request: an API key with its secret, or a token, in a header or the query."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error
from collections.abc import Mapping
from dataclasses import replace

from realtime.broker import tokens
from realtime.broker.errors import BrokerError
from realtime.broker.keys import ApiKey, KeyLookup
from realtime.broker.tokens import Access

TOKEN_PARAMS = ("access_token", "accessToken")


def authenticate_request(headers: Mapping[str, str], query: Mapping[str, str], lookup: KeyLookup) -> Access:
    """Return the access that the key or token of a request gives.

    Raises:
        BrokerError: there are no credentials, or they are not valid.
    """
    scheme, _, value = headers.get("authorization", "").partition(" ")
    token = (
        value.strip()
        if scheme.lower() == "bearer"
        else next(filter(None, map(query.get, TOKEN_PARAMS)), None)
    )
    if token:
        access = tokens.verify_token(_decode_token(token), lookup)
    elif scheme.lower() == "basic":
        access = authenticate_key(_decode_base64(value), lookup)
    elif query.get("key"):
        access = authenticate_key(query["key"], lookup)
    else:
        raise BrokerError(40106, "an API key or a token is required", 401)
    return _with_client_id(access, _requested_client_id(headers, query))


def authenticate_key(text: str, lookup: KeyLookup) -> Access:
    """Return the access that a key such as ``app.name:secret`` gives: its capability, with any client id.

    Raises:
        BrokerError: there is no such key, or the secret is wrong.
    """
    return Access(
        require_key(text, lookup).name, tokens.get_key(text.partition(":")[0], lookup).capability, "*"
    )


def require_key(text: str, lookup: KeyLookup) -> ApiKey:
    """Return the key that a text such as ``app.name:secret`` names.

    Raises:
        BrokerError: there is no such key, or the secret is wrong.
    """
    name, _, secret = text.partition(":")
    key = tokens.get_key(name, lookup)
    if not key.matches_secret(secret):
        raise BrokerError(40101, "the key's secret is wrong")
    return key


def _with_client_id(access: Access, client_id: str | None) -> Access:
    """Return the access with the client id that the request names, if the token allows it."""
    if client_id is None or client_id == access.client_id:
        return access
    if client_id == "*" or access.client_id not in ("*", None):
        raise BrokerError(40102, "the token belongs to another client")
    if access.client_id is None:
        raise BrokerError(40102, "the token is for an anonymous client")
    return replace(access, client_id=client_id)


def _requested_client_id(headers: Mapping[str, str], query: Mapping[str, str]) -> str | None:
    encoded = headers.get("x-ably-clientid")
    return _decode_base64(encoded) if encoded else query.get("clientId") or None


def _decode_token(token: str) -> str:
    """Return the token; some clients send it base64-encoded."""
    return token if token.count(".") == 2 else _decode_base64(token, token)


def _decode_base64(encoded: str, fallback: str | None = None) -> str:
    try:
        return b64decode(encoded, validate=True).decode()
    except (Error, ValueError) as error:
        if fallback is not None:
            return fallback
        raise BrokerError(40101, "the credentials are not valid base64") from error
