"""The HTTP routes of tokens: issuing them for signed requests, and revoking them with the key."""

from __future__ import annotations

from time import time
from typing import Any

from starlette.requests import Request

from realtime.broker import responses
from realtime.broker.errors import BrokerError
from realtime.broker.hub import Hub
from realtime.broker.responses import ResponseData
from realtime.broker.tokens import Access


async def request_token(hub: Hub, request: Request, subject: str) -> ResponseData:
    token_request = _require_map(responses.parse_body(request, await request.body()))
    by = None if "mac" in token_request else _require_key_owner(hub, request, subject)
    return ResponseData(await hub.auth.issue_token(subject, token_request, by), 201)


async def revoke_tokens(hub: Hub, request: Request, subject: str) -> ResponseData:
    _require_key_owner(hub, request, subject)
    body = _require_map(responses.parse_body(request, await request.body()))
    targets = body.get("targets")
    if not isinstance(targets, list):
        raise BrokerError(40000, "targets must be a list")
    now = int(time() * 1000)
    before = body.get("issuedBefore") or now
    if type(before) is not int or not 0 < before <= now:
        raise BrokerError(40003, "issuedBefore must be a past moment in milliseconds")
    revoked = await hub.revoke_tokens(targets, before)
    results = [{"target": target, "issuedBefore": before, "appliesAt": now} for target in revoked]
    return ResponseData({"successCount": len(results), "failureCount": 0, "results": results})


def authenticate_request(hub: Hub, request: Request) -> Access:
    """Return the access that the credentials of a request give.

    Raises:
        BrokerError: there are no credentials, or they are not valid.
    """
    return hub.auth.authenticate(request.headers, dict(request.query_params))


def _require_key_owner(hub: Hub, request: Request, name: str) -> Access:
    """Return the access of a request that was sent with the key itself."""
    access = authenticate_request(hub, request)
    if access.issued_at is not None or access.key != name:
        raise BrokerError(40160, "this request needs the API key itself, not a token")
    return access


def _require_map(body: object) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise BrokerError(40000, "the body must be an object")
    return body
