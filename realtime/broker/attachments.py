"""Attachments: that a client follows a channel, in which modes, by which name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtime.broker.channel_names import ChannelName
from realtime.broker.errors import BrokerError
from realtime.broker.frames import Outgoing
from realtime.broker.protocol import MODES, Flag

if TYPE_CHECKING:
    from realtime.broker.capabilities import Capability
    from realtime.broker.channels import Channel
    from realtime.broker.connections import Connection

NEEDS = {
    Flag.PUBLISH: "publish",
    Flag.SUBSCRIBE: "subscribe",
    Flag.PRESENCE: "presence",
    Flag.PRESENCE_SUBSCRIBE: "subscribe",
}
"""What a capability must allow for each mode."""
PARAMS = ("rewind", "modes", "delta")


class Attachment:
    """Holds back what is published until the client has been told what came before."""

    def __init__(self, connection: Connection, channel: Channel, given: str, modes: Flag) -> None:
        self.connection, self.channel, self.given, self.modes = connection, channel, given, modes
        self._held: list[Outgoing] | None = []

    def take(self, outgoing: Outgoing) -> None:
        if self._held is not None:
            self._held.append(outgoing)
        elif (socket := self.connection.socket) is not None:
            socket.put(outgoing.encoded(socket.format, self.given))

    def release(self) -> None:
        held, self._held = self._held or [], None
        for outgoing in held:
            self.take(outgoing)


def modes(name: ChannelName, params: dict[str, str], flags: int, capability: Capability) -> Flag:
    """The modes that a client asks for and may have.

    Raises:
        BrokerError: there is no such mode, or none that it may have.
    """
    wanted = _named(params["modes"]) if "modes" in params else Flag(flags & MODES) or MODES
    granted = Flag(0)
    for mode, operation in NEEDS.items():
        if mode in wanted and capability.allows(operation, name.own):
            granted |= mode
    if not granted:
        raise BrokerError(40160, f"the token allows nothing of this on {name.own}")
    return granted


def _named(words: str) -> Flag:
    known = {mode.name: mode for mode in NEEDS}
    chosen = Flag(0)
    for word in words.split(","):
        mode = known.get(word.strip().upper())
        if mode is None:
            raise BrokerError(40010, f"there is no mode {word!r}")
        chosen |= mode
    return chosen
