"""States as who sees a part of a dataset counts them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasets.append import visible_row_index
from datasets.append.visible_row_index import VisibleRowIndex
from gpu.cubes import AnyOf, Predicate
from gpu.oracle import OracleEngine
from gpu.scales import BooleanScale
from tests.unit.table_source import TableSource

SEEN_ROWS = AnyOf(frozenset({(Predicate("seen", BooleanScale(), ((1, 2),)),)}))


def make_index(seen, imported):
    engine = OracleEngine(TableSource(pa.table({"seen": pa.array(seen, pa.bool_())})))
    return VisibleRowIndex(lambda _rows: engine, SEEN_ROWS, imported, sum(seen[:imported]))


@settings(max_examples=60)
@given(st.lists(st.booleans(), max_size=60), st.data())
def test_visible_indexes_and_rows_are_inverse_in_any_order(seen, data):
    imported = data.draw(st.integers(0, len(seen)))
    found, visible = make_index(seen, imported), np.cumsum([0, *seen])
    asked = st.one_of(
        st.tuples(st.just("visible"), st.integers(imported, len(seen))),
        st.tuples(st.just("rows"), st.integers(int(visible[imported]), int(visible[-1]))),
    )
    for what, number in data.draw(st.lists(asked, max_size=8)):
        if what == "visible":
            assert found.count_visible(number) == visible[number]
        else:
            assert visible[found.find_row_count(number, len(seen))] == number


def test_unknown_states_are_refused():
    found = make_index([True, True, False, True, False], 3)
    for visible in (1, 4, -1):
        with pytest.raises(ValueError, match="no state"):
            found.find_row_count(visible, 5)
    with pytest.raises(ValueError, match="no state"):
        found.count_visible(2)


def test_of_many_states_the_oldest_are_forgotten(monkeypatch):
    monkeypatch.setattr(visible_row_index, "MAX_ENTRIES", 10)
    found = make_index([True] * 200, 5)
    for rows in range(5, 201):
        assert found.count_visible(rows) == rows
    assert len(found._rows) <= 10
    assert [found.find_row_count(rows, 200) for rows in range(5, 201)] == list(range(5, 201))
