"""Mirrors: what a presenter says, said again to those with other rights, as far as they may see it.

Who has the presenter's rights listens to the presenter. For each other rights that somebody in the session
has there is one mirror, and one pair of channels on which nothing but what these rights show was ever said.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from datasets.description import Description
from realtime.ably_client import Adapter
from realtime.channel_messages import Message
from realtime.live.tokens import channels
from realtime.live.visibility_filter import Glass, Line

APART = 1 / 40
"""Seconds between two messages of what moves, of all mirrors together: they share one connection."""
MOST = 50
"""Samples that wait at most; of more, the last."""
LARGEST = 32_000
"""Bytes of samples that wait at most; of more, those of the last message."""


@dataclass
class Mirror:
    """What is shown of a live session to those of some rights; ``waiting`` has moved, and is not said yet."""

    key: str
    rights: str
    glass: Glass
    cipher: bytes | None
    waiting: dict[str, Any] | None = None

    def moved(self, move: dict[str, Any]) -> None:
        """Let it wait, with what waits already."""
        before = self.waiting
        if before is not None and len(json.dumps(before["s"])) < LARGEST:
            later = [[sample[0] + move["t"] - before["t"], *sample[1:]] for sample in move["s"]]
            move = before | {"s": [*before["s"], *later][-MOST:]}
        self.waiting = move


class Mirrors:
    """Run in the adapter's loop. For many threads."""

    def __init__(self, adapter: Adapter) -> None:
        self._adapter = adapter
        self._mirrors: dict[tuple[str, str], Mirror] = {}
        self._moved = asyncio.Event()
        self._moving: Future[None] | None = None

    def begin(self, key: str, description: Description, state: dict[str, Any], cipher: bytes | None) -> None:
        """Show a live session to those who see its dataset as described, from what was said last on."""
        self._adapter.run(self._begin(key, description, state, cipher))

    def keep(self, key: str, rights: Collection[str]) -> None:
        """Only for these rights there is somebody left in the live session."""
        self._adapter.run(self._keep(key, rights))

    def hear(self, key: str, source: str, message: Message) -> None:
        """What was said to those of one rights is said to all others. In the loop only."""
        for mirror in [each for each in self._mirrors.values() if each.key == key]:
            line = mirror.glass.seen([message.at, message.name, message.data])
            if line is not None and mirror.rights != source:
                self._say(mirror, line)

    def stop(self) -> None:
        if self._moving is not None:
            self._moving.cancel()

    async def _begin(
        self, key: str, description: Description, state: dict[str, Any], cipher: bytes | None
    ) -> None:
        rights = description.rights
        if (key, rights) in self._mirrors:
            return
        mirror = self._mirrors[key, rights] = Mirror(key, rights, Glass(description), cipher)
        line = mirror.glass.seen([state["at"], "state", state])
        if line is not None and state["rights"] != rights:
            self._say(mirror, line)
        if self._moving is None:
            self._moving = self._adapter.run(self._move())

    async def _keep(self, key: str, rights: Collection[str]) -> None:
        for place in [each for each in self._mirrors if each[0] == key and each[1] not in rights]:
            del self._mirrors[place]

    def _say(self, mirror: Mirror, line: Line) -> None:
        _, name, data = line
        if name == "state":
            mirror.waiting = None
            self._adapter.publish(channels(mirror.key, mirror.rights).state, name, data, mirror.cipher)
        else:
            mirror.moved(data)
            self._moved.set()

    async def _move(self) -> None:
        """Say what has moved, on one channel after the other."""
        while True:
            await self._moved.wait()
            self._moved.clear()
            moving = [mirror for mirror in self._mirrors.values() if mirror.waiting is not None]
            for mirror in moving:
                await self._pass_on(mirror, 1000 * APART * len(moving))
                await asyncio.sleep(APART)

    async def _pass_on(self, mirror: Mirror, interval: float) -> None:
        move, mirror.waiting = mirror.waiting, None
        if move is None:
            return
        name, own = channels(mirror.key, mirror.rights).brush, move | {"i": max(move["i"], round(interval))}
        said = self._adapter.publish_ephemeral(name, "move", own, mirror.cipher)
        await asyncio.wrap_future(said)
