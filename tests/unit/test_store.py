"""A column is read from any row on, whatever files and row groups its rows are in."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets.storage import store as stores
from datasets.storage.store import AppendedFile, Store
from datasets.table.sort_keys import decode_text
from tests.unit.engine_strategies import COLUMNS, arrow_tables
from tests.unit.hypothesis_examples import with_examples


@pytest.fixture(scope="module")
def small_row_groups():
    """Row groups of a few rows, two of which are read at once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stores, "ROW_GROUP_ROWS", 90)
        patch.setattr(stores, "GROUPS_PER_READ", 2)
        patch.setattr(stores, "BATCH_ROWS", 40)
        yield


@pytest.mark.usefixtures("small_row_groups")
@with_examples(40)
@given(arrow_tables((65, 1000)), st.sampled_from(COLUMNS), st.data())
def test_rows_from_any_on(tmp_path_factory, table, column, data):
    rows = table.num_rows
    cut, grown, start = (data.draw(st.integers(0, rows)) for _ in range(3))
    cut, grown = sorted((cut, grown))
    folder = tmp_path_factory.mktemp("store")
    written = Store(folder)
    written.write_part(0, table.slice(0, cut))
    written.write_part(1, table.slice(cut, grown - cut))
    parts = [AppendedFile(1, "grown.parquet", grown, rows - grown)] if rows > grown else []
    if parts:
        written.write_file("grown.parquet", table.slice(grown))
    read = list(Store(folder, appended=lambda: parts).read_column(column, start))
    assert all(len(piece) <= 40 for piece in read)
    found = pa.concat_arrays(
        [decode_text(piece) for piece in read] or [decode_text(table[column]).combine_chunks()[:0]]
    )
    assert str(found.to_pylist()) == str(table[column].slice(start).to_pylist())


def test_there_is_no_such_column(tmp_path):
    store = Store(tmp_path)
    store.write_part(0, pa.table({"x": [1]}))
    with pytest.raises(KeyError):
        next(store.read_column("y"))
