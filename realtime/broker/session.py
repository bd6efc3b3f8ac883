"""A session: what a client says over one socket, and what it is answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from realtime.broker import attach, disconnect, publishing
from realtime.broker.connections import Connection
from realtime.broker.errors import BrokerError
from realtime.broker.frames import LARGEST, Frame, decode
from realtime.broker.hub import Hub
from realtime.broker.protocol import Action
from realtime.broker.rate_limit import Rate
from realtime.broker.receipts import Receipts
from realtime.broker.send_queue import Socket
from realtime.broker.tokens import Access

FRAMES, BURST = 500, 2000
"""Frames a second, of whatever kind, and at once."""
Answer = Callable[["Session", Frame], Awaitable[None]]


class Session:
    """Of a connection with its present socket. ``echo``: it hears what it publishes itself."""

    def __init__(self, hub: Hub, connection: Connection, socket: Socket, echo: bool) -> None:
        self.hub, self.connection, self.socket, self.echo = hub, connection, socket, echo
        self.receipts = Receipts(socket.send)
        self._rate = Rate(FRAMES, BURST)

    @property
    def access(self) -> Access:
        assert self.connection.access is not None  # noqa: S101  (a session begins with it)
        return self.connection.access

    def welcome(self, error: BrokerError | None = None) -> None:
        """Say CONNECTED, first of all and after every renewal."""
        options, access = self.hub.options, self.access
        details: dict[str, Any] = {
            "connectionKey": self.hub.connections.key(self.connection.id, access),
            "maxMessageSize": options.largest_message,
            "maxFrameSize": LARGEST,
            "maxInboundRate": int(options.rate),
            "maxIdleInterval": int(options.idle * 1000),
            "connectionStateTtl": int(options.resumable * 1000),
            "serverId": "dataxchange",
        }
        if access.name or (access.client_id and access.issued is not None):
            details["clientId"] = access.client_id
        told = {"action": int(Action.CONNECTED), "connectionId": self.connection.id}
        told |= {"connectionDetails": details}
        self.socket.send(told | ({"error": error.told()} if error else {}))

    async def take(self, raw: str | bytes) -> None:
        """Answer a frame; one that is none ends the session."""
        if not self._rate.take():
            self.end(BrokerError(42921, "far too many frames a second"))
            return
        try:
            frame = decode(raw)
        except BrokerError as error:
            self.end(error)
            return
        answer = ANSWERS.get(frame["action"], _nothing)  # newer clients may say more than we know
        try:
            await answer(self, frame)
        except BrokerError as error:
            self._refuse(frame, error)

    def end(self, error: BrokerError, action: Action = Action.ERROR) -> None:
        """Say why the session ends, and end it."""
        self.socket.send({"action": int(action), "error": error.told()})
        self.socket.close()

    def _refuse(self, frame: Frame, error: BrokerError) -> None:
        channel = frame.get("channel")
        if isinstance(channel, str) and frame["action"] != Action.AUTH:
            self.socket.send({"action": int(Action.ERROR), "channel": channel, "error": error.told()})
        else:
            self.end(error)


async def _nothing(_session: Session, _frame: Frame) -> None:
    pass


async def _heartbeat(session: Session, frame: Frame) -> None:
    id_ = frame.get("id")
    session.socket.send({"action": int(Action.HEARTBEAT)} | ({"id": id_} if isinstance(id_, str) else {}))


async def _auth(session: Session, frame: Frame) -> None:
    """Go on with a new token; channels that it does not allow any longer are left."""
    shown = frame.get("auth")
    token = shown.get("accessToken") if isinstance(shown, dict) else None
    session.connection.access = session.hub.gate.renew(token, session.access)
    session.connection.warned = False
    session.welcome()
    attach.recheck(session)


async def _close(session: Session, _frame: Frame) -> None:
    session.socket.send({"action": int(Action.CLOSED)})
    session.socket.close()
    disconnect.close(session.hub, session.connection)


ANSWERS: dict[int, Answer] = {
    Action.HEARTBEAT: _heartbeat,
    Action.ATTACH: attach.attach,
    Action.DETACH: attach.detach,
    Action.MESSAGE: publishing.message,
    Action.PRESENCE: publishing.presence,
    Action.AUTH: _auth,
    Action.CLOSE: _close,
}
