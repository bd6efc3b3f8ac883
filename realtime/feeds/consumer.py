"""The intake of one feed: what it hears and what it has missed, taken in batches."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from time import monotonic, time

import structlog

from realtime.ably_client import Adapter
from realtime.channel_messages import Ear, Message
from realtime.feeds import queries
from realtime.feeds.batch_writer import OvertakenError, Taken, Taker
from realtime.feeds.queries import UnknownFeedError
from realtime.live import tokens

PERIOD = 0.25
"""Seconds from one batch to the next, or as many as it takes."""
MOST_HEARD = 1000
"""Messages that wait in memory; more are fetched from the history when their turn comes."""
WINDOW = 10.0
"""Seconds over which the rate is counted."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Pace:
    """Rows a second lately; seconds from publishing to durable, of the last batch; messages that wait.

    ``problem`` says why nothing is taken in now; empty while all is well.
    """

    rate: float
    lag: float
    waiting: int
    problem: str = ""


class Intake:
    """Runs in the adapter's loop from ``begin`` to ``end``; ``told`` hears of each batch, in a thread."""

    def __init__(self, adapter: Adapter, feed_id: int, key: str, told: Callable[[Taken], None]) -> None:
        self._adapter, self._feed_id, self._channel, self._told = adapter, feed_id, tokens.feed(key), told
        self._taker = Taker(feed_id)
        self._heard: list[Message] = []
        self._missed = True
        self._counted: deque[tuple[float, int]] = deque()
        self._lag = 0.0
        self._problem = ""
        self._going: Future[None] | None = None

    def begin(self) -> None:
        self._adapter.listen(self._channel, Ear(self._hear, self._miss))
        self._going = self._adapter.run(self._go_on())

    def end(self) -> None:
        """Take no further batch."""
        if self._going is not None:
            self._going.cancel()
            self._adapter.ignore(self._channel)

    @property
    def pace(self) -> Pace:
        since = monotonic() - WINDOW
        rows = sum(count for moment, count in list(self._counted) if moment > since)
        return Pace(rows / WINDOW, self._lag, len(self._heard), self._problem)

    def _hear(self, message: Message) -> None:
        if len(self._heard) == MOST_HEARD:
            self._heard, self._missed = [], True
        self._heard.append(message)

    def _miss(self) -> None:
        self._missed = True

    async def _go_on(self) -> None:
        began = monotonic()
        while True:
            await asyncio.sleep(began + PERIOD - monotonic())
            began = monotonic()
            try:
                await self._turn()
                self._problem = ""
            except ConnectionError as error:
                log.info("what a feed has missed can't be fetched yet", reason=str(error))
                self._missed, self._problem = True, str(error)
            except (UnknownFeedError, OvertakenError):  # paused or deleted, or another service was faster
                self._missed = True
            except Exception:
                log.exception("messages of a feed could not be taken in yet", feed=self._channel)
                self._missed, self._problem = True, "messages can't be taken in; the service's log says why"

    async def _turn(self) -> None:
        """Take in what was missed, page by page, then what was heard meanwhile."""
        if self._missed:
            self._missed = False
            since = (await asyncio.to_thread(queries.current, self._feed_id)).since
            async for page in self._adapter.pages(self._channel, since):
                await self._take(page)
            if self._missed:
                return  # what was heard since may come after a gap
        heard, self._heard = self._heard, []
        if heard:
            await self._take(heard)

    async def _take(self, messages: list[Message]) -> None:
        while (taken := await asyncio.to_thread(self._taker.take, messages)) is not None:
            self._lag = time() - min(message.at for message in messages) / 1000
            self._count(taken.added)
            if taken.added:
                await asyncio.to_thread(self._told, taken)

    def _count(self, rows: int) -> None:
        self._counted.append((monotonic(), rows))
        while self._counted[0][0] < monotonic() - WINDOW:
            self._counted.popleft()
