"""Shuffling rows that don't fit into memory: through random buckets, each of which is shuffled in memory.

Each row goes to a bucket that is drawn uniformly, and each bucket is permuted uniformly. The concatenation of
the buckets is then a uniformly random order (Rao 1961; Sanders 1998, "Random permutations on distributed,
external and hierarchical memory"). Any prefix of the rows is therefore a fair sample.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack

import numpy as np
import pyarrow as pa

from datasets.ingest.encrypted_temp_file import EncryptedTempFile
from datasets.ingest.read_result import ProgressCallback
from datasets.storage.store import Store

CHUNK_ROWS = 1 << 18
BUCKET_ROWS = 1 << 20
MAX_BUCKETS = 256


def shuffle_rows(
    batches: Iterable[pa.RecordBatch], rows: int, store: Store, seed: int, progress: ProgressCallback
) -> None:
    """Write batches of ``rows`` rows in all to ``store``, in a random order that depends only on the seed."""
    buckets = min(MAX_BUCKETS, max(1, -(-rows // BUCKET_ROWS)))
    temp_files = [EncryptedTempFile(store.folder / f"bucket-{i:05d}.scratch") for i in range(buckets)]
    done = 0
    with ExitStack() as stack:
        writers: list[pa.ipc.RecordBatchStreamWriter] = []
        for number, chunk in enumerate(rechunk_batches(batches, CHUNK_ROWS)):
            if not writers:
                writers = [_open_writer(file, chunk.schema, stack) for file in temp_files]
            _scatter(chunk, writers, np.random.default_rng([seed, 0, number]))
            done += chunk.num_rows
            progress("reading", done, rows)
    _gather(temp_files, store, seed, rows, progress)


def rechunk_batches(batches: Iterable[pa.RecordBatch], rows: int) -> Iterator[pa.Table]:
    """Yield the same rows in tables of exactly ``rows`` rows, except for the last."""
    waiting: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        waiting.append(batch)
        count += batch.num_rows
        while count >= rows:
            table = pa.Table.from_batches(waiting)
            yield table.slice(0, rows)
            waiting = table.slice(rows).to_batches()
            count -= rows
    if count:
        yield pa.Table.from_batches(waiting)


def _open_writer(
    bucket: EncryptedTempFile, schema: pa.Schema, stack: ExitStack
) -> pa.ipc.RecordBatchStreamWriter:
    file = stack.enter_context(bucket.open_writer())
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    return stack.enter_context(pa.ipc.new_stream(file, schema, options=options))


def _scatter(
    chunk: pa.Table, writers: list[pa.ipc.RecordBatchStreamWriter], random: np.random.Generator
) -> None:
    bucket = random.integers(0, len(writers), chunk.num_rows)
    ends = np.cumsum(np.bincount(bucket, minlength=len(writers)))
    ordered = chunk.take(pa.array(np.argsort(bucket, kind="stable")))
    start = 0
    for writer, end in zip(writers, ends.tolist(), strict=True):
        writer.write_table(ordered.slice(start, end - start))
        start = end


def _gather(
    temp_files: list[EncryptedTempFile], store: Store, seed: int, rows: int, progress: ProgressCallback
) -> None:
    done = 0
    for number, bucket in enumerate(temp_files):
        with bucket.open_reader() as file, pa.ipc.open_stream(file) as stream:
            table = stream.read_all()
        bucket.path.unlink()
        order = np.random.default_rng([seed, 1, number]).permutation(table.num_rows)
        store.write_part(number, table.take(pa.array(order)))
        done += table.num_rows
        progress("writing", done, rows)
