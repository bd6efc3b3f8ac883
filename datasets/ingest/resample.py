"""Larger sets with the sample's own distributions: its rows drawn again and again, spread over ten years.

A bootstrap (Efron 1979): every row is drawn uniformly from the sample with replacement. Its date moves on by
a whole number of half-years of 26 weeks, which keeps the weekday and the hour true; its delay is jittered by
a few minutes. The rows are independent draws, so they are in random order as they are made, and a chunk
depends on nothing but the seed and its number: a shorter set is the beginning of a longer one.
"""

from __future__ import annotations

import hashlib

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datasets import catalogue
from datasets.description import Description
from datasets.ingest.publish import publish
from datasets.ingest.sample import SLUG, prepare_sample
from datasets.ingest.shuffle import BUCKET_ROWS, Progress
from datasets.storage.store import Store

RECIPE = "1"
HALF_YEAR = 26 * 7 * 86_400_000_000
HALF_YEARS = 20
JITTER_MINUTES = 3.0


def resample(rows: int, seed: int, progress: Progress) -> Description:
    """A dataset of ``rows`` flights, such as ``flights-100m``, made now unless it is there already.

    Raises:
        ValueError: no rows are asked for, or a negative seed.
        SampleMissingError: the sample can't be prepared.
    """
    if rows < 1 or seed < 0:
        raise ValueError("ask for at least one row, and a seed that is not negative")
    base = prepare_sample(progress)
    slug, name = f"{SLUG}-{short(rows)}", f"Flights, {rows:,} resampled"
    key = hashlib.sha256(f"{RECIPE} {seed} {rows} {base.version}".encode()).hexdigest()[:16]
    if catalogue.has(slug, key):
        return catalogue.open(slug, key)
    table = _table(catalogue.store(SLUG, base.version))
    return publish(slug, name, key, lambda store: _write(table, rows, seed, store, progress), progress)


def short(rows: int) -> str:
    """``100_000_000`` as ``100m``, ``1_500_000`` as ``1500k``."""
    for unit, size in (("b", 10**9), ("m", 10**6), ("k", 10**3)):
        if rows % size == 0:
            return f"{rows // size}{unit}"
    return str(rows)


def _table(store: Store) -> pa.Table:
    """The sample in memory, its text as small codes (some 150 MB)."""
    columns = [pa.chunked_array(list(store.read(name))) for name in store.schema.names]
    unified = [column.unify_dictionaries().combine_chunks() for column in columns]
    fields = [
        pa.field(field.name, column.type, metadata=field.metadata)
        for field, column in zip(store.schema, unified, strict=True)
    ]
    return pa.table(unified, schema=pa.schema(fields))


def _write(sample: pa.Table, rows: int, seed: int, store: Store, progress: Progress) -> None:
    for number in range(-(-rows // BUCKET_ROWS)):
        start = number * BUCKET_ROWS
        chunk = _draw(sample, np.random.default_rng([seed, number])).slice(0, rows - start)
        store.write(number, chunk)
        progress("resampling", start + chunk.num_rows, rows)


def _draw(sample: pa.Table, random: np.random.Generator) -> pa.Table:
    drawn = sample.take(pa.array(random.integers(0, sample.num_rows, BUCKET_ROWS)))
    shift = random.integers(0, HALF_YEARS, BUCKET_ROWS) * HALF_YEAR
    jitter = np.rint(random.normal(0, JITTER_MINUTES, BUCKET_ROWS)).astype(np.int64)
    drawn = _replaced(drawn, "date", pc.add(drawn["date"], pa.array(shift).cast(pa.duration("us"))))
    return _replaced(drawn, "delay", pc.add(drawn["delay"], pa.array(jitter)))


def _replaced(table: pa.Table, name: str, values: pa.ChunkedArray) -> pa.Table:
    position = table.schema.get_field_index(name)
    return table.set_column(position, table.schema.field(position), values)
