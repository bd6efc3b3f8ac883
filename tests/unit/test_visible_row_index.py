"""States as who sees a part of a dataset counts them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasets.append import visible_row_index
from datasets.append.visible_row_index import Ranks
from gpu.cubes import AnyOf, Predicate
from gpu.oracle import OracleEngine
from gpu.scales import Boolean
from tests.unit.table_source import TableSource

SEEN = AnyOf(frozenset({(Predicate("seen", Boolean(), ((1, 2),)),)}))


def made(seen, imported):
    engine = OracleEngine(TableSource(pa.table({"seen": pa.array(seen, pa.bool_())})))
    return Ranks(lambda _rows: engine, SEEN, imported, sum(seen[:imported]))


@settings(max_examples=60)
@given(st.lists(st.booleans(), max_size=60), st.data())
def test_ranks_and_rows_are_each_others_opposite_in_any_order(seen, data):
    imported = data.draw(st.integers(0, len(seen)))
    found, visible = made(seen, imported), np.cumsum([0, *seen])
    asked = st.one_of(
        st.tuples(st.just("visible"), st.integers(imported, len(seen))),
        st.tuples(st.just("rows"), st.integers(int(visible[imported]), int(visible[-1]))),
    )
    for what, number in data.draw(st.lists(asked, max_size=8)):
        if what == "visible":
            assert found.visible(number) == visible[number]
        else:
            assert visible[found.rows(number, len(seen))] == number


def test_states_that_never_were_are_refused():
    found = made([True, True, False, True, False], 3)
    for visible in (1, 4, -1):
        with pytest.raises(ValueError, match="no state"):
            found.rows(visible, 5)
    with pytest.raises(ValueError, match="no state"):
        found.visible(2)


def test_of_many_states_the_oldest_are_forgotten(monkeypatch):
    monkeypatch.setattr(visible_row_index, "MOST_KNOWN", 10)
    found = made([True] * 200, 5)
    for rows in range(5, 201):
        assert found.visible(rows) == rows
    assert len(found._rows) <= 10
    assert [found.rows(rows, 200) for rows in range(5, 201)] == list(range(5, 201))
