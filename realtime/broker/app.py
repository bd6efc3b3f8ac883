"""The broker as an ASGI application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import time
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from realtime.broker import maintenance, responses, rest, websocket
from realtime.broker.auth import Gate
from realtime.broker.channels import Channels
from realtime.broker.connections import Connections
from realtime.broker.errors import BrokerError
from realtime.broker.history import History
from realtime.broker.hub import Hub
from realtime.broker.keys import Lookup
from realtime.broker.options import Options
from realtime.broker.storage_types import Plain, Seal

ROOMS = ("channels", "keys", "time", "stats")
"""What its addresses begin with."""
SHOWN = frozenset(("v", "key", "access_token", "accessToken"))
"""What the address of a socket carries one of."""
ASKED = "Authorization, Content-Type, X-Ably-Version, Ably-Agent, X-Ably-ClientId"
TOLD = "Link, X-Ably-Errorcode, X-Ably-Errormessage"


class Broker:
    """Runs within ``running()``; ``lookup`` finds keys by name, ``seal`` closes what is kept."""

    def __init__(self, options: Options, lookup: Lookup, seal: Seal | None = None) -> None:
        self._options, self._lookup, self._seal = options, lookup, seal or Plain()
        self._hub: Hub | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve from now on, in this event loop, until the end of the block."""
        history = History(self._options.file, self._seal)
        hub = self._hub = await _hub(self._options, self._lookup, history)
        self._loop = asyncio.get_running_loop()
        beating = asyncio.create_task(maintenance.beat(hub))
        try:
            yield
        finally:
            beating.cancel()
            self._hub = self._loop = None
            await history.end()

    @property
    def sockets(self) -> int:
        """How many clients are connected."""
        return len(self._hub.connections) if self._hub else 0

    def serves(self, scope: Scope) -> bool:
        """Whether a request or a socket is for the broker."""
        if scope["type"] == "websocket":
            return not SHOWN.isdisjoint(parse_qs(scope["query_string"].decode("latin-1")))
        return scope["type"] == "http" and scope["path"].strip("/").partition("/")[0] in ROOMS

    def revoke(self, *targets: str) -> None:
        """End the tokens of ``clientId:…`` or ``revocationKey:…``, and their sockets; from any thread."""
        if self._hub is not None and self._loop is not None:
            ending = self._hub.revoke(targets, int(time() * 1000))
            asyncio.run_coroutine_threadsafe(ending, self._loop).result()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._hub is None:
            raise RuntimeError("the broker serves within running() only")
        if scope["type"] == "websocket":
            await websocket.serve(self._hub, scope, receive, send)
        else:
            answer = await self._answer(self._hub, Request(scope, receive))
            await answer(scope, receive, send)

    async def _answer(self, hub: Hub, request: Request) -> Response:
        if request.method == "OPTIONS":
            answer = Response(status_code=204)
        else:
            try:
                answer = responses.answer(request, await rest.handle(hub, request))
            except BrokerError as error:
                answer = responses.refusal(request, error)
        if (origin := request.headers.get("origin")) in self._options.origins:
            answer.headers.update(_sharing(origin or ""))
        return answer


def beside(broker: Broker, other: ASGIApp) -> ASGIApp:
    """One application: what is for the broker, and everything else."""

    async def either(scope: Scope, receive: Receive, send: Send) -> None:
        await (broker if broker.serves(scope) else other)(scope, receive, send)

    return either


async def _hub(options: Options, lookup: Lookup, history: History) -> Hub:
    """The parts, with what was there when the broker was stopped last."""
    newest = await history.change(lambda ledger: max(ledger.newest(), ledger.horizon()))
    gate = Gate(lookup, history)
    hub = Hub(options, gate, history, Channels(options, history, newest), Connections(options, lookup))
    hub.horizon = await history.change(lambda ledger: ledger.horizon())
    await gate.begin()
    for channel, item in await history.change(lambda ledger: list(ledger.members())):
        hub.channels.get(channel).members.apply(item)
        hub.connections.orphan(item["connectionId"])
    return hub


def _sharing(origin: str) -> dict[str, str]:
    """What lets pages of another origin ask."""
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Headers": ASKED,
        "Access-Control-Allow-Methods": "GET, POST",
        "Access-Control-Expose-Headers": TOLD,
        "Vary": "Origin",
    }
