"""The threads that answer requests: routes that take long leave those of all others free."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TypeVar

from a2wsgi import WSGIMiddleware
from flask import Flask
from starlette.types import ASGIApp, Receive, Scope, Send
from werkzeug.exceptions import HTTPException

F = TypeVar("F", bound=Callable[..., object])
POOL_ATTRIBUTE = "thread_pool"


class ThreadPool(StrEnum):
    """The pools: for what asks whether the service lives, for routes with a queue, and for all others."""

    HEALTH = "health"
    QUEUES = "queues"
    OTHERS = "others"


def use_pool(pool: ThreadPool) -> Callable[[F], F]:
    """Let threads of this pool answer a route; without it, those of ``OTHERS`` do."""

    def decorate(function: F) -> F:
        vars(function)[POOL_ATTRIBUTE] = pool
        return function

    return decorate


class ThreadPoolMiddleware:
    """Runs the requests of a Flask app in threads, each in the pool of its route."""

    def __init__(self, server: Flask, sizes: Mapping[ThreadPool, int]) -> None:
        self._server = server
        self._routes = server.url_map.bind("")
        self._pools: dict[ThreadPool, ASGIApp] = {
            pool: WSGIMiddleware(server, workers=threads) for pool, threads in sizes.items()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._pools[self._find_pool(scope)](scope, receive, send)

    def _find_pool(self, scope: Scope) -> ThreadPool:
        if scope["type"] != "http":
            return ThreadPool.OTHERS
        try:
            endpoint, _ = self._routes.match(scope["path"], scope["method"])
        except HTTPException:  # there is no such route, or it redirects
            return ThreadPool.OTHERS
        view = self._server.view_functions[endpoint]
        pool: ThreadPool = getattr(view, POOL_ATTRIBUTE, ThreadPool.OTHERS)
        return pool
