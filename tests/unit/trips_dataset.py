"""A small dataset with columns of every kind, stored and described as an import would."""

from __future__ import annotations

import atexit
import shutil
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pyarrow as pa

from datasets.description import Description
from datasets.ingest.profiling import profile_columns
from datasets.ingest.shuffle import shuffle_rows
from datasets.storage.store import Store

ROWS = 2000
START_TIME = datetime(2001, 1, 1)  # noqa: DTZ001 stored times have no zone


def ignore_progress(_what, _done, _rows):
    pass


def make_trips_table(rows=ROWS, seed=1):
    random = np.random.default_rng(seed)
    some = random.random(rows) < 0.1
    minutes = random.integers(0, 180 * 24 * 60, rows)
    names = np.array([f"n{i:02}" for i in range(40)] + ["O'Hare", "São Paulo", "", "a,b"])
    return pa.table(
        {
            "when": pa.array(
                [START_TIME + timedelta(minutes=int(m)) for m in minutes], pa.timestamp("us"), mask=some
            ),
            "delay": pa.array(np.rint(random.normal(8, 30, rows)).astype(np.int64), mask=some),
            "price": pa.array(random.lognormal(3, 1, rows), mask=some[::-1]),
            "hour": random.integers(0, 24, rows),
            "name": pa.array(
                random.choice(names, rows, p=_falling_weights(len(names))), pa.large_string(), mask=some
            ),
            "weekday": pa.array(random.choice(["Sun", "Mon", "Tue"], rows), pa.large_string()),
            "late": pa.array(random.random(rows) < 0.3, mask=some),
            "longitude": random.normal(-95, 12, rows),
            "latitude": random.normal(38, 4, rows),
        }
    )


def _falling_weights(count):
    weights = 1 / np.arange(1, count + 1)
    return weights / weights.sum()


def write_store(table, folder):
    store = Store(folder)
    shuffle_rows(table.to_batches(), table.num_rows, store, 1, ignore_progress)
    return store


def describe_store(store):
    columns = tuple(profile_columns(store, ignore_progress))
    return Description(slug="trips", name="Trips", version="ab12", rows=store.row_count, columns=columns)


@lru_cache
def load_trips():
    """The description and the store of one such dataset, the same for all tests."""
    folder = Path(mkdtemp(prefix="dataxchange-trips-"))
    atexit.register(shutil.rmtree, folder)
    store = write_store(make_trips_table(), folder)
    return describe_store(store), store
