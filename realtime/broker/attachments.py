"""Attachments of clients to channels, and the modes that a client is granted."""

from __future__ import annotations

from typing import Protocol

from realtime.broker.capabilities import Capability
from realtime.broker.channel_names import ChannelName
from realtime.broker.channels import Channel
from realtime.broker.errors import BrokerError
from realtime.broker.frames import BroadcastFrame
from realtime.broker.protocol import MODE_FLAGS, ChannelFlag
from realtime.broker.send_queue import QueuedSocket

REQUIRED_OPERATIONS = {
    ChannelFlag.PUBLISH: "publish",
    ChannelFlag.SUBSCRIBE: "subscribe",
    ChannelFlag.PRESENCE: "presence",
    ChannelFlag.PRESENCE_SUBSCRIBE: "subscribe",
}
"""The operation that a capability must allow for each mode."""
PARAMS = ("rewind", "modes", "delta")
"""The channel parameters that ATTACHED repeats to the client."""


class Client(Protocol):
    """A connected client; ``socket`` is None while it is away."""

    id: str
    socket: QueuedSocket | None


class Attachment:
    """A client's attachment to a channel, under the name that the client used and with the granted modes.

    Frames that are published before the client has received its replay are held, so that they come after it.
    """

    def __init__(self, client: Client, channel: Channel, requested_name: str, modes: ChannelFlag) -> None:
        self.channel, self.requested_name, self.modes = channel, requested_name, modes
        self._client = client
        self._held: list[BroadcastFrame] | None = []

    @property
    def connection_id(self) -> str:
        return self._client.id

    def deliver_frame(self, broadcast: BroadcastFrame) -> None:
        """Send a frame to the client, or hold it until ``release_held``."""
        if self._held is not None:
            self._held.append(broadcast)
        elif (socket := self._client.socket) is not None:
            socket.put_encoded(broadcast.encode_for(socket.format, self.requested_name))

    def release_held(self) -> None:
        """Send the held frames; frames that come from now on are sent at once."""
        held, self._held = self._held or [], None
        for broadcast in held:
            self.deliver_frame(broadcast)


def grant_modes(name: ChannelName, params: dict[str, str], flags: int, capability: Capability) -> ChannelFlag:
    """Return the requested modes that the capability allows.

    Raises:
        BrokerError: a requested mode does not exist, or none is allowed.
    """
    requested = (
        _parse_modes(params["modes"]) if "modes" in params else ChannelFlag(flags & MODE_FLAGS) or MODE_FLAGS
    )
    granted = ChannelFlag(0)
    for mode, operation in REQUIRED_OPERATIONS.items():
        if mode in requested and capability.allows(operation, name.name):
            granted |= mode
    if not granted:
        raise BrokerError(40160, f"the capability allows none of the requested modes on {name.name}")
    return granted


def _parse_modes(words: str) -> ChannelFlag:
    modes_by_name = {mode.name: mode for mode in REQUIRED_OPERATIONS}
    modes = ChannelFlag(0)
    for word in words.split(","):
        mode = modes_by_name.get(word.strip().upper())
        if mode is None:
            raise BrokerError(40010, f"unknown channel mode {word!r}")
        modes |= mode
    return modes
