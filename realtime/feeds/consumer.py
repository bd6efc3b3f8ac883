"""The consumer of one feed: writes the messages that it receives or has missed, in batches."""

from __future__ import annotations

import asyncio
import traceback
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, time

import structlog

from realtime.ably_client import AblyClient
from realtime.channel_messages import ChannelListener, ChannelMessage
from realtime.feeds import queries
from realtime.feeds.batch_writer import AppendedBatch, BatchWriter, FeedMovedError
from realtime.feeds.queries import UnknownFeedError
from realtime.live import tokens

BATCH_INTERVAL = 0.25
"""The seconds from one batch to the next, unless a batch takes longer."""
MAX_PENDING = 1000
"""The number of messages that wait in memory; beyond it, messages are fetched from the history later."""
RATE_WINDOW = 10.0
"""The seconds over which the rate is measured."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class FeedMetrics:
    """Rows per second, seconds from publishing to durable of the last batch, and messages that wait.

    ``problem`` says why nothing is written now; it is empty while all is well.
    """

    rate: float
    lag: float
    pending: int
    problem: str = ""


class FeedConsumer:
    """Consumes a feed in the client's event loop from ``start`` to ``stop``.

    ``on_appended`` is called in a thread after each batch with new rows.
    """

    def __init__(
        self, client: AblyClient, feed_id: int, key: str, on_appended: Callable[[AppendedBatch], None]
    ) -> None:
        self._client, self._feed_id, self._channel, self._on_appended = (
            client,
            feed_id,
            tokens.feed_channel(key),
            on_appended,
        )
        self._writer = BatchWriter(feed_id)
        self._pending: list[ChannelMessage] = []
        self._has_gap = True
        self._row_counts: deque[tuple[float, int]] = deque()
        self._lag = 0.0
        self._problem = ""
        self._task: Future[None] | None = None

    def start(self) -> None:
        self._client.subscribe(self._channel, ChannelListener(self._on_message, self._on_gap))
        self._task = self._client.run_coroutine(self._run())

    def stop(self) -> None:
        """Write no further batch, and stop listening."""
        if self._task is not None:
            self._task.cancel()
            self._client.unsubscribe(self._channel)

    @property
    def metrics(self) -> FeedMetrics:
        """The current metrics."""
        since = monotonic() - RATE_WINDOW
        rows = sum(count for moment, count in list(self._row_counts) if moment > since)
        return FeedMetrics(rows / RATE_WINDOW, self._lag, len(self._pending), self._problem)

    def _on_message(self, message: ChannelMessage) -> None:
        if len(self._pending) == MAX_PENDING:
            self._pending, self._has_gap = [], True
        self._pending.append(message)

    def _on_gap(self) -> None:
        self._has_gap = True

    async def _run(self) -> None:
        began = monotonic()
        while True:
            await asyncio.sleep(began + BATCH_INTERVAL - monotonic())
            began = monotonic()
            try:
                await self._consume_pending()
                self._problem = ""
            except ConnectionError as error:
                log.info("missed messages of a feed can't be fetched yet", reason=str(error))
                self._has_gap, self._problem = True, str(error)
            except (UnknownFeedError, FeedMovedError):  # paused, deleted, or another service was faster
                self._has_gap = True
            except Exception as error:
                reason = _locate_error(error)
                log.warning("messages of a feed could not be added", feed=self._channel, **reason)
                self._has_gap, self._problem = True, "Messages can't be added. See the service's log."

    async def _consume_pending(self) -> None:
        """Write what was missed, page by page, then what was received meanwhile."""
        if self._has_gap:
            self._has_gap = False
            since = (await asyncio.to_thread(queries.get_current, self._feed_id)).history_start
            async for page in self._client.fetch_pages(self._channel, since):
                await self._write_messages(page)
            if self._has_gap:
                return  # what was received since may come after another gap
        pending, self._pending = self._pending, []
        if pending:
            await self._write_messages(pending)

    async def _write_messages(self, messages: list[ChannelMessage]) -> None:
        while (appended := await asyncio.to_thread(self._writer.write_batch, messages)) is not None:
            self._lag = time() - min(message.published_at for message in messages) / 1000
            self._count_rows(appended.added)
            if appended.added:
                await asyncio.to_thread(self._on_appended, appended)

    def _count_rows(self, rows: int) -> None:
        self._row_counts.append((monotonic(), rows))
        while self._row_counts[0][0] < monotonic() - RATE_WINDOW:
            self._row_counts.popleft()


def _locate_error(error: BaseException) -> dict[str, str]:
    """Return the kind of an error and where it was raised, without its message, which may quote rows."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    return {"error": type(error).__name__, "traceback": " > ".join(places)}
