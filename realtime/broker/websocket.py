"""Arrivals: a socket is opened, let in or turned away, and served until it ends."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from time import monotonic
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from realtime.broker import disconnect
from realtime.broker.connections import Connection
from realtime.broker.errors import BrokerError
from realtime.broker.hub import Hub
from realtime.broker.protocol import Action
from realtime.broker.send_queue import Socket
from realtime.broker.session import Session
from realtime.broker.tokens import Access


async def serve(hub: Hub, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one WebSocket from its handshake to its end."""
    await receive()
    await send({"type": "websocket.accept"})
    query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    socket = Socket("msgpack" if query.get("format") == "msgpack" else "json", send)
    writer = asyncio.create_task(socket.write())
    session = _let_in(hub, Headers(scope=scope), query, socket)
    try:
        await _listen(session, receive)
    finally:
        if session is not None:
            _release(session)
        await _ended(writer)


def _let_in(hub: Hub, headers: Headers, query: dict[str, str], socket: Socket) -> Session | None:
    """Begin a session, or say why not."""
    most = hub.options.connections
    if len(hub.connections) >= most:
        _turn_away(
            socket, BrokerError(40111, f"there are {most} connections already", 429), Action.DISCONNECTED
        )
        return None
    try:
        access = hub.gate.admit(headers, query)
    except BrokerError as refusal:
        _turn_away(socket, refusal, Action.ERROR)
        return None
    connection, error = _connection(hub, access, query.get("resume") or query.get("recover"))
    _take_over(connection, socket)
    if (asked := query.get("remainPresentFor", "")).isdecimal():
        connection.grace = min(int(asked[:9]) / 1000, hub.options.resumable)
    session = Session(hub, connection, socket, echo=query.get("echo") != "false")
    session.welcome(error)
    return session


def _turn_away(socket: Socket, error: BrokerError, action: Action) -> None:
    socket.send({"action": int(action), "error": error.told()})
    socket.close()


def _connection(hub: Hub, access: Access, key: str | None) -> tuple[Connection, BrokerError | None]:
    """The connection that the key is of; a new one without a key, or when it is of none, and why."""
    if key is None:
        return hub.connections.new(access), None
    found = hub.connections.resumed(key, access)
    if found is None:
        return hub.connections.new(access), BrokerError(80018, "the former connection is not known")
    return found, None


def _take_over(connection: Connection, socket: Socket) -> None:
    if connection.socket is not None:
        connection.socket.close()
    disconnect.drop(connection)
    connection.socket, connection.warned = socket, False


async def _listen(session: Session | None, receive: Receive) -> None:
    while (event := await receive())["type"] != "websocket.disconnect":
        if session is not None:
            raw = event.get("bytes")
            await session.take(event.get("text") or "" if raw is None else raw)


def _release(session: Session) -> None:
    """Let a connection wait for its client to come back, unless it already has."""
    connection = session.connection
    if connection.socket is session.socket:
        disconnect.drop(connection)
        connection.socket, connection.lost = None, monotonic()


async def _ended(writer: asyncio.Task[None]) -> None:
    """End the writer of a socket that is gone; it may have noticed by an error, uvicorn's of either kind."""
    writer.cancel()
    with suppress(asyncio.CancelledError, OSError, RuntimeError):
        await writer
