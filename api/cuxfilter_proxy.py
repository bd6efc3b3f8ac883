"""The proxy to cuxfilter's pages and WebSockets, which its processes serve on Unix sockets."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.asyncio.client import ClientConnection, unix_connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Origin, Subprotocol

from datasets.cuxfilter.sessions import URL_PREFIX, CuxfilterSession, CuxfilterSessions

ORIGIN = "http://localhost"
CONTENT_SECURITY_POLICY = (
    "sandbox allow-scripts; default-src 'none'; script-src 'self' blob: 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'self'; form-action 'none'; base-uri 'none'"
)
"""The policy of cuxfilter's page: sandboxed, without access to the cookies and storage of DataXchange."""
PAGE_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
LIBRARY_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "private, max-age=86400, immutable",
}
"""The headers of scripts and styles, which are the same for everybody and requested repeatedly."""
READ_TIMEOUT = 60
"""Seconds to wait for a response of a process."""
GOING_AWAY = 1001


def proxy_cuxfilter(fallback: ASGIApp, sessions: CuxfilterSessions) -> ASGIApp:
    """Return an application that serves the frames of sessions, and passes other requests to ``fallback``."""

    async def dispatch_request(scope: Scope, receive: Receive, send: Send) -> None:
        asked = _match_path(scope, sessions)
        if asked is None:
            await fallback(scope, receive, send)
        elif scope["type"] == "websocket":
            await _proxy_socket(*asked, WebSocket(scope, receive, send))
        else:
            answer = await run_in_threadpool(_proxy_page, *asked, scope)
            await answer(scope, receive, send)

    return dispatch_request


def _match_path(scope: Scope, sessions: CuxfilterSessions) -> tuple[CuxfilterSession | None, str] | None:
    """Return the requested session (None if there is none) and path; None for requests to other pages."""
    parts = scope.get("path", "").split("/", 4)
    if len(parts) < 5 or (f"/{parts[1]}", parts[3]) != (URL_PREFIX, "frame"):
        return None
    return sessions.get_session(parts[2]), parts[4]


def _proxy_page(session: CuxfilterSession | None, path: str, scope: Scope) -> Response:
    """Return the dashboard's document for a single-use token; scripts and styles need none."""
    if session is None or scope["method"] != "GET":
        return Response("There is no such page.", 404, PAGE_HEADERS)
    library = path.startswith("static/")
    if not library and not (path == "" and session.redeem_token(_read_token(scope))):
        return Response("Open this again from Explore.", 403, PAGE_HEADERS)
    query = scope["query_string"].decode("latin-1") if library else ""
    try:
        status, kind, content = _fetch(session.socket_path, f"{session.url_path}/{path}?{query}")
    except (OSError, HTTPException):
        return Response("cuxfilter does not answer.", 502, PAGE_HEADERS)
    return Response(
        content, status, PAGE_HEADERS | (LIBRARY_HEADERS if library else {}) | {"Content-Type": kind}
    )


def _read_token(scope: Scope) -> str:
    token: str = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
    return token


class _UnixHTTPConnection(HTTPConnection):
    """An HTTP connection over a Unix socket."""

    def __init__(self, socket_path: Path) -> None:
        super().__init__("localhost", timeout=READ_TIMEOUT)
        self._socket_path = socket_path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._socket_path))


def _fetch(socket_path: Path, path: str) -> tuple[int, str, bytes]:
    connection = _UnixHTTPConnection(socket_path)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Content-Type", "text/plain"), answer.read()
    finally:
        connection.close()


async def _proxy_socket(session: CuxfilterSession | None, path: str, browser: WebSocket) -> None:
    """Relay messages in both directions. The process itself checks the signed token of its document."""
    if session is None or path != "ws":
        await browser.close()
        return
    spoken = [Subprotocol(each) for each in browser.scope["subprotocols"]]
    uri = f"ws://localhost{session.url_path}/ws?{browser.scope['query_string'].decode('latin-1')}"
    try:
        async with unix_connect(
            str(session.socket_path), uri, subprotocols=spoken, origin=Origin(ORIGIN), max_size=None
        ) as process:
            await browser.accept(process.subprotocol)
            await _relay_messages(browser, process)
    except (OSError, InvalidHandshake):
        await browser.close(GOING_AWAY)


async def _relay_messages(browser: WebSocket, process: ClientConnection) -> None:
    """Relay messages until either side closes."""
    ways = [
        asyncio.create_task(_relay_to_process(browser, process)),
        asyncio.create_task(_relay_to_browser(process, browser)),
    ]
    await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    for way in ways:
        way.cancel()
    await asyncio.gather(*ways, return_exceptions=True)


async def _relay_to_process(browser: WebSocket, process: ClientConnection) -> None:
    try:
        while True:
            message = await browser.receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text")
            await process.send(message["bytes"] if text is None else text)
    except (WebSocketDisconnect, ConnectionClosed):
        return


async def _relay_to_browser(process: ClientConnection, browser: WebSocket) -> None:
    with suppress(ConnectionClosed):  # the process may end
        async for message in process:
            await (browser.send_text(message) if isinstance(message, str) else browser.send_bytes(message))
    await browser.close(GOING_AWAY)
