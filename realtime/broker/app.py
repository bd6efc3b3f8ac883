"""The broker as an ASGI application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import time
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from realtime.broker import maintenance, responses, rest, websocket
from realtime.broker.auth import BrokerAuth
from realtime.broker.channels import ChannelRegistry
from realtime.broker.connections import ConnectionRegistry
from realtime.broker.errors import BrokerError
from realtime.broker.history import History
from realtime.broker.hub import Hub
from realtime.broker.keys import KeyLookup
from realtime.broker.options import BrokerOptions
from realtime.broker.storage_types import Cipher, NullCipher

PATH_PREFIXES = ("channels", "keys", "time", "stats")
"""The first path segments of the broker's HTTP addresses."""
CREDENTIAL_PARAMS = frozenset(("v", "key", "access_token", "accessToken"))
"""The query parameters of which the address of a broker WebSocket has at least one."""
ALLOWED_HEADERS = "Authorization, Content-Type, X-Ably-Version, Ably-Agent, X-Ably-ClientId"
EXPOSED_HEADERS = "Link, X-Ably-Errorcode, X-Ably-Errormessage"


class Broker:
    """The broker, which serves while its ``lifespan`` lasts.

    ``lookup`` finds keys by name; ``cipher`` encrypts what is stored.
    """

    def __init__(self, options: BrokerOptions, lookup: KeyLookup, cipher: Cipher | None = None) -> None:
        self._options, self._lookup, self._cipher = options, lookup, cipher or NullCipher()
        self._hub: Hub | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        """Serve in the current event loop until the end of the block."""
        history = History(self._options.file, self._cipher)
        hub = self._hub = await _load_hub(self._options, self._lookup, history)
        self._loop = asyncio.get_running_loop()
        maintenance_task = asyncio.create_task(maintenance.run_maintenance(hub))
        try:
            yield
        finally:
            maintenance_task.cancel()
            self._hub = self._loop = None
            await history.close()

    @property
    def socket_count(self) -> int:
        """The number of connected clients."""
        return len(self._hub.connections) if self._hub else 0

    def accepts_scope(self, scope: Scope) -> bool:
        """Return whether a request or WebSocket is meant for the broker."""
        if scope["type"] == "websocket":
            return not CREDENTIAL_PARAMS.isdisjoint(parse_qs(scope["query_string"].decode("latin-1")))
        return scope["type"] == "http" and scope["path"].strip("/").partition("/")[0] in PATH_PREFIXES

    def revoke_tokens(self, *targets: str) -> None:
        """Revoke the tokens of ``clientId:…`` or ``revocationKey:…`` targets and close their sockets.

        May be called from any thread; blocks until it is done.
        """
        if self._hub is not None and self._loop is not None:
            revocation = self._hub.revoke_tokens(targets, int(time() * 1000))
            asyncio.run_coroutine_threadsafe(revocation, self._loop).result()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._hub is None:
            raise RuntimeError("the broker is not running: enter lifespan() first")
        if scope["type"] == "websocket":
            await websocket.serve_websocket(self._hub, scope, receive, send)
        else:
            response = await self._respond(self._hub, Request(scope, receive))
            await response(scope, receive, send)

    async def _respond(self, hub: Hub, request: Request) -> Response:
        if request.method == "OPTIONS":
            response = Response(status_code=204)
        else:
            try:
                response = responses.make_response(request, await rest.handle_request(hub, request))
            except BrokerError as error:
                response = responses.make_error_response(request, error)
        if (origin := request.headers.get("origin")) in self._options.origins:
            response.headers.update(_cors_headers(origin or ""))
        return response


async def _load_hub(options: BrokerOptions, lookup: KeyLookup, history: History) -> Hub:
    """Create the parts of the broker with the state that the last run left."""
    newest_serial = await history.run_in_writer(
        lambda store: max(store.get_newest_serial(), store.get_horizon())
    )
    auth = BrokerAuth(lookup, history)
    hub = Hub(
        options,
        auth,
        history,
        ChannelRegistry(options, history, newest_serial),
        ConnectionRegistry(options, lookup),
    )
    hub.horizon = await history.run_in_writer(lambda store: store.get_horizon())
    await auth.load_revocations()
    await _restore_members(hub)
    return hub


async def _restore_members(hub: Hub) -> None:
    """Restore the members of the last run with their connections, so that their clients can resume."""
    for channel, item in await hub.history.run_in_writer(lambda store: list(store.list_members())):
        hub.channels.get_or_create(channel).members.apply_change(item)
        hub.connections.restore_orphan(item["connectionId"])


def _cors_headers(origin: str) -> dict[str, str]:
    """Return the headers that allow pages of another origin to send requests."""
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Headers": ALLOWED_HEADERS,
        "Access-Control-Allow-Methods": "GET, POST",
        "Access-Control-Expose-Headers": EXPOSED_HEADERS,
        "Vary": "Origin",
    }
