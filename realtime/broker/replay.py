"""What a client gets first when it attaches: what it missed, or asks to have back (rewind)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import groupby

from realtime.broker import serials
from realtime.broker.channels import framed
from realtime.broker.errors import BrokerError
from realtime.broker.frames import Frame
from realtime.broker.hub import Hub
from realtime.broker.message_codec import Item
from realtime.broker.storage_types import Kind, Span

REWIND = re.compile(r"(?P<number>\d{1,6})(?P<unit>[sm]?)")
MOST = 100
"""Messages that rewind gives back."""
LARGEST = 4 * 2**20
"""Bytes that are replayed; more is fetched from history."""
SECONDS = {"s": 1, "m": 60}


@dataclass(frozen=True)
class Backlog:
    """Frames to replay; ``resumed``: nothing is missing; else ``error`` says why, if the client came back."""

    frames: list[Frame] = field(default_factory=list)
    resumed: bool = False
    error: BrokerError | None = None


async def missed(hub: Hub, channel: str, since: str, until: str) -> Backlog:
    """What was published after a serial that a client had seen, up to another."""
    if not serials.FORM.fullmatch(since) or since < hub.horizon:
        return Backlog(error=BrokerError(90003, "history does not reach back to what was seen last"))
    most = hub.options.backlog
    after, last = serials.all_of(since), serials.all_of(until)
    items = await hub.history.read(Span(channel, Kind.MESSAGE, after, last, most + 1))
    if len(items) > most or sum(len(item.get("data", "")) for item in items) > LARGEST:
        return Backlog(error=BrokerError(90004, "too much was missed to be replayed: fetch it from history"))
    return Backlog(_frames(items), resumed=True)


async def rewound(hub: Hub, channel: str, rewind: str, until: str) -> Backlog:
    """The newest messages: so many (``10``), or of so long (``15s``, ``2m``).

    Raises:
        BrokerError: it is neither.
    """
    parts = REWIND.fullmatch(rewind)
    if parts is None:
        raise BrokerError(
            40003, f"rewind takes a number of messages, or a time such as 15s or 2m: {rewind!r}"
        )
    number, unit = int(parts["number"]), parts["unit"]
    after, most = serials.LOWEST, min(number, MOST)
    if unit:
        after = serials.of_time(serials.time_of(until) - 1000 * number * SECONDS[unit])
        most = MOST
    span = Span(channel, Kind.MESSAGE, after, serials.all_of(until), most, newest_first=True)
    items = await hub.history.read(span)
    return Backlog(_frames(items[::-1]))


def _frames(items: list[Item]) -> list[Frame]:
    """Messages as they went out: those that were published at once in one frame."""
    grouped = groupby(items, lambda item: serials.publication(item["serial"]))
    return [framed(Kind.MESSAGE, serial, list(together)) for serial, together in grouped]
