"""Connections: the part of a client's state that outlives its socket, so that the client can resume."""

from __future__ import annotations

import hmac
from collections import defaultdict
from collections.abc import Iterator
from hashlib import sha256
from secrets import token_urlsafe
from time import monotonic

from realtime.broker.attachments import Attachment
from realtime.broker.errors import BrokerError
from realtime.broker.frames import Frame
from realtime.broker.keys import KeyLookup
from realtime.broker.message_codec import Item
from realtime.broker.options import BrokerOptions
from realtime.broker.protocol import ProtocolAction
from realtime.broker.rate_limit import TokenBucket
from realtime.broker.send_queue import QueuedSocket
from realtime.broker.tokens import Access


class Connection:
    """A client's connection, with or without an open socket.

    ``last_serial`` is the serial of the last frame that the client published. Members stay present for
    ``presence_grace`` seconds without a socket; ``departed_members`` are those who left after that time, by
    channel.
    """

    def __init__(self, id_: str, access: Access | None, rate: float, grace: float) -> None:
        self.id = id_
        self.access = access
        self.rate_limit = TokenBucket(rate)
        self.socket: QueuedSocket | None = None
        self.disconnected_at = monotonic()
        self.last_serial = -1
        self.presence_grace = grace
        self.is_renewal_requested = False
        self.attachments: dict[str, Attachment] = {}
        self.departed_members: dict[str, list[Item]] = defaultdict(list)

    def send_frame(self, frame: Frame) -> None:
        """Send a frame if there is a socket."""
        if self.socket is not None:
            self.socket.send_frame(frame)

    def disconnect(self, error: BrokerError) -> None:
        """Send DISCONNECTED and close the socket; the client may resume the connection."""
        if self.socket is not None:
            self.send_frame({"action": int(ProtocolAction.DISCONNECTED), "error": error.to_json()})
            self.socket.close()


class ConnectionRegistry:
    """The open connections, and those that may still be resumed."""

    def __init__(self, options: BrokerOptions, lookup: KeyLookup) -> None:
        self._options, self._lookup = options, lookup
        self._started_at = monotonic()
        self._connections: dict[str, Connection] = {}

    def __iter__(self) -> Iterator[Connection]:
        return iter(list(self._connections.values()))

    def __len__(self) -> int:
        """Return the number of connections with an open socket."""
        return sum(connection.socket is not None for connection in self._connections.values())

    def create_connection(self, access: Access) -> Connection:
        return self._register(self._create(token_urlsafe(12), access))

    def restore_orphan(self, id_: str) -> Connection:
        """Return the connection with this id, which was open when the broker stopped; create it if needed."""
        return self._connections.get(id_) or self._register(self._create(id_, None))

    def resume_connection(self, key: str, access: Access) -> Connection | None:
        """Return the connection that a client resumes with its connection key; None if it is not known.

        For a while after a restart of the broker, the key alone is enough.
        """
        id_ = key.partition("!")[0]
        if not hmac.compare_digest(self.make_key(id_, access).encode(), key.encode(errors="replace")):
            return None
        connection = self._connections.get(id_)
        # after a restart of the broker, nothing but the id is known, which the MAC in the key proves
        if connection is None and monotonic() < self._started_at + self._options.resume_window:
            connection = self.restore_orphan(id_)
        if connection is not None:
            connection.access = access
        return connection

    def make_key(self, id_: str, access: Access) -> str:
        """Return the key that resumes the connection, for the same client and API key only."""
        api_key = self._lookup(access.key)
        secret = api_key.secret if api_key else ""
        text = f"connection\n{id_}\n{access.client_id or ''}\n"
        return f"{id_}!{hmac.new(secret.encode(), text.encode(), sha256).hexdigest()[:32]}"

    def remove(self, connection: Connection) -> None:
        self._connections.pop(connection.id, None)

    def _create(self, id_: str, access: Access | None) -> Connection:
        return Connection(id_, access, self._options.rate, self._options.presence_grace)

    def _register(self, connection: Connection) -> Connection:
        self._connections[connection.id] = connection
        return connection
