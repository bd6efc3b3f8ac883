"""A column is read from any row on, whatever files and row groups its rows are in."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets.storage import store as stores
from datasets.storage.store import Part, Store
from datasets.table.sort_keys import plain
from tests.unit.engine_strategies import COLUMNS, tables
from tests.unit.hypothesis_examples import examples


@pytest.fixture(scope="module")
def small():
    """Row groups of a few rows, two of which are read at once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stores, "ROW_GROUP", 90)
        patch.setattr(stores, "RUN", 2)
        patch.setattr(stores, "BATCH_ROWS", 40)
        yield


@pytest.mark.usefixtures("small")
@examples(40)
@given(tables((65, 1000)), st.sampled_from(COLUMNS), st.data())
def test_rows_from_any_on(tmp_path_factory, table, column, data):
    rows = table.num_rows
    cut, grown, start = (data.draw(st.integers(0, rows)) for _ in range(3))
    cut, grown = sorted((cut, grown))
    folder = tmp_path_factory.mktemp("store")
    written = Store(folder)
    written.write(0, table.slice(0, cut))
    written.write(1, table.slice(cut, grown - cut))
    parts = [Part(1, "grown.parquet", grown, rows - grown)] if rows > grown else []
    if parts:
        written.write_file("grown.parquet", table.slice(grown))
    read = list(Store(folder, appended=lambda: parts).read(column, start))
    assert all(len(piece) <= 40 for piece in read)
    found = pa.concat_arrays([plain(piece) for piece in read] or [plain(table[column]).combine_chunks()[:0]])
    assert str(found.to_pylist()) == str(table[column].slice(start).to_pylist())


def test_there_is_no_such_column(tmp_path):
    store = Store(tmp_path)
    store.write(0, pa.table({"x": [1]}))
    with pytest.raises(KeyError):
        next(store.read("y"))
