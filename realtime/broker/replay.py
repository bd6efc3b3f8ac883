"""What a client receives first when it attaches: the messages it missed, or those it requests (rewind)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import groupby

from realtime.broker import serials
from realtime.broker.channels import make_frame
from realtime.broker.errors import BrokerError
from realtime.broker.frames import Frame
from realtime.broker.hub import Hub
from realtime.broker.message_codec import Item
from realtime.broker.storage_types import HistoryQuery, PublicationKind

REWIND_PATTERN = re.compile(r"(?P<number>\d{1,6})(?P<unit>[sm]?)")
MAX_REWIND = 100
"""The number of messages that a rewind returns at most."""
MAX_REPLAY_BYTES = 4 * 2**20
"""The bytes that are replayed at most; clients load more from the history."""
UNIT_SECONDS = {"s": 1, "m": 60}


@dataclass(frozen=True)
class ChannelReplay:
    """The frames to replay.

    ``is_resumed`` is true if no message is missing. Otherwise ``error`` says why, if the client resumes.
    """

    frames: list[Frame] = field(default_factory=list)
    is_resumed: bool = False
    error: BrokerError | None = None


async def load_missed(hub: Hub, channel: str, since: str, until: str) -> ChannelReplay:
    """Load the messages that were published after one serial, up to another."""
    if not serials.SERIAL_PATTERN.fullmatch(since) or since < hub.horizon:
        return ChannelReplay(error=BrokerError(90003, "the history does not reach back far enough"))
    max_messages = hub.options.max_replay
    after, end = serials.bound_after(since), serials.bound_after(until)
    items = await hub.history.read_items(
        HistoryQuery(channel, PublicationKind.MESSAGE, after, end, max_messages + 1)
    )
    if len(items) > max_messages or sum(len(item.get("data", "")) for item in items) > MAX_REPLAY_BYTES:
        return ChannelReplay(
            error=BrokerError(90004, "too many messages were missed: load them from the history")
        )
    return ChannelReplay(_to_frames(items), is_resumed=True)


async def load_rewind(hub: Hub, channel: str, rewind: str, until: str) -> ChannelReplay:
    """Load the newest messages: a number of them (``10``), or those of a duration (``15s``, ``2m``).

    Raises:
        BrokerError: ``rewind`` has neither form.
    """
    parts = REWIND_PATTERN.fullmatch(rewind)
    if parts is None:
        raise BrokerError(
            40003, f"rewind must be a number of messages or a time such as 15s or 2m, not {rewind!r}"
        )
    number, unit = int(parts["number"]), parts["unit"]
    after, max_messages = serials.LOWEST_SERIAL, min(number, MAX_REWIND)
    if unit:
        after = serials.from_milliseconds(serials.to_milliseconds(until) - 1000 * number * UNIT_SECONDS[unit])
        max_messages = MAX_REWIND
    query = HistoryQuery(
        channel, PublicationKind.MESSAGE, after, serials.bound_after(until), max_messages, newest_first=True
    )
    items = await hub.history.read_items(query)
    return ChannelReplay(_to_frames(items[::-1]))


def _to_frames(items: list[Item]) -> list[Frame]:
    """Return the frames in which the messages were delivered: one for those that were published together."""
    grouped = groupby(items, lambda item: serials.get_publication_serial(item["serial"]))
    return [
        make_frame(PublicationKind.MESSAGE, serial, list(items_together))
        for serial, items_together in grouped
    ]
