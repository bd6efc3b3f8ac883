"""The HTTP interface: channels with their history and members, keys, tokens and the time."""

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
from realtime.broker.responses import ResponseData
from realtime.broker.storage_types import HistoryQuery, PublicationKind

Handler = Callable[[Hub, Request, str], Awaitable[ResponseData]]


async def handle_request(hub: Hub, request: Request) -> ResponseData:
    """Return the response to a request.

    Raises:
        BrokerError: the request is refused.
    """
    parts = [unquote_plus(part) for part in _path(request).split("/")]
    if parts in (["time"], ["stats"], ["channels"]):
        handler, subject = TOP_ROUTES[parts[0]], ""
    elif len(parts) > 1 and (parts[0], *parts[2:]) in SUBJECT_ROUTES:
        handler, subject = SUBJECT_ROUTES[parts[0], *parts[2:]], parts[1]
    else:
        raise BrokerError(40400, "not found")
    by_method = handler.get("GET" if request.method == "HEAD" else request.method)
    if by_method is None:
        raise BrokerError(40500, f"{request.method} is not allowed here")
    return await by_method(hub, request, subject)


def _path(request: Request) -> str:
    """Return the path as it was sent: the name of a channel may contain a slash as %2F."""
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    return raw.decode("latin-1").partition("?")[0].strip("/")


async def _get_time(_hub: Hub, _request: Request, _subject: str) -> ResponseData:
    return ResponseData([int(time() * 1000)])


async def _get_stats(hub: Hub, request: Request, _subject: str) -> ResponseData:
    token_routes.authenticate_request(hub, request)
    return ResponseData([])


async def _list_channels(hub: Hub, request: Request, _subject: str) -> ResponseData:
    access = token_routes.authenticate_request(hub, request)
    allowed = (
        channel for channel in hub.channels if access.capability.allows("channel-metadata", channel.name)
    )
    prefix = request.query_params.get("prefix", "")
    return ResponseData([_channel_status(channel) for channel in allowed if channel.name.startswith(prefix)])


async def _get_channel(hub: Hub, request: Request, subject: str) -> ResponseData:
    name = _require_channel(hub, request, subject, "channel-metadata")
    return ResponseData(_channel_status(hub.channels.get_or_create(name)))


async def _publish(hub: Hub, request: Request, subject: str) -> ResponseData:
    name = _require_channel(hub, request, subject, "publish")
    body = responses.parse_body(request, await request.body())
    items = message_codec.parse_items(body if isinstance(body, list) else [body], hub.options.largest_message)
    published = await publishing.publish_by_request(
        hub, token_routes.authenticate_request(hub, request), hub.channels.get_or_create(name), items
    )
    content = {"channel": name, "messageId": items[0]["id"].rpartition(":")[0], "serials": published}
    return ResponseData(content, 201)


async def _get_messages(hub: Hub, request: Request, subject: str) -> ResponseData:
    return await _get_history(hub, request, subject, PublicationKind.MESSAGE)


async def _get_presence_history(hub: Hub, request: Request, subject: str) -> ResponseData:
    return await _get_history(hub, request, subject, PublicationKind.PRESENCE)


async def _get_history(hub: Hub, request: Request, subject: str, kind: PublicationKind) -> ResponseData:
    name = _require_channel(hub, request, subject, "history")
    query = _parse_history_query(request, name, kind)
    items = await hub.history.read_items(query)
    path = _path(request).rpartition("/")[2]
    return responses.make_page(request, items, path, lambda item: str(item["serial"]))


def _parse_history_query(request: Request, name: str, kind: PublicationKind) -> HistoryQuery:
    """Return the requested part of a channel's history, with one item more than a page has."""
    query = request.query_params
    start, end = responses.parse_integer(query, "start", 0), responses.parse_integer(query, "end", 10**14 - 1)
    direction = query.get("direction", "backwards")
    if direction not in ("backwards", "forwards") or start > end:
        raise BrokerError(40003, "direction must be forwards or backwards, and start must not be after end")
    after, until = serials.from_milliseconds(start), serials.from_milliseconds(end + 1)
    if "from_serial" in query:
        until = min(until, serials.bound_after(query["from_serial"]))
    cursor, newest_first = responses.get_cursor(query), direction == "backwards"
    if cursor is not None:
        after, until = (after, serials.bound_before(cursor)) if newest_first else (cursor, until)
    return HistoryQuery(name, kind, after, until, responses.get_limit(query) + 1, newest_first)


async def _get_presence(hub: Hub, request: Request, subject: str) -> ResponseData:
    name = _require_channel(hub, request, subject, "presence", "subscribe")
    query, limit = request.query_params, responses.get_limit(request.query_params)
    start = responses.parse_integer(query, "cursor", 0)
    filters = [field for field in ("clientId", "connectionId") if field in query]
    members = hub.channels.get_or_create(name).members.list_all()
    matching = [item for item in members if all(item[field] == query[field] for field in filters)]
    positions = {id(item): str(position + 1) for position, item in enumerate(matching)}
    return responses.make_page(
        request, matching[start : start + limit + 1], "presence", lambda item: positions[id(item)]
    )


def _require_channel(hub: Hub, request: Request, subject: str, *operations: str) -> str:
    """Return the name of a channel on which the request may do one of these operations.

    Raises:
        BrokerError: it may do none of them, or the name is not valid.
    """
    access, name = (
        token_routes.authenticate_request(hub, request),
        channel_names.parse_channel_name(subject).name,
    )
    if not any(access.capability.allows(operation, name) for operation in operations):
        raise BrokerError(40160, f"{' or '.join(operations)} is not allowed on {name}")
    return name


def _channel_status(channel: Channel) -> dict[str, Any]:
    status = {"isActive": True, "occupancy": {"metrics": channel.get_metrics()}}
    return {"channelId": channel.name, "name": channel.name, "status": status}


TOP_ROUTES: dict[str, dict[str, Handler]] = {
    "time": {"GET": _get_time},
    "stats": {"GET": _get_stats, "POST": _get_stats},
    "channels": {"GET": _list_channels},
}
SUBJECT_ROUTES: dict[tuple[str, ...], dict[str, Handler]] = {
    ("channels",): {"GET": _get_channel},
    ("channels", "messages"): {"GET": _get_messages, "POST": _publish},
    ("channels", "history"): {"GET": _get_messages},
    ("channels", "presence"): {"GET": _get_presence},
    ("channels", "presence", "history"): {"GET": _get_presence_history},
    ("keys", "requestToken"): {"POST": token_routes.request_token},
    ("keys", "revokeTokens"): {"POST": token_routes.revoke_tokens},
}
