"""Rows leave the shuffle complete, in an order the seed alone decides; any prefix is a fair sample."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasets.ingest import shuffle as module
from datasets.ingest.shuffle import rechunk_batches, shuffle_rows
from datasets.storage.store import Store
from tests.unit.trips_dataset import ignore_progress


@pytest.fixture(autouse=True)
def small_buckets(monkeypatch):
    monkeypatch.setattr(module, "CHUNK_ROWS", 1000)
    monkeypatch.setattr(module, "BUCKET_ROWS", 2000)


def make_batches(rows, size):
    numbers = pa.array(range(rows), pa.int64())
    table = pa.table({"number": numbers, "text": numbers.cast(pa.large_string())})
    return table.to_batches(max_chunksize=size)


def write_shuffled(folder, rows, size=700, seed=1):
    folder.mkdir()
    store = Store(folder)
    shuffle_rows(make_batches(rows, size), rows, store, seed, ignore_progress)
    return store


def read_numbers(store):
    return np.concatenate([values.to_numpy() for values in store.read_column("number")])


@pytest.mark.parametrize("rows", [1, 999, 1000, 1001, 2000, 2001, 12_345])
def test_no_row_is_lost_or_torn(tmp_path, rows):
    store = write_shuffled(tmp_path / "a", rows)
    assert store.row_count == rows
    assert sorted(read_numbers(store)) == list(range(rows))
    texts = [text for values in store.read_column("text") for text in values.to_pylist()]
    assert texts == [str(number) for number in read_numbers(store)]
    assert [path.suffix for path in store.folder.iterdir()] == [".parquet"] * len(store.imported_files)


def test_the_seed_alone_decides_the_order(tmp_path):
    first = read_numbers(write_shuffled(tmp_path / "a", 9000, size=700))
    np.testing.assert_array_equal(first, read_numbers(write_shuffled(tmp_path / "b", 9000, size=4321)))
    assert (first != read_numbers(write_shuffled(tmp_path / "c", 9000, seed=2))).any()


def test_a_prefix_is_a_fair_sample(tmp_path):
    """The mean rank of the first tenth lies within five standard errors of the middle, wherever it is cut."""
    order = read_numbers(write_shuffled(tmp_path / "a", 50_000))
    for rows in (1000, 5000, 20_000):
        error = 50_000 / np.sqrt(12 * rows)
        assert abs(order[:rows].mean() - 25_000) < 5 * error
    assert abs(np.corrcoef(order[1:], order[:-1])[0, 1]) < 5 / np.sqrt(50_000)


@settings(deadline=None)
@given(st.lists(st.integers(0, 50), max_size=20), st.integers(1, 60))
def test_rechunked_rows_are_the_same_rows(lengths, rows):
    starts = np.cumsum([0, *lengths])
    parts = [
        pa.record_batch({"x": pa.array(range(a, a + n), pa.int64())})
        for a, n in zip(starts, lengths, strict=False)
    ]
    tables = list(rechunk_batches(parts, rows))
    assert all(table.num_rows == rows for table in tables[:-1])
    assert [x for table in tables for x in table["x"].to_pylist()] == list(range(sum(lengths)))


def test_the_column_that_is_not_there_is_named(tmp_path):
    store = write_shuffled(tmp_path / "a", 10)
    with pytest.raises(KeyError, match="speed"):
        next(store.read_column("speed"))


def test_a_folder_without_parts_is_no_version(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"holds no part-\*\.parquet"):
        assert Store(tmp_path).row_count
