"""Relays: what a presenter publishes is published again for other rights, reduced to what these may see.

Whoever has the presenter's rights listens to the presenter. For each other set of rights that somebody in the
session has, there is one relay with its own pair of channels, which never carry anything that these rights do
not allow.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from datasets.description import Description
from realtime.ably_client import AblyClient
from realtime.channel_messages import ChannelMessage
from realtime.live.tokens import get_channel_names
from realtime.live.visibility_filter import MessageLine, VisibilityFilter

MESSAGE_INTERVAL = 1 / 40
"""The seconds between two movement messages of all relays together, which share one connection."""
MAX_PENDING_SAMPLES = 50
"""The number of samples that wait at most; of more, the last ones count."""
MAX_PENDING_BYTES = 32_000
"""The bytes of samples that wait at most; beyond that, only the samples of the last message count."""


@dataclass
class FilteredRelay:
    """The part of a live session that some rights may see; ``pending_move`` is not published yet."""

    key: str
    rights: str
    visibility: VisibilityFilter
    cipher: bytes | None
    pending_move: dict[str, Any] | None = None

    def queue_move(self, move: dict[str, Any]) -> None:
        """Add a movement to the one that waits to be published."""
        before = self.pending_move
        if before is not None and len(json.dumps(before["s"])) < MAX_PENDING_BYTES:
            later = [[sample[0] + move["t"] - before["t"], *sample[1:]] for sample in move["s"]]
            move = before | {"s": [*before["s"], *later][-MAX_PENDING_SAMPLES:]}
        self.pending_move = move


class FilteredRelays:
    """The relays of all live sessions. They run in the client's event loop. For many threads."""

    def __init__(self, client: AblyClient) -> None:
        self._client = client
        self._relays: dict[tuple[str, str], FilteredRelay] = {}
        self._has_moves = asyncio.Event()
        self._move_task: Future[None] | None = None

    def start_relay(
        self, key: str, description: Description, state: dict[str, Any], cipher: bytes | None
    ) -> None:
        """Relay a live session to those who see its dataset as described, starting with the last state."""
        self._client.run_coroutine(self._start_relay(key, description, state, cipher))

    def retain_rights(self, key: str, rights: Collection[str]) -> None:
        """Stop the relays for rights that nobody in the live session has any longer."""
        self._client.run_coroutine(self._retain_rights(key, rights))

    def relay_message(self, key: str, source: str, message: ChannelMessage) -> None:
        """Relay a message from the channels of the ``source`` rights to all others. In the loop only."""
        for relay in [relay for relay in self._relays.values() if relay.key == key]:
            line = relay.visibility.filter_line([message.published_at, message.name, message.data])
            if line is not None and relay.rights != source:
                self._publish(relay, line)

    def stop(self) -> None:
        """Stop publishing movements."""
        if self._move_task is not None:
            self._move_task.cancel()

    async def _start_relay(
        self, key: str, description: Description, state: dict[str, Any], cipher: bytes | None
    ) -> None:
        rights = description.rights
        if (key, rights) in self._relays:
            return
        relay = self._relays[key, rights] = FilteredRelay(key, rights, VisibilityFilter(description), cipher)
        line = relay.visibility.filter_line([state["at"], "state", state])
        if line is not None and state["rights"] != rights:
            self._publish(relay, line)
        if self._move_task is None:
            self._move_task = self._client.run_coroutine(self._publish_moves())

    async def _retain_rights(self, key: str, rights: Collection[str]) -> None:
        for relay_key in [
            relay_key for relay_key in self._relays if relay_key[0] == key and relay_key[1] not in rights
        ]:
            del self._relays[relay_key]

    def _publish(self, relay: FilteredRelay, line: MessageLine) -> None:
        _, name, data = line
        if name == "state":
            relay.pending_move = None
            self._client.publish(get_channel_names(relay.key, relay.rights).state, name, data, relay.cipher)
        else:
            relay.queue_move(data)
            self._has_moves.set()

    async def _publish_moves(self) -> None:
        """Publish pending movements, one channel after the other."""
        while True:
            await self._has_moves.wait()
            self._has_moves.clear()
            moving = [relay for relay in self._relays.values() if relay.pending_move is not None]
            for relay in moving:
                await self._publish_move(relay, 1000 * MESSAGE_INTERVAL * len(moving))
                await asyncio.sleep(MESSAGE_INTERVAL)

    async def _publish_move(self, relay: FilteredRelay, interval: float) -> None:
        move, relay.pending_move = relay.pending_move, None
        if move is None:
            return
        channel = get_channel_names(relay.key, relay.rights).brush
        content = move | {"i": max(move["i"], round(interval))}
        published = self._client.publish_ephemeral(channel, "move", content, relay.cipher)
        await asyncio.wrap_future(published)
