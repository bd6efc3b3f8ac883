"""The embedded broker within this service, and a door by which the service itself comes in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from starlette.types import ASGIApp, Receive, Scope, Send

from config import settings
from realtime import embedded
from realtime.broker.app import Broker

Door = Callable[[ASGIApp], AbstractAsyncContextManager[int]]
"""Serves an application on the loopback, at the port that it yields, until the end of the block."""


class Mounted:
    """The broker while it is ``running``, on the port of the service for all, and on one of its own for us.

    That is on the loopback and without TLS, whatever certificate browsers are shown. Nobody else is told it;
    whoever finds it needs a token as anywhere else.
    """

    def __init__(self, door: Door) -> None:
        self._door = door
        self._port = 0
        self._broker: Broker | None = None

    def address(self) -> str:
        """Host and port.

        Raises:
            ConnectionError: it does not run.
        """
        if not self._port:
            raise ConnectionError("the broker does not run")
        return f"127.0.0.1:{self._port}"

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run from now on, in this event loop, until the end of the block."""
        broker = self._broker = embedded.broker(settings())
        async with broker.running(), self._door(broker) as port:
            self._port = port
            try:
                yield
            finally:
                self._port, self._broker = 0, None

    def beside(self, other: ASGIApp) -> ASGIApp:
        """One application: what is for the broker, and everything else."""

        async def either(scope: Scope, receive: Receive, send: Send) -> None:
            broker = self._broker
            await (broker if broker and broker.serves(scope) else other)(scope, receive, send)

        return either

    @property
    def sockets(self) -> int:
        """How many clients are connected, the service itself among them."""
        return self._broker.sockets if self._broker else 0

    def revoke(self, targets: Iterable[str]) -> None:
        """End the tokens of ``clientId:…`` or ``revocationKey:…`` given out so far, and their sockets."""
        targets = list(targets)
        if self._broker is not None and targets:
            self._broker.revoke(*targets)
