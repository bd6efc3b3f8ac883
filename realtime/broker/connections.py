"""Connections: what of a client outlives its socket, so that it can come back to it."""

from __future__ import annotations

import hmac
from collections import defaultdict
from collections.abc import Iterator
from hashlib import sha256
from secrets import token_urlsafe
from time import monotonic
from typing import TYPE_CHECKING

from realtime.broker.errors import BrokerError
from realtime.broker.frames import Frame
from realtime.broker.keys import Lookup
from realtime.broker.message_codec import Item
from realtime.broker.options import Options
from realtime.broker.protocol import Action
from realtime.broker.rate_limit import Rate
from realtime.broker.tokens import Access

if TYPE_CHECKING:
    from realtime.broker.attachments import Attachment
    from realtime.broker.send_queue import Socket


class Connection:
    """A client. ``received`` is the serial of what it published last; ``gone`` who left with its socket.

    Its members stay for ``grace`` seconds without one.
    """

    def __init__(self, id_: str, access: Access | None, rate: float, grace: float) -> None:
        self.id = id_
        self.access = access
        self.rate = Rate(rate)
        self.socket: Socket | None = None
        self.lost = monotonic()
        self.received = -1
        self.grace = grace
        self.warned = False
        self.attachments: dict[str, Attachment] = {}
        self.gone: dict[str, list[Item]] = defaultdict(list)

    def send(self, frame: Frame) -> None:
        if self.socket is not None:
            self.socket.send(frame)

    def send_away(self, error: BrokerError) -> None:
        """Close its socket; it may come back with what it lacks."""
        if self.socket is not None:
            self.send({"action": int(Action.DISCONNECTED), "error": error.told()})
            self.socket.close()


class Connections:
    """Those that are open, and those that may still come back."""

    def __init__(self, options: Options, lookup: Lookup) -> None:
        self._options, self._lookup = options, lookup
        self._began = monotonic()
        self._known: dict[str, Connection] = {}

    def __iter__(self) -> Iterator[Connection]:
        return iter(list(self._known.values()))

    def __len__(self) -> int:
        """How many are open."""
        return sum(connection.socket is not None for connection in self._known.values())

    def new(self, access: Access) -> Connection:
        return self._keep(self._made(token_urlsafe(12), access))

    def orphan(self, id_: str) -> Connection:
        """One that was open when the broker was stopped."""
        return self._known.get(id_) or self._keep(self._made(id_, None))

    def resumed(self, key: str, access: Access) -> Connection | None:
        """The connection that a client comes back to; after a restart by its key alone."""
        id_ = key.partition("!")[0]
        if not hmac.compare_digest(self.key(id_, access).encode(), key.encode(errors="replace")):
            return None
        connection = self._known.get(id_)
        if connection is None and monotonic() < self._began + self._options.resumable:
            connection = self.orphan(id_)
        if connection is not None:
            connection.access = access
        return connection

    def key(self, id_: str, access: Access) -> str:
        """What a client shows to come back; good for the same client and the same key only."""
        key = self._lookup(access.key)
        secret = key.secret if key else ""
        text = f"connection\n{id_}\n{access.client_id or ''}\n"
        return f"{id_}!{hmac.new(secret.encode(), text.encode(), sha256).hexdigest()[:32]}"

    def forget(self, connection: Connection) -> None:
        self._known.pop(connection.id, None)

    def _made(self, id_: str, access: Access | None) -> Connection:
        return Connection(id_, access, self._options.rate, self._options.grace)

    def _keep(self, connection: Connection) -> Connection:
        self._known[connection.id] = connection
        return connection
