"""Raw rows of a source and those appended behind them."""

from __future__ import annotations

import pyarrow as pa
import pytest

from gpu.resident.appendable_rows import PIECE_ROWS, AppendableRows
from tests.unit.table_source import TableSource


class RefreshableSource(TableSource):
    """A source whose store takes up appended rows some time later."""

    def take_up_batch(self, batch):
        self._table = pa.concat_tables([self._table, pa.table(batch)])


def make_batch(start, stop):
    return pa.record_batch({"n": pa.array(range(start, stop), pa.int32())})


def make_source(stop=10):
    return RefreshableSource(pa.Table.from_batches([make_batch(0, stop // 2), make_batch(stop // 2, stop)]))


def read_range(rows, start, stop):
    found = {}
    for first, values in rows.read_pieces("n", start, stop):
        found.update(zip(range(first, first + len(values)), values.to_pylist(), strict=True))
    return found


@pytest.mark.parametrize(("start", "stop"), [(0, 10), (3, 7), (0, 14), (7, 12), (10, 14), (11, 13)])
def test_any_range_is_read_across_source_and_appended_rows(start, stop):
    rows = AppendableRows(make_source())
    rows.append_batch(make_batch(10, 12))
    rows.append_batch(make_batch(12, 14))
    assert rows.row_count == 14
    assert read_range(rows, start, stop) == {row: row for row in range(start, stop)}


def test_large_arrays_come_in_pieces():
    rows = AppendableRows(TableSource(pa.Table.from_batches([make_batch(0, 2 * PIECE_ROWS + 1)])))
    assert [(first, len(values)) for first, values in rows.read_pieces("n", 5, rows.row_count)] == [
        (5, PIECE_ROWS),
        (5 + PIECE_ROWS, PIECE_ROWS - 4),
    ]


def test_appended_rows_are_let_go_once_the_source_has_them():
    store = make_source()
    rows = AppendableRows(store)
    rows.append_batch(make_batch(10, 12))
    store.take_up_batch(make_batch(10, 12))
    assert read_range(rows, 0, 12) == {row: row for row in range(12)}
    rows.append_batch(make_batch(12, 13))
    assert rows.nbytes == make_batch(12, 13).nbytes
    assert read_range(rows, 0, 13) == {row: row for row in range(13)}
    assert read_range(rows, 11, 13) == {11: 11, 12: 12}


def test_the_newest_rows_need_not_be_fetched_from_a_source_that_has_them():
    store = make_source()
    rows = AppendableRows(store)
    for first in range(10, 14):
        store.take_up_batch(make_batch(first, first + 1))
        rows.append_batch(make_batch(first, first + 1))
    assert rows.nbytes == make_batch(13, 14).nbytes
    store.read_column = None
    assert read_range(rows, 13, 14) == {13: 13}


def test_appended_values_take_the_type_of_the_column():
    rows = AppendableRows(make_source())
    read_range(rows, 0, 10)
    rows.append_batch(pa.record_batch({"n": pa.array([10], pa.int64())}))
    assert {values.type for _, values in rows.read_pieces("n", 0, 11)} == {pa.int32()}
    with pytest.raises(ValueError, match="not in range"):
        rows.append_batch(pa.record_batch({"n": pa.array([2**40], pa.int64())}))
    assert rows.row_count == 11


def test_a_batch_without_a_column_in_use_is_refused():
    rows = AppendableRows(make_source())
    read_range(rows, 0, 10)
    with pytest.raises(KeyError, match="n"):
        rows.append_batch(pa.record_batch({"m": pa.array([1])}))
    assert rows.row_count == 10


def test_a_column_that_ends_early_is_an_error():
    class ShortSource(TableSource):
        rows = 20

    with pytest.raises(ValueError, match="has 10 rows, expected 20"):
        read_range(AppendableRows(ShortSource(pa.table(make_batch(0, 10)))), 0, 20)
