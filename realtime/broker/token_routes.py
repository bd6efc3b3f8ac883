"""Tokens by request: given out to who has signed for them, and ended by the owner of the key."""

from __future__ import annotations

from time import time
from typing import Any

from starlette.requests import Request

from realtime.broker import responses
from realtime.broker.errors import BrokerError
from realtime.broker.hub import Hub
from realtime.broker.responses import Found
from realtime.broker.tokens import Access


async def request_token(hub: Hub, request: Request, subject: str) -> Found:
    asked = _map(responses.body_of(request, await request.body()))
    by = None if "mac" in asked else _owner(hub, request, subject)
    return Found(await hub.gate.token(subject, asked, by), 201)


async def revoke_tokens(hub: Hub, request: Request, subject: str) -> Found:
    _owner(hub, request, subject)
    asked = _map(responses.body_of(request, await request.body()))
    targets = asked.get("targets")
    if not isinstance(targets, list):
        raise BrokerError(40000, "targets are a list")
    now = int(time() * 1000)
    before = asked.get("issuedBefore") or now
    if type(before) is not int or not 0 < before <= now:
        raise BrokerError(40003, "issuedBefore is a moment that is over, in milliseconds")
    ended = await hub.revoke(targets, before)
    told = [{"target": target, "issuedBefore": before, "appliesAt": now} for target in ended]
    return Found({"successCount": len(told), "failureCount": 0, "results": told})


def admit(hub: Hub, request: Request) -> Access:
    """What a request may do.

    Raises:
        BrokerError: nothing.
    """
    return hub.gate.admit(request.headers, dict(request.query_params))


def _owner(hub: Hub, request: Request, name: str) -> Access:
    """Who shows the key itself."""
    access = admit(hub, request)
    if access.issued is not None or access.key != name:
        raise BrokerError(40160, "this needs the key itself")
    return access


def _map(body: object) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise BrokerError(40000, "the body is a map")
    return body
