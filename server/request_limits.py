"""Limits on the time and size of requests: slow clients hold no thread, and connections only briefly."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_TIMEOUT = 20  # seconds for the request line and all headers
BODY_TIMEOUT = 30  # seconds for what follows them
MAX_BODY_BYTES = 2**20  # bytes: an exploration of 32 views is some tens of kilobytes


class TimeoutProtocol(H11Protocol):
    """An HTTP/1.1 protocol that closes a connection if a request's headers don't arrive in time."""

    _close_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._update_timer()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._update_timer()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._update_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._cancel_timer()

    def _update_timer(self) -> None:
        """Start the timer when the connection waits for a request, and stop it when the request is there."""
        over = (
            self.transport.is_closing() or self.transport.get_protocol() is not self
        )  # or it is a WebSocket now
        if over or (self.cycle is not None and not self.cycle.response_complete):
            self._cancel_timer()
        elif self._close_timer is None:
            self._close_timer = self.loop.call_later(HEAD_TIMEOUT, self.transport.close)

    def _cancel_timer(self) -> None:
        if self._close_timer is not None:
            self._close_timer.cancel()
            self._close_timer = None


class BufferedBodyMiddleware:
    """The middleware that calls the app after the body has arrived: no thread waits for a client."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(BODY_TIMEOUT):
                body = await _read_body(receive)
        except TimeoutError:
            await _error_response(HTTPStatus.REQUEST_TIMEOUT, "The request took too long.")(
                scope, receive, send
            )
            return
        if body is None:
            return
        if len(body) > MAX_BODY_BYTES:
            answer = _error_response(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"A request can have at most {MAX_BODY_BYTES:,} bytes."
            )
            await answer(scope, receive, send)
            return
        await self.app(scope, _replay_body(body, receive), send)


async def _read_body(receive: Receive) -> bytes | None:
    """Return the body, or enough of it to show that it is too large; None if the client has disconnected."""
    parts, size = [], 0
    while size <= MAX_BODY_BYTES:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if not message.get("more_body", False):
            break
    return b"".join(parts)


def _replay_body(body: bytes, receive: Receive) -> Receive:
    """Return a ``receive`` that gives the body once, and then the other messages of the connection."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_replayed() -> Message:
        return waiting.pop() if waiting else await receive()

    return receive_replayed


def _error_response(status: HTTPStatus, message: str) -> JSONResponse:
    headers = {"Connection": "close", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    return JSONResponse({"error": {"message": message}}, status, headers)
