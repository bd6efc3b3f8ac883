"""What is asked over HTTP: channels, their history and members, keys, tokens and the time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from time import time
from typing import Any
from urllib.parse import unquote_plus

from starlette.requests import Request

from realtime.broker import channel_names, message_codec, publishing, responses, serials, token_routes
from realtime.broker.channels import Channel
from realtime.broker.errors import BrokerError
from realtime.broker.hub import Hub
from realtime.broker.responses import Found
from realtime.broker.storage_types import Kind, Span

Handler = Callable[[Hub, Request, str], Awaitable[Found]]


async def handle(hub: Hub, request: Request) -> Found:
    """What a request is answered.

    Raises:
        BrokerError: it is refused.
    """
    parts = [unquote_plus(part) for part in _path(request).split("/")]
    if parts in (["time"], ["stats"], ["channels"]):
        handler, subject = TOP[parts[0]], ""
    elif len(parts) > 1 and (parts[0], *parts[2:]) in BELOW:
        handler, subject = BELOW[parts[0], *parts[2:]], parts[1]
    else:
        raise BrokerError(40400, "there is nothing at this address")
    by_method = handler.get("GET" if request.method == "HEAD" else request.method)
    if by_method is None:
        raise BrokerError(40500, f"this takes no {request.method}")
    return await by_method(hub, request, subject)


def _path(request: Request) -> str:
    """The path as it was sent: a channel's name may hold a slash, as %2F."""
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    return raw.decode("latin-1").partition("?")[0].strip("/")


async def _time(_hub: Hub, _request: Request, _subject: str) -> Found:
    return Found([int(time() * 1000)])


async def _stats(hub: Hub, request: Request, _subject: str) -> Found:
    token_routes.admit(hub, request)
    return Found([])


async def _channels(hub: Hub, request: Request, _subject: str) -> Found:
    access = token_routes.admit(hub, request)
    allowed = (
        channel for channel in hub.channels if access.capability.allows("channel-metadata", channel.name)
    )
    prefix = request.query_params.get("prefix", "")
    return Found([_status(channel) for channel in allowed if channel.name.startswith(prefix)])


async def _channel(hub: Hub, request: Request, subject: str) -> Found:
    name = _allowed(hub, request, subject, "channel-metadata")
    return Found(_status(hub.channels.get(name)))


async def _publish(hub: Hub, request: Request, subject: str) -> Found:
    name = _allowed(hub, request, subject, "publish")
    body = responses.body_of(request, await request.body())
    items = message_codec.taken(body if isinstance(body, list) else [body], hub.options.largest_message)
    published = await publishing.by_request(
        hub, token_routes.admit(hub, request), hub.channels.get(name), items
    )
    told = {"channel": name, "messageId": items[0]["id"].rpartition(":")[0], "serials": published}
    return Found(told, 201)


async def _messages(hub: Hub, request: Request, subject: str) -> Found:
    return await _history(hub, request, subject, Kind.MESSAGE)


async def _presence_history(hub: Hub, request: Request, subject: str) -> Found:
    return await _history(hub, request, subject, Kind.PRESENCE)


async def _history(hub: Hub, request: Request, subject: str, kind: Kind) -> Found:
    name = _allowed(hub, request, subject, "history")
    span = _span(request, name, kind)
    items = await hub.history.read(span)
    place = _path(request).rpartition("/")[2]
    return responses.page(request, items, place, lambda item: str(item["serial"]))


def _span(request: Request, name: str, kind: Kind) -> Span:
    """The part of a channel's history that is asked for, with one item more than a page has."""
    query = request.query_params
    start, end = responses.whole(query, "start", 0), responses.whole(query, "end", 10**14 - 1)
    direction = query.get("direction", "backwards")
    if direction not in ("backwards", "forwards") or start > end:
        raise BrokerError(40003, "history goes forwards or backwards, from a start to an end after it")
    after, until = serials.of_time(start), serials.of_time(end + 1)
    if "from_serial" in query:
        until = min(until, serials.all_of(query["from_serial"]))
    cursor, newest_first = responses.cursor_of(query), direction == "backwards"
    if cursor is not None:
        after, until = (after, serials.before(cursor)) if newest_first else (cursor, until)
    return Span(name, kind, after, until, responses.limit_of(query) + 1, newest_first)


async def _presence(hub: Hub, request: Request, subject: str) -> Found:
    name = _allowed(hub, request, subject, "presence", "subscribe")
    query, limit = request.query_params, responses.limit_of(request.query_params)
    begin = responses.whole(query, "cursor", 0)
    asked = [field for field in ("clientId", "connectionId") if field in query]
    members = hub.channels.get(name).members.everybody()
    chosen = [item for item in members if all(item[field] == query[field] for field in asked)]
    places = {id(item): str(place + 1) for place, item in enumerate(chosen)}
    return responses.page(
        request, chosen[begin : begin + limit + 1], "presence", lambda item: places[id(item)]
    )


def _allowed(hub: Hub, request: Request, subject: str, *operations: str) -> str:
    """The name of a channel on which the request may do one of these."""
    access, name = token_routes.admit(hub, request), channel_names.read(subject).own
    if not any(access.capability.allows(operation, name) for operation in operations):
        raise BrokerError(40160, f"{' or '.join(operations)} is not allowed on {name}")
    return name


def _status(channel: Channel) -> dict[str, Any]:
    status = {"isActive": True, "occupancy": {"metrics": channel.metrics()}}
    return {"channelId": channel.name, "name": channel.name, "status": status}


TOP: dict[str, dict[str, Handler]] = {
    "time": {"GET": _time},
    "stats": {"GET": _stats, "POST": _stats},
    "channels": {"GET": _channels},
}
BELOW: dict[tuple[str, ...], dict[str, Handler]] = {
    ("channels",): {"GET": _channel},
    ("channels", "messages"): {"GET": _messages, "POST": _publish},
    ("channels", "history"): {"GET": _messages},
    ("channels", "presence"): {"GET": _presence},
    ("channels", "presence", "history"): {"GET": _presence_history},
    ("keys", "requestToken"): {"POST": token_routes.request_token},
    ("keys", "revokeTokens"): {"POST": token_routes.revoke_tokens},
}
