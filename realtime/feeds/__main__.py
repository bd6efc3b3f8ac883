"""Feed the sample's flights live, in the order in which they left: ``make feed SPEED=3600``.

The first third is imported as "Flights, live". The rest arrives through a feed of that dataset, published to
the service that runs on this machine. When started again, it continues where it stopped.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from threading import Event

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from accounts import first_run, users
from accounts.principals import Principal
from config import get_settings
from datasets import catalogue
from datasets.ingest.cli_output import print_progress
from datasets.ingest.importer import import_file
from datasets.ingest.sample import load_sorted_flights
from datasets.storage import appended_files
from db.preparation import prepare_database
from realtime.ably_client import AblyClient
from realtime.feeds import actions
from realtime.live import tokens

SLUG, NAME = "flights-live", "Flights, live"
TICK = 0.1
"""The seconds between two checks which flights have left."""
SMALL_BATCH, LARGE_BATCH = 100, 1000
"""The number of flights in one message.

It depends on the speed only, so that after a restart the same flights are in a message with the same id.
"""
LARGE_BATCH_SPEED = 36_000.0
"""The speed up to which small messages do not exceed the rate limit of a channel."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m realtime.feeds", description=__doc__)
    parser.add_argument("--speed", type=float, default=3600.0, help="how many times faster than in reality")
    speed = parser.parse_args().speed
    prepare_database()
    flights = load_sorted_flights()
    third = flights.num_rows // 3
    _import_first_third(flights.slice(0, third))
    admin = users.require_principal(first_run.ADMIN_NAME)
    version = catalogue.find_version(SLUG, None)[1]
    sys.stdout.write(f"Look: {get_settings().local_url(get_settings().port)}/explore/{SLUG}\n")
    sys.stdout.flush()
    publish_flights(flights.slice(third), appended_files.count_rows(version) - version.rows, speed, admin)


def publish_flights(flights: pa.Table, start: int, speed: float, by: Principal) -> None:
    """Publish the flights from ``start`` on, each when it is due."""
    key = _get_feed_key(by)
    departures = pc.cast(flights["date"], pa.timestamp("ms")).cast(pa.int64()).to_numpy()
    batch_size = SMALL_BATCH if speed <= LARGE_BATCH_SPEED else LARGE_BATCH
    never, clock = Event(), float(departures[start]) if start < len(departures) else 0.0
    client = _create_client(by, key)
    try:
        while start < len(departures):
            clock += TICK * speed * 1000
            due = int(np.searchsorted(departures, clock))
            stop = due if due == len(departures) else start + (due - start) // batch_size * batch_size
            _publish_batches(client, tokens.feed_channel(key), flights, range(start, stop, batch_size))
            start = stop
            never.wait(TICK)
    finally:
        client.close()


def _create_client(by: Principal, key: str) -> AblyClient:
    settings = get_settings()

    def get_token() -> tuple[str, str, float]:
        return tokens.issue_publisher_token(by, key), tokens.channel_client_id(by), tokens.TOKEN_LIFETIME

    return AblyClient(
        lambda: f"127.0.0.1:{settings.port}", get_token, tls=settings.tls_certificate is not None
    )


def _publish_batches(client: AblyClient, channel: str, flights: pa.Table, batches: range) -> None:
    """Publish batches of flights in order, and wait until the last one is accepted."""
    published = None
    for start in batches:
        content = _to_arrow_stream(flights.slice(start, min(batches.step, batches.stop - start)))
        published = client.publish(channel, "arrow", content, id_=f"flights {start}:0")
    if published is not None:
        published.result()


def _import_first_third(flights: pa.Table) -> None:
    if any(entry.slug == SLUG for entry in catalogue.list_datasets()):
        return
    with tempfile.TemporaryDirectory() as folder:
        pq.write_table(flights, Path(folder) / "flights.parquet")
        import_file(Path(folder) / "flights.parquet", SLUG, NAME, print_progress, lambda _: None)


def _get_feed_key(by: Principal) -> str:
    """Return the key of the feed of this dataset; create the feed if there is none."""
    keys = (info.feed.key for info in actions.list_feeds(by) if info.dataset == SLUG)
    return next(keys, None) or actions.create_feed(by, SLUG, NAME)


def _to_arrow_stream(flights: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, flights.schema) as stream:
        stream.write_table(flights)
    return bytes(sink.getvalue())


if __name__ == "__main__":
    main()
