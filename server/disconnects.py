"""Long responses that end early when the client has disconnected."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
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
    watch = request.environ.get("asgi.scope", {}).get(DISCONNECT_KEY, Future)
    left: Future[None] = watch()
    return takewhile(lambda _: not left.done(), pieces)


async def _wait_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
