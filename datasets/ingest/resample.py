"""Larger datasets with the distributions of the sample: its rows are drawn repeatedly, spread over ten years.

This is a bootstrap (Efron 1979): each row is drawn uniformly from the sample with replacement. Its date is
moved by a whole number of half-years of 26 weeks, which keeps weekday and hour realistic; its delay is
jittered by a few minutes. The rows are independent draws, so they are in random order already. A chunk
depends only on the seed and its number: a smaller dataset is the beginning of a larger one.
"""

from __future__ import annotations

import hashlib

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datasets import catalogue
from datasets.description import Description
from datasets.ingest.publish import publish_version
from datasets.ingest.read_result import ProgressCallback
from datasets.ingest.sample import SAMPLE_SLUG, prepare_sample
from datasets.ingest.shuffle import BUCKET_ROWS
from datasets.storage.store import Store

RECIPE_VERSION = "1"
HALF_YEAR = 26 * 7 * 86_400_000_000
HALF_YEARS = 20
JITTER_MINUTES = 3.0


def prepare_resample(rows: int, seed: int, progress: ProgressCallback) -> Description:
    """Return a dataset of ``rows`` flights, such as ``flights-100m``, which is created unless it exists.

    Raises:
        ValueError: ``rows`` is less than 1, or ``seed`` is negative.
        SampleMissingError: the sample can't be prepared.
    """
    if rows < 1 or seed < 0:
        raise ValueError("rows must be at least 1, and the seed at least 0")
    base = prepare_sample(progress)
    slug, name = f"{SAMPLE_SLUG}-{format_row_count(rows)}", f"Flights, {rows:,} resampled"
    key = hashlib.sha256(f"{RECIPE_VERSION} {seed} {rows} {base.version}".encode()).hexdigest()[:16]
    if catalogue.has_version(slug, key):
        return catalogue.get_description(slug, key)
    table = _load_table(catalogue.open_store(SAMPLE_SLUG, base.version))
    return publish_version(
        slug, name, key, lambda store: _write_resampled(table, rows, seed, store, progress), progress
    )


def format_row_count(rows: int) -> str:
    """Return ``100_000_000`` as ``100m``, ``1_500_000`` as ``1500k``."""
    for unit, size in (("b", 10**9), ("m", 10**6), ("k", 10**3)):
        if rows % size == 0:
            return f"{rows // size}{unit}"
    return str(rows)


def _load_table(store: Store) -> pa.Table:
    """Return the sample in memory, with text as small codes (about 150 MB)."""
    columns = [pa.chunked_array(list(store.read_column(name))) for name in store.schema.names]
    unified = [column.unify_dictionaries().combine_chunks() for column in columns]
    fields = [
        pa.field(field.name, column.type, metadata=field.metadata)
        for field, column in zip(store.schema, unified, strict=True)
    ]
    return pa.table(unified, schema=pa.schema(fields))


def _write_resampled(
    sample: pa.Table, rows: int, seed: int, store: Store, progress: ProgressCallback
) -> None:
    for number in range(-(-rows // BUCKET_ROWS)):
        start = number * BUCKET_ROWS
        chunk = _draw_rows(sample, np.random.default_rng([seed, number])).slice(0, rows - start)
        store.write_part(number, chunk)
        progress("resampling", start + chunk.num_rows, rows)


def _draw_rows(sample: pa.Table, random: np.random.Generator) -> pa.Table:
    drawn = sample.take(pa.array(random.integers(0, sample.num_rows, BUCKET_ROWS)))
    shift = random.integers(0, HALF_YEARS, BUCKET_ROWS) * HALF_YEAR
    jitter = np.rint(random.normal(0, JITTER_MINUTES, BUCKET_ROWS)).astype(np.int64)
    drawn = _replace_column(drawn, "date", pc.add(drawn["date"], pa.array(shift).cast(pa.duration("us"))))
    return _replace_column(drawn, "delay", pc.add(drawn["delay"], pa.array(jitter)))


def _replace_column(table: pa.Table, name: str, values: pa.ChunkedArray) -> pa.Table:
    position = table.schema.get_field_index(name)
    return table.set_column(position, table.schema.field(position), values)
