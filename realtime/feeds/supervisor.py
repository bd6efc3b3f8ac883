"""The feeds that run in this process: all that are not paused, whichever process created or resumed them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from datasets import catalogue
from datasets.append.snapshots import Snapshots
from db.polling import PollingThread
from db.tables import utc_now
from realtime.feeds import queries
from realtime.feeds.batch_writer import AppendedBatch
from realtime.live import tokens

if TYPE_CHECKING:
    from realtime.ably_client import AblyClient
    from realtime.feeds.consumer import FeedConsumer, FeedMetrics

POLL_INTERVAL = 1.0
"""The seconds between two checks which feeds are to run."""


class FeedSupervisor:
    """Runs the feeds between ``start`` and ``stop``. For many threads.

    ``get_client`` is called when the first feed starts.
    """

    def __init__(self, get_client: Callable[[], AblyClient]) -> None:
        self._get_client = get_client
        self._consumers: dict[int, FeedConsumer] = {}
        self._thread = PollingThread("feeds", POLL_INTERVAL, self._reconcile)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._thread.stop()
        for id_ in list(self._consumers):
            self._consumers.pop(id_).stop()

    def wake(self) -> None:
        """Check now: a feed was created, paused, resumed or deleted."""
        self._thread.wake()

    def get_metrics(self, feed_id: int) -> FeedMetrics | None:
        """Return the metrics of a feed; None if it does not run here."""
        consumer = self._consumers.get(feed_id)
        return consumer.metrics if consumer else None

    def _reconcile(self) -> None:
        """Start the feeds that should run and don't; stop those that run and shouldn't."""
        running = queries.list_running()
        for id_ in self._consumers.keys() - running.keys():
            self._consumers.pop(id_).stop()
        for id_ in running.keys() - self._consumers.keys():
            self._start_consumer(id_, running[id_])

    def _start_consumer(self, id_: int, key: str) -> None:
        from realtime.feeds.consumer import FeedConsumer  # noqa: PLC0415  (loads Ably's SDK)

        consumer = self._consumers[id_] = FeedConsumer(self._get_client(), id_, key, self._publish_growth)
        consumer.start()

    def _publish_growth(self, appended: AppendedBatch) -> None:
        """Tell open pages that rows were added; by then they are durable."""
        row = catalogue.find_version(appended.slug, appended.version)[1]
        snapshots = Snapshots(row, appended.rows, row.rows)
        growth = {
            "version": appended.version,
            "rows": appended.rows,
            "at": round(utc_now().timestamp() * 1000),
            "rate": snapshots.arrival_rate,
        }
        self._get_client().publish(tokens.growth_channel(appended.slug), "grown", growth)
