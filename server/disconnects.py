"""Long responses that end early when the client has disconnected."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from itertools import takewhile

from flask import request
from starlette.types import ASGIApp, Receive, Scope, Send

DISCONNECT_KEY = "dataxchange.disconnect"


class DisconnectMiddleware:
    """The middleware that lets a WSGI application notice when a client has disconnected."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        loop = asyncio.get_running_loop()
        scope[DISCONNECT_KEY] = lambda: asyncio.run_coroutine_threadsafe(_wait_disconnect(receive), loop)
        await self.app(scope, receive, send)


def until_disconnect(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the pieces of this request's response until the client disconnects."""
    left = _watch_client()
    return takewhile(lambda _: not left.done(), pieces)


def call_on_disconnect(callback: Callable[[], None]) -> None:
    """Call this once the client of this request has disconnected, or the response has been sent."""
    _watch_client().add_done_callback(lambda _: callback())


def _watch_client() -> Future[None]:
    """Return a future that is done when the client has disconnected."""
    watch: Callable[[], Future[None]] = request.environ.get("asgi.scope", {}).get(DISCONNECT_KEY, Future)
    return watch()


async def _wait_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
