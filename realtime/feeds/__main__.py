"""Lets the flights of the sample come in live, in the order in which they left: ``make feed SPEED=3600``.

The first third is imported as "Flights, live"; the rest comes by a feed of that, through the service that
runs on this machine. Started again it goes on where it was.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from concurrent.futures import Future
from pathlib import Path
from threading import Event

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from accounts import first_run, users
from accounts.principals import Principal
from config import settings
from datasets import catalogue
from datasets.ingest.cli_output import progress
from datasets.ingest.importer import import_file
from datasets.ingest.sample import flights_in_order
from datasets.storage import appended_files
from realtime.ably_client import Adapter
from realtime.feeds import actions
from realtime.live import tokens

SLUG, NAME = "flights-live", "Flights, live"
BEAT = 0.1
"""Seconds between two looks at which flights have left."""
FEW, MANY = 100, 1000
"""Flights in one message, always: what was published and not taken in at the end comes again as it was."""
FAST = 36_000.0
"""Up to this speed, messages of few flights are not too many for a channel."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m realtime.feeds", description=__doc__)
    parser.add_argument("--speed", type=float, default=3600.0, help="how many times as fast as they left")
    speed = parser.parse_args().speed
    flights = flights_in_order()
    begun = flights.num_rows // 3
    _prepare(flights.slice(0, begun))
    admin = users.require(first_run.ADMIN)
    version = catalogue.find(SLUG, None)[1]
    sys.stdout.write(f"Look: {settings().address(settings().port)}/explore/{SLUG}\n")
    sys.stdout.flush()
    publish(flights.slice(begun), appended_files.total(version) - version.rows, speed, admin)


def publish(flights: pa.Table, start: int, speed: float, by: Principal) -> None:
    """Publish the flights from one on, each when its turn has come."""
    key = _feed(by)
    channel = tokens.feed(key)
    address = f"127.0.0.1:{settings().port}"
    tls = settings().tls_certificate is not None
    adapter = Adapter(
        lambda: address, token=lambda: (tokens.of_publisher(by, key), tokens.client_id(by)), tls=tls
    )
    moments = pc.cast(flights["date"], pa.timestamp("ms")).cast(pa.int64()).to_numpy()
    each = FEW if speed <= FAST else MANY
    never, sent, clock = Event(), Future[None](), float(moments[start]) if start < len(moments) else 0.0
    try:
        while start < len(moments):
            clock += BEAT * speed * 1000
            left = int(np.searchsorted(moments, clock))
            stop = left if left == len(moments) else start + (left - start) // each * each
            for first in range(start, stop, each):
                some = _stream(flights.slice(first, min(each, stop - first)))
                sent = adapter.publish(channel, "arrow", some, id_=f"flights {first}:0")
            if stop > start:
                sent.result()
            start = stop
            never.wait(BEAT)
    finally:
        adapter.close()


def _prepare(flights: pa.Table) -> None:
    if any(entry.slug == SLUG for entry in catalogue.entries()):
        return
    with tempfile.TemporaryDirectory() as folder:
        pq.write_table(flights, Path(folder) / "flights.parquet")
        import_file(Path(folder) / "flights.parquet", SLUG, NAME, progress, lambda _: None)


def _feed(by: Principal) -> str:
    """The key of the feed of these flights."""
    known = (each.feed.key for each in actions.listed(by) if each.dataset == SLUG)
    return next(known, None) or actions.create(by, SLUG, NAME)


def _stream(flights: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, flights.schema) as stream:
        stream.write_table(flights)
    return bytes(sink.getvalue())


if __name__ == "__main__":
    main()
