"""Authentication of clients by keys, tokens and signed token requests, unless they were revoked."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from time import time
from typing import Any

from realtime.broker import credentials, tokens
from realtime.broker.errors import BrokerError
from realtime.broker.history import History
from realtime.broker.keys import ApiKey, KeyLookup, KeysUnavailableError
from realtime.broker.message_store import MessageStore
from realtime.broker.tokens import Access

DEFAULT_LIFETIME, MAX_LIFETIME = 3_600_000, 86_400_000
"""The lifetime of a token in milliseconds by default, and the longest one."""
MAX_CLOCK_SKEW = 900_000
"""The difference in milliseconds that the timestamp of a signed request may have."""
SIGNED_FIELDS = ("ttl", "capability", "clientId", "timestamp", "nonce")
"""The fields that a token request signs, in the order in which they are signed."""
TARGET_PATTERN = re.compile(r"(clientId|revocationKey):.+", re.DOTALL)
ALL_TOKENS = "revocationKey:*"
"""The target that covers every token with a revocation key."""


class BrokerAuth:
    """The checks of keys, tokens and token requests. To be used in the event loop only."""

    def __init__(self, lookup: KeyLookup, history: History) -> None:
        self._lookup, self._history = lookup, history
        self._revoked: dict[str, int] = {}

    async def load_revocations(self) -> None:
        """Load the revocations that earlier runs have stored."""
        kinds = ("clientId:", "revocationKey:")
        self._revoked = await self._history.run_in_writer(lambda store: store.list_remembered(kinds))

    def authenticate(self, headers: Mapping[str, str], query: Mapping[str, str]) -> Access:
        """Return the access that the credentials of a request give.

        Raises:
            BrokerError: there are no credentials, or they are not valid.
        """
        return self._require_not_revoked(credentials.authenticate_request(headers, query, self._lookup))

    def renew_access(self, token: object, current: Access) -> Access:
        """Return the access that a connected client has with its new token.

        Raises:
            BrokerError: the token is not valid, or belongs to another client.
        """
        if not isinstance(token, str):
            raise BrokerError(40106, "a token is required", 401)
        renewed = self._require_not_revoked(tokens.verify_token(token, self._lookup))
        by_key = current.issued_at is None and current.client_id == "*"
        if by_key or renewed.client_id == current.client_id:
            return renewed
        if renewed.client_id != "*" or current.fixed_client_id is None:
            raise BrokerError(40102, "the token belongs to another client")
        return replace(renewed, client_id=current.client_id)

    def has_key(self, name: str) -> bool:
        """Return whether a key still exists; True also while that can't be found out."""
        try:
            return self._lookup(name) is not None
        except KeysUnavailableError:
            return True

    def is_revoked(self, access: Access) -> bool:
        """Return whether a token was revoked after it was issued."""
        targets = [f"clientId:{access.client_id}"]
        if access.revocation_key is not None:
            targets += [f"revocationKey:{access.revocation_key}", ALL_TOKENS]
        return access.issued_at is not None and any(
            access.issued_at * 1000 < self._revoked.get(target, 0) for target in targets
        )

    async def revoke_tokens(self, targets: Iterable[object], before: int) -> list[str]:
        """Revoke the tokens of these targets that were issued before a moment (ms); return the targets.

        Raises:
            BrokerError: a target is neither ``clientId:…`` nor ``revocationKey:…``.
        """
        valid_targets = [
            target for target in targets if isinstance(target, str) and TARGET_PATTERN.fullmatch(target)
        ]
        if not valid_targets or len(valid_targets) < len(list(targets)):
            raise BrokerError(40000, "targets must be clientId:<id> or revocationKey:<key>")
        for target in valid_targets:
            self._revoked[target] = max(before, self._revoked.get(target, 0))
            await self._history.run_in_writer(_remember_revocation(target, self._revoked[target]))
        return valid_targets

    async def issue_token(self, name: str, request: Mapping[str, Any], by: Access | None) -> dict[str, Any]:
        """Issue a token for a request that is signed with the key, or was sent with the key itself (``by``).

        Raises:
            BrokerError: the request is malformed, not signed correctly, or exceeds the key's capability.
        """
        key = tokens.get_key(name, self._lookup)
        if request.get("keyName", name) != name or (by and by.key != name):
            raise BrokerError(40102, "keyName must be the key in the address", 401)
        lifetime = _parse_integer(request, "ttl", DEFAULT_LIFETIME)
        if not 0 < lifetime <= MAX_LIFETIME:
            raise BrokerError(40003, f"ttl must be from 1 to {MAX_LIFETIME} ms")
        if by is None:
            await self._require_signature(key, request)
        capability = tokens.limit_capability(key, request.get("capability"))
        client_id = _get_text(request, "clientId") or None
        token = tokens.issue_token(key, capability, lifetime / 1000, client_id)
        issued = int(time() * 1000)
        details = {"token": token, "keyName": name, "issued": issued, "expires": issued + lifetime}
        return details | {"capability": capability.to_json()} | ({"clientId": client_id} if client_id else {})

    async def _require_signature(self, key: ApiKey, request: Mapping[str, Any]) -> None:
        """Check that a token request is signed with the key, recent, and used for the first time."""
        values = [key.name, *(_get_text(request, part) for part in SIGNED_FIELDS)]
        mac = request.get("mac")
        if not isinstance(mac, str) or not _equals_securely(
            key.sign_text("".join(f"{value}\n" for value in values)), mac
        ):
            raise BrokerError(40101, "the mac is not valid for this request and key")
        now = int(time() * 1000)
        if abs(now - _parse_integer(request, "timestamp", 0)) > MAX_CLOCK_SKEW:
            raise BrokerError(40104, "the timestamp is not current")
        name, until = f"request:{mac}", now + 2 * MAX_CLOCK_SKEW
        if not await self._history.run_in_writer(lambda store: store.remember_once(name, now, until)):
            raise BrokerError(40105, "the nonce has already been used")

    def _require_not_revoked(self, access: Access) -> Access:
        if self.is_revoked(access):
            raise BrokerError(40141, "the token has been revoked")
        return access


def _remember_revocation(target: str, moment: int) -> Callable[[MessageStore], bool]:
    """Return a task that stores a revocation until every token that it could end has expired."""
    return lambda store: store.remember_once(target, moment, moment + MAX_LIFETIME)


def _equals_securely(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode(errors="replace"))


def _parse_integer(request: Mapping[str, Any], name: str, default: int) -> int:
    value = request.get(name)
    if value in (None, ""):
        return default
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise BrokerError(40003, f"{name} must be a whole number") from error


def _get_text(request: Mapping[str, Any], name: str) -> str:
    value = request.get(name)
    return "" if value is None else str(value)
