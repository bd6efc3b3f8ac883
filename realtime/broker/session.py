"""A session: a client's connection with its current socket, and the acknowledgements it waits for."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from realtime.broker.connections import Connection
from realtime.broker.errors import BrokerError
from realtime.broker.frames import MAX_FRAME_BYTES, Frame
from realtime.broker.hub import Hub
from realtime.broker.protocol import ProtocolAction
from realtime.broker.rate_limit import TokenBucket
from realtime.broker.send_queue import QueuedSocket
from realtime.broker.tokens import Access

FRAME_RATE, FRAME_BURST = 500, 2000
"""The frames per second that a client may send, of whatever action, and the size of a burst."""


class PendingAck:
    """The outstanding acknowledgement of a frame; ``frame`` is the ACK or NACK when the outcome is known."""

    frame: Frame | None = None

    def __init__(self, serial: int, on_settled: Callable[[], None]) -> None:
        self._serial, self._on_settled = serial, on_settled

    def set_outcome(self, outcome: list[str] | BrokerError) -> None:
        """Set the serials of the messages, or the error with which they were refused."""
        ack = {"msgSerial": self._serial, "count": 1}
        if isinstance(outcome, BrokerError):
            self.frame = {"action": int(ProtocolAction.NACK), **ack, "error": outcome.to_json()}
        else:
            self.frame = {"action": int(ProtocolAction.ACK), **ack, "res": [{"serials": outcome}]}
        self._on_settled()


class AckQueue:
    """The outstanding acknowledgements of one socket, which are sent in the order of the frames."""

    def __init__(self, send: Callable[[Frame], None]) -> None:
        self._send = send
        self._pending: deque[PendingAck] = deque()

    def open_ack(self, serial: int) -> PendingAck:
        ack = PendingAck(serial, self._send_settled)
        self._pending.append(ack)
        return ack

    def _send_settled(self) -> None:
        while self._pending and self._pending[0].frame is not None:
            self._send(self._pending.popleft().frame or {})


class ClientSession:
    """A connection with its current socket. ``echo``: the client receives what it publishes itself."""

    def __init__(self, hub: Hub, connection: Connection, socket: QueuedSocket, echo: bool) -> None:
        self.hub, self.connection, self.socket, self.echo = hub, connection, socket, echo
        self.acks = AckQueue(socket.send_frame)
        self.rate_limit = TokenBucket(FRAME_RATE, FRAME_BURST)

    @property
    def access(self) -> Access:
        assert self.connection.access is not None  # noqa: S101  (a session begins with it)
        return self.connection.access

    def send_connected(self, error: BrokerError | None = None) -> None:
        """Send CONNECTED, as the first frame and after each renewal of the token."""
        options, access = self.hub.options, self.access
        details: dict[str, Any] = {
            "connectionKey": self.hub.connections.make_key(self.connection.id, access),
            "maxMessageSize": options.largest_message,
            "maxFrameSize": MAX_FRAME_BYTES,
            "maxInboundRate": int(options.rate),
            "maxIdleInterval": int(options.idle_interval * 1000),
            "connectionStateTtl": int(options.resume_window * 1000),
            "serverId": "dataxchange",
        }
        if access.fixed_client_id or (access.client_id and access.issued_at is not None):
            details["clientId"] = access.client_id
        connected = {"action": int(ProtocolAction.CONNECTED), "connectionId": self.connection.id}
        connected |= {"connectionDetails": details}
        self.socket.send_frame(connected | ({"error": error.to_json()} if error else {}))

    def end_with_error(self, error: BrokerError) -> None:
        """Send an error and close the socket."""
        self.socket.send_frame({"action": int(ProtocolAction.ERROR), "error": error.to_json()})
        self.socket.close()
