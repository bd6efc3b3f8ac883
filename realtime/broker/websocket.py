"""WebSockets of clients: accepting, authenticating and serving them until they end."""

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
from realtime.broker.frame_handlers import handle_frame
from realtime.broker.hub import Hub
from realtime.broker.protocol import ProtocolAction
from realtime.broker.send_queue import QueuedSocket
from realtime.broker.session import ClientSession
from realtime.broker.tokens import Access


async def serve_websocket(hub: Hub, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one WebSocket from its handshake to its end."""
    await receive()
    await send({"type": "websocket.accept"})
    query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    socket = QueuedSocket("msgpack" if query.get("format") == "msgpack" else "json", send)
    writer = asyncio.create_task(socket.write_queued())
    session = _start_session(hub, Headers(scope=scope), query, socket)
    try:
        await _receive_frames(session, receive)
    finally:
        if session is not None:
            _detach_socket(session)
        await _cancel_writer(writer)


def _start_session(
    hub: Hub, headers: Headers, query: dict[str, str], socket: QueuedSocket
) -> ClientSession | None:
    """Start a session; if the client is rejected, send it the error and return None."""
    max_connections = hub.options.max_connections
    if len(hub.connections) >= max_connections:
        _reject(
            socket,
            BrokerError(40111, f"the limit of {max_connections} connections is reached", 429),
            ProtocolAction.DISCONNECTED,
        )
        return None
    try:
        access = hub.auth.authenticate(headers, query)
    except BrokerError as refusal:
        _reject(socket, refusal, ProtocolAction.ERROR)
        return None
    return _open_session(hub, access, query, socket)


def _open_session(hub: Hub, access: Access, query: dict[str, str], socket: QueuedSocket) -> ClientSession:
    connection, error = _find_connection(hub, access, query.get("resume") or query.get("recover"))
    _attach_socket(connection, socket)
    if (presence_milliseconds := query.get("remainPresentFor", "")).isdecimal():
        connection.presence_grace = min(int(presence_milliseconds[:9]) / 1000, hub.options.resume_window)
    session = ClientSession(hub, connection, socket, echo=query.get("echo") != "false")
    session.send_connected(error)
    return session


def _reject(socket: QueuedSocket, error: BrokerError, action: ProtocolAction) -> None:
    socket.send_frame({"action": int(action), "error": error.to_json()})
    socket.close()


def _find_connection(hub: Hub, access: Access, key: str | None) -> tuple[Connection, BrokerError | None]:
    """Return the connection to resume, or a new one, and the error if the key resumes none."""
    if key is None:
        return hub.connections.create_connection(access), None
    connection = hub.connections.resume_connection(key, access)
    if connection is None:
        return hub.connections.create_connection(access), BrokerError(
            80018, "the connection to resume is unknown"
        )
    return connection, None


def _attach_socket(connection: Connection, socket: QueuedSocket) -> None:
    if connection.socket is not None:
        connection.socket.close()
    disconnect.detach_all(connection)
    connection.socket, connection.is_renewal_requested = socket, False


async def _receive_frames(session: ClientSession | None, receive: Receive) -> None:
    while (event := await receive())["type"] != "websocket.disconnect":
        if session is not None:
            raw = event.get("bytes")
            await handle_frame(session, event.get("text") or "" if raw is None else raw)


def _detach_socket(session: ClientSession) -> None:
    """Keep the connection without a socket until its client resumes, unless it already has."""
    connection = session.connection
    if connection.socket is session.socket:
        disconnect.detach_all(connection)
        connection.socket, connection.disconnected_at = None, monotonic()


async def _cancel_writer(writer: asyncio.Task[None]) -> None:
    """Cancel the writer of a socket that is gone, and ignore the errors by which it may have noticed that."""
    writer.cancel()
    with suppress(asyncio.CancelledError, OSError, RuntimeError):
        await writer
