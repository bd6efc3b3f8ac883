"""Channels: messages become durable, and are then delivered to all attached clients in the same order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from time import time
from typing import Any, Protocol

from realtime.broker import message_codec, serials
from realtime.broker.errors import BrokerError
from realtime.broker.frames import BroadcastFrame, Frame
from realtime.broker.history import History
from realtime.broker.message_codec import Item
from realtime.broker.options import BrokerOptions
from realtime.broker.presence import ChannelMembers
from realtime.broker.protocol import ChannelFlag, ProtocolAction
from realtime.broker.rate_limit import TokenBucket
from realtime.broker.serials import SerialGenerator
from realtime.broker.storage_types import PendingWrite, PublicationKind, WriteResult

PublishCallback = Callable[[list[str] | BrokerError], None]
"""Called with the serials of what was published, or with the error that prevented it."""
AUDIENCE_MODES = {
    PublicationKind.MESSAGE: ChannelFlag.SUBSCRIBE,
    PublicationKind.PRESENCE: ChannelFlag.PRESENCE_SUBSCRIBE,
}
"""The mode that a subscriber needs to receive publications of a kind."""
FRAME_ACTIONS = {
    PublicationKind.MESSAGE: ProtocolAction.MESSAGE,
    PublicationKind.PRESENCE: ProtocolAction.PRESENCE,
}
ITEM_FIELDS = {PublicationKind.MESSAGE: "messages", PublicationKind.PRESENCE: "presence"}


class Subscriber(Protocol):
    """Receives the frames of a channel in its modes, for one connection."""

    modes: ChannelFlag

    @property
    def connection_id(self) -> str: ...

    def deliver_frame(self, broadcast: BroadcastFrame) -> None: ...


class Channel:
    """A channel with its members and subscribers.

    ``serial`` is the serial of the last delivered publication; ``pending_writes`` counts those that are still
    being written.
    """

    def __init__(self, name: str, serial: str, options: BrokerOptions) -> None:
        self.name, self.serial, self.pending_writes = name, serial, 0
        self.rate_limit = TokenBucket(options.rate)
        self.members = ChannelMembers(options.max_members)
        self.subscribers: set[Subscriber] = set()

    @property
    def is_idle(self) -> bool:
        """Whether nobody is attached or present, and nothing is being written."""
        return not (self.subscribers or self.members or self.pending_writes)

    def deliver_frame(self, frame: Frame, audience: ChannelFlag, excluded: str | None) -> None:
        """Deliver a frame to all subscribers with this mode, except those of the excluded connection."""
        self.serial = frame["channelSerial"]
        broadcast = BroadcastFrame(frame)
        for subscriber in self.subscribers:
            if audience in subscriber.modes and subscriber.connection_id != excluded:
                subscriber.deliver_frame(broadcast)

    def get_metrics(self) -> dict[str, int]:
        """Return the occupancy of the channel under the names that Ably uses."""

        def count_mode(mode: ChannelFlag) -> int:
            return sum(mode in subscriber.modes for subscriber in self.subscribers)

        return {
            "connections": len({subscriber.connection_id for subscriber in self.subscribers}),
            "publishers": count_mode(ChannelFlag.PUBLISH),
            "subscribers": count_mode(ChannelFlag.SUBSCRIBE),
            "presenceConnections": count_mode(ChannelFlag.PRESENCE),
            "presenceSubscribers": count_mode(ChannelFlag.PRESENCE_SUBSCRIBE),
            "presenceMembers": len(self.members),
        }


@dataclass(frozen=True)
class Publication:
    """Items that are published together, each with its id.

    ``excluded`` is the id of a connection that gets no echo.
    """

    kind: PublicationKind
    items: list[Item]
    excluded: str | None = None


class ChannelRegistry:
    """The channels that somebody is attached to, is present on or publishes to."""

    def __init__(self, options: BrokerOptions, history: History, newest: str) -> None:
        self._options, self._history = options, history
        self._serials = SerialGenerator(newest)
        self._channels: dict[str, Channel] = {}

    def __iter__(self) -> Iterator[Channel]:
        return iter(list(self._channels.values()))

    def get_or_create(self, name: str) -> Channel:
        if name not in self._channels:
            self._channels[name] = Channel(name, self._serials.next_serial(), self._options)
        return self._channels[name]

    def remove_idle(self) -> None:
        """Remove the channels that nobody uses."""
        for channel in self:
            if channel.is_idle:
                del self._channels[channel.name]

    def publish(self, channel: Channel, publication: Publication, done: PublishCallback) -> None:
        """Write a publication, deliver it and report the outcome to ``done``.

        A publication that was published before (with the same ids) is reported again but not delivered again.
        """
        serial, now = self._serials.next_serial(), int(time() * 1000)
        for index, item in enumerate(publication.items):
            item["timestamp"] = now
            item_serial = item["serial"] = serials.make_item_serial(serial, index)
            if publication.kind is PublicationKind.MESSAGE:
                item |= {"action": 0, "version": {"serial": item_serial, "timestamp": now}}
        ephemeral = publication.kind is PublicationKind.MESSAGE and message_codec.is_ephemeral(
            publication.items
        )
        on_written = partial(self._on_written, channel, publication, done)
        channel.pending_writes += 1
        if ephemeral and channel.pending_writes == 1:  # behind stored messages it must wait for its turn
            on_written(WriteResult(serial))
        else:
            self._history.write_entry(
                PendingWrite(channel.name, publication.kind, serial, publication.items, ephemeral, on_written)
            )

    def _on_written(
        self, channel: Channel, publication: Publication, done: PublishCallback, result: WriteResult
    ) -> None:
        channel.pending_writes -= 1
        if result.error is not None:
            done(BrokerError(50000, f"the message can't be stored: {result.error}", 500))
            return
        if not result.is_duplicate:
            for item in publication.items if publication.kind is PublicationKind.PRESENCE else ():
                channel.members.apply_change(item)
            frame = make_frame(publication.kind, result.serial, publication.items)
            channel.deliver_frame(frame, AUDIENCE_MODES[publication.kind], publication.excluded)
        done([serials.make_item_serial(result.serial, index) for index in range(len(publication.items))])


def make_frame(kind: PublicationKind, serial: str, items: list[Item]) -> dict[str, Any]:
    """Return the frame that delivers items published together."""
    first_item = items[0]
    return {
        "action": int(FRAME_ACTIONS[kind]),
        "id": first_item["id"].rpartition(":")[0] or first_item["id"],
        "channelSerial": serial,
        "timestamp": first_item["timestamp"],
        ITEM_FIELDS[kind]: items,
    }
