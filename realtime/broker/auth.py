"""Lets clients in: by keys, tokens and signed requests for tokens, unless they have been revoked."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from time import time
from typing import Any

from realtime.broker import capabilities, credentials, tokens
from realtime.broker.errors import BrokerError
from realtime.broker.history import History
from realtime.broker.keys import Key, Lookup
from realtime.broker.message_store import Ledger
from realtime.broker.tokens import Access

LIFETIME, LONGEST = 3_600_000, 86_400_000
"""Milliseconds that a token lives unless something else is asked for, and at most."""
SKEW = 900_000
"""Milliseconds that a signed request may be off."""
SIGNED = ("ttl", "capability", "clientId", "timestamp", "nonce")
TARGET = re.compile(r"(clientId|revocationKey):.+", re.DOTALL)
ALL = "revocationKey:*"
"""The target that every token with a revocation key belongs to."""


class Gate:
    """Belongs to the event loop."""

    def __init__(self, lookup: Lookup, history: History) -> None:
        self._lookup, self._history = lookup, history
        self._revoked: dict[str, int] = {}

    async def begin(self) -> None:
        kinds = ("clientId:", "revocationKey:")
        self._revoked = await self._history.change(lambda ledger: ledger.remembered(kinds))

    def admit(self, headers: Mapping[str, str], query: Mapping[str, str]) -> Access:
        """What a request may do.

        Raises:
            BrokerError: nothing.
        """
        return self._unless_revoked(credentials.shown(headers, query, self._lookup))

    def renew(self, token: object, before: Access) -> Access:
        """What a client may do by its new token.

        Raises:
            BrokerError: it is none that is good, or of another client.
        """
        if not isinstance(token, str):
            raise BrokerError(40106, "show a token", 401)
        after = self._unless_revoked(tokens.read(token, self._lookup))
        by_key = before.issued is None and before.client_id == "*"
        if by_key or after.client_id == before.client_id:
            return after
        if after.client_id != "*" or before.name is None:
            raise BrokerError(40102, "the token is of another client")
        return replace(after, client_id=before.client_id)

    def refuses(self, access: Access) -> bool:
        """Whether a token has been revoked since it was issued."""
        own = [f"clientId:{access.client_id}"]
        if access.revocation_key is not None:
            own += [f"revocationKey:{access.revocation_key}", ALL]
        return access.issued is not None and any(
            access.issued * 1000 < self._revoked.get(target, 0) for target in own
        )

    async def revoke(self, targets: Iterable[object], before: int) -> list[str]:
        """End the tokens issued before a moment that belong to clients or revocation keys; returns which.

        Raises:
            BrokerError: a target is neither ``clientId:…`` nor ``revocationKey:…``.
        """
        known = [target for target in targets if isinstance(target, str) and TARGET.fullmatch(target)]
        if not known or len(known) < len(list(targets)):
            raise BrokerError(40000, "targets are such as clientId:ada or revocationKey:session")
        for target in known:
            self._revoked[target] = max(before, self._revoked.get(target, 0))
            await self._history.change(_remembering(target, self._revoked[target]))
        return known

    async def token(self, name: str, asked: Mapping[str, Any], by: Access | None) -> dict[str, Any]:
        """A token for who has signed the request with the key, or shows the key itself.

        Raises:
            BrokerError: the request is not as it should be; says why.
        """
        key = tokens.known(name, self._lookup)
        if asked.get("keyName", name) != name or (by and by.key != name):
            raise BrokerError(40102, "the request names another key", 401)
        lifetime = _whole(asked, "ttl", LIFETIME)
        if not 0 < lifetime <= LONGEST:
            raise BrokerError(40003, f"a token lives {LONGEST} ms at most")
        if by is None:
            await self._require_signature(key, asked)
        granted = asked.get("capability")
        capability = capabilities.read(granted).within(key.capability) if granted else key.capability
        client = _text(asked, "clientId") or None
        token = tokens.issue(key, capability, lifetime / 1000, client)
        issued = int(time() * 1000)
        details = {"token": token, "keyName": name, "issued": issued, "expires": issued + lifetime}
        return details | {"capability": capability.written()} | ({"clientId": client} if client else {})

    async def _require_signature(self, key: Key, asked: Mapping[str, Any]) -> None:
        words = [key.name, *(_text(asked, part) for part in SIGNED)]
        mac = asked.get("mac")
        if not isinstance(mac, str) or not _same(key.sign("".join(f"{word}\n" for word in words)), mac):
            raise BrokerError(40101, "the request is not signed by the key")
        now = int(time() * 1000)
        if abs(now - _whole(asked, "timestamp", 0)) > SKEW:
            raise BrokerError(40104, "the request is too old, or from the future")
        what, until = f"request:{mac}", now + 2 * SKEW
        if not await self._history.change(lambda ledger: ledger.remember(what, now, until)):
            raise BrokerError(40105, "the request has been used before")

    def _unless_revoked(self, access: Access) -> Access:
        if self.refuses(access):
            raise BrokerError(40141, "the token has been revoked")
        return access


def _remembering(target: str, moment: int) -> Callable[[Ledger], bool]:
    """Revocations are kept until no token is left that they could end."""
    return lambda ledger: ledger.remember(target, moment, moment + LONGEST)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode(errors="replace"))


def _whole(asked: Mapping[str, Any], name: str, otherwise: int) -> int:
    value = asked.get(name)
    if value in (None, ""):
        return otherwise
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise BrokerError(40003, f"{name} is a whole number") from error


def _text(asked: Mapping[str, Any], name: str) -> str:
    value = asked.get(name)
    return "" if value is None else str(value)
