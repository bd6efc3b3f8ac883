"""Channels: what is published on one becomes durable, then goes to all who follow it, in one order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from time import time
from typing import Any

from realtime.broker import message_codec, serials
from realtime.broker.attachments import Attachment
from realtime.broker.connections import Connection
from realtime.broker.errors import BrokerError
from realtime.broker.frames import Frame, Outgoing
from realtime.broker.history import History
from realtime.broker.message_codec import Item
from realtime.broker.options import Options
from realtime.broker.presence import Members
from realtime.broker.protocol import Action, Flag
from realtime.broker.rate_limit import Rate
from realtime.broker.serials import Serials
from realtime.broker.storage_types import Entry, Kind, Written

Done = Callable[[list[str] | BrokerError], None]
"""Told the serials of what was published, or why it was not."""
AUDIENCE = {Kind.MESSAGE: Flag.SUBSCRIBE, Kind.PRESENCE: Flag.PRESENCE_SUBSCRIBE}
ACTIONS = {Kind.MESSAGE: Action.MESSAGE, Kind.PRESENCE: Action.PRESENCE}
LISTS = {Kind.MESSAGE: "messages", Kind.PRESENCE: "presence"}


class Channel:
    """``serial`` is that of what was delivered last; ``waiting`` counts what is still being written."""

    def __init__(self, name: str, serial: str, options: Options) -> None:
        self.name, self.serial, self.waiting = name, serial, 0
        self.rate = Rate(options.rate)
        self.members = Members(options.members)
        self.attachments: set[Attachment] = set()

    @property
    def is_idle(self) -> bool:
        return not (self.attachments or self.members or self.waiting)

    def deliver(self, frame: Frame, audience: Flag, silent: Connection | None) -> None:
        """To all who follow in this mode, but a connection that wants no echo."""
        self.serial = frame["channelSerial"]
        outgoing = Outgoing(frame)
        for attachment in self.attachments:
            if audience in attachment.modes and attachment.connection is not silent:
                attachment.take(outgoing)

    def metrics(self) -> dict[str, int]:
        def having(mode: Flag) -> int:
            return sum(mode in attachment.modes for attachment in self.attachments)

        return {
            "connections": len({attachment.connection.id for attachment in self.attachments}),
            "publishers": having(Flag.PUBLISH),
            "subscribers": having(Flag.SUBSCRIBE),
            "presenceConnections": having(Flag.PRESENCE),
            "presenceSubscribers": having(Flag.PRESENCE_SUBSCRIBE),
            "presenceMembers": len(self.members),
        }


@dataclass(frozen=True)
class Publication:
    """Items, each with its id, that somebody publishes at once; ``silent`` gets no echo."""

    kind: Kind
    items: list[Item]
    silent: Connection | None = None


class Channels:
    """The channels that somebody follows, is present on or publishes to."""

    def __init__(self, options: Options, history: History, newest: str) -> None:
        self._options, self._history = options, history
        self._serials = Serials(newest)
        self._known: dict[str, Channel] = {}

    def __iter__(self) -> Iterator[Channel]:
        return iter(list(self._known.values()))

    def get(self, name: str) -> Channel:
        if name not in self._known:
            self._known[name] = Channel(name, self._serials.next(), self._options)
        return self._known[name]

    def tidy(self) -> None:
        for channel in self:
            if channel.is_idle:
                del self._known[channel.name]

    def publish(self, channel: Channel, publication: Publication, done: Done) -> None:
        """Write, deliver and tell; what was published before is told again, but not delivered."""
        serial, now = self._serials.next(), int(time() * 1000)
        for index, item in enumerate(publication.items):
            item["timestamp"] = now
            own = item["serial"] = serials.of_item(serial, index)
            if publication.kind is Kind.MESSAGE:
                item |= {"action": 0, "version": {"serial": own, "timestamp": now}}
        passing = publication.kind is Kind.MESSAGE and message_codec.is_passing(publication.items)
        told = partial(self._written, channel, publication, done)
        channel.waiting += 1
        if passing and channel.waiting == 1:
            told(Written(serial))
        else:
            self._history.write(
                Entry(channel.name, publication.kind, serial, publication.items, passing, told)
            )

    def _written(self, channel: Channel, publication: Publication, done: Done, written: Written) -> None:
        channel.waiting -= 1
        if written.error is not None:
            done(BrokerError(50000, f"the history can't be written: {written.error}", 500))
            return
        if not written.again:
            for item in publication.items if publication.kind is Kind.PRESENCE else ():
                channel.members.apply(item)
            frame = framed(publication.kind, written.serial, publication.items)
            channel.deliver(frame, AUDIENCE[publication.kind], publication.silent)
        done([serials.of_item(written.serial, index) for index in range(len(publication.items))])


def framed(kind: Kind, serial: str, items: list[Item]) -> dict[str, Any]:
    """The frame in which items that were published at once go out."""
    first = items[0]
    return {
        "action": int(ACTIONS[kind]),
        "id": first["id"].rpartition(":")[0] or first["id"],
        "channelSerial": serial,
        "timestamp": first["timestamp"],
        LISTS[kind]: items,
    }
