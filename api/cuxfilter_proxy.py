"""cuxfilter's own pages and sockets, handed on from the processes that serve them: the only way to these."""

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

from datasets.cuxfilter.sessions import PREFIX, Desk, Desks

ORIGIN = "http://localhost"
POLICY = (
    "sandbox allow-scripts; default-src 'none'; script-src 'self' blob: 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'self'; form-action 'none'; base-uri 'none'"
)
"""Of cuxfilter's page: a stranger to ours, with neither its cookies nor its storage."""
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
LIBRARY = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "private, max-age=86400, immutable",
}
"""Of scripts and styles, which are the same for everybody; each part of a chart asks for them again."""
PATIENCE = 60
"""Seconds that a process gets to answer."""
GONE = 1001


def framed(other: ASGIApp, desks: Desks) -> ASGIApp:
    """One application: the frames of desks, and everything else."""

    async def either(scope: Scope, receive: Receive, send: Send) -> None:
        asked = _asked(scope, desks)
        if asked is None:
            await other(scope, receive, send)
        elif scope["type"] == "websocket":
            await _socket(*asked, WebSocket(scope, receive, send))
        else:
            answer = await run_in_threadpool(_page, *asked, scope)
            await answer(scope, receive, send)

    return either


def _asked(scope: Scope, desks: Desks) -> tuple[Desk | None, str] | None:
    """The desk that is asked for, if it is there, and what of it; None if this is about something else."""
    parts = scope.get("path", "").split("/", 4)
    if len(parts) < 5 or (f"/{parts[1]}", parts[3]) != (PREFIX, "frame"):
        return None
    return desks.known(parts[2]), parts[4]


def _page(desk: Desk | None, what: str, scope: Scope) -> Response:
    """The dashboard's document for a token, which is good once; its scripts and styles for anybody."""
    if desk is None or scope["method"] != "GET":
        return Response("There is no such page.", 404, HEADERS)
    library = what.startswith("static/")
    if not library and not (what == "" and desk.redeem(_token(scope))):
        return Response("Open this again from Explore.", 403, HEADERS)
    query = scope["query_string"].decode("latin-1") if library else ""
    try:
        status, kind, content = _fetched(desk.place, f"{desk.path}/{what}?{query}")
    except (OSError, HTTPException):
        return Response("cuxfilter does not answer.", 502, HEADERS)
    return Response(content, status, HEADERS | (LIBRARY if library else {}) | {"Content-Type": kind})


def _token(scope: Scope) -> str:
    token: str = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
    return token


class _Connection(HTTPConnection):
    """HTTP over a socket in the file system."""

    def __init__(self, place: Path) -> None:
        super().__init__("localhost", timeout=PATIENCE)
        self._place = place

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._place))


def _fetched(place: Path, path: str) -> tuple[int, str, bytes]:
    connection = _Connection(place)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Content-Type", "text/plain"), answer.read()
    finally:
        connection.close()


async def _socket(desk: Desk | None, what: str, browser: WebSocket) -> None:
    """Hand messages on both ways. Who connects shows what the document told them, signed by the process."""
    if desk is None or what != "ws":
        await browser.close()
        return
    spoken = [Subprotocol(each) for each in browser.scope["subprotocols"]]
    uri = f"ws://localhost{desk.path}/ws?{browser.scope['query_string'].decode('latin-1')}"
    try:
        async with unix_connect(
            str(desk.place), uri, subprotocols=spoken, origin=Origin(ORIGIN), max_size=None
        ) as process:
            await browser.accept(process.subprotocol)
            await _both_ways(browser, process)
    except (OSError, InvalidHandshake):
        await browser.close(GONE)


async def _both_ways(browser: WebSocket, process: ClientConnection) -> None:
    """Until either side closes."""
    ways = [asyncio.create_task(_up(browser, process)), asyncio.create_task(_down(process, browser))]
    await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    for way in ways:
        way.cancel()
    await asyncio.gather(*ways, return_exceptions=True)


async def _up(browser: WebSocket, process: ClientConnection) -> None:
    try:
        while True:
            message = await browser.receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text")
            await process.send(message["bytes"] if text is None else text)
    except (WebSocketDisconnect, ConnectionClosed):
        return


async def _down(process: ClientConnection, browser: WebSocket) -> None:
    with suppress(ConnectionClosed):  # it may break off
        async for message in process:
            await (browser.send_text(message) if isinstance(message, str) else browser.send_bytes(message))
    await browser.close(GONE)
