"""The visible rows alone: profiled and explored as if they were the whole dataset."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets.access.visible_rows import VisibleRows
from datasets.cubes.packed_cube import narrow
from datasets.cubes.wire_format import MAGIC, Active, Entry, Frame, encode
from datasets.exploration import CubeRequest, View
from datasets.explorations.suggest import suggest
from datasets.ingest.profiling import SKETCH_BINS, profile
from datasets.query.axes import axes
from datasets.query.compile import specs
from datasets.storage.store import BATCH_ROWS
from gpu.cpu import CpuEngine
from gpu.scales import ScaleSpec
from tests.unit.hypothesis_examples import examples
from tests.unit.trips_dataset import described, quiet, stored, table, trips


def masks():
    """Masks of the rows of the trips: random ones, and none or all of them."""
    _, store = trips()
    shares = st.tuples(st.integers(0, 2**32), st.sampled_from([0, 0.001, 0.5, 1]))
    return shares.map(lambda drawn: np.random.default_rng(drawn[0]).random(store.rows) < drawn[1])


def kept(store, mask):
    """A table of the visible rows."""
    columns = {name: pa.chunked_array(list(store.read(name))) for name in store.schema.names}
    return pa.table({name: each.filter(pa.array(mask)) for name, each in columns.items()})


@examples(20)
@given(masks())
def test_visible_rows_are_read_in_their_order(mask):
    _, store = trips()
    visible, rows = VisibleRows(store, mask), kept(store, mask)
    assert (visible.rows, visible.schema) == (rows.num_rows, store.schema)
    for name in store.schema.names:
        assert pa.chunked_array(list(visible.read(name))).to_pylist() == rows[name].to_pylist()
        assert visible.sample(name, 10).to_pylist() == rows[name].to_pylist()


@examples(8)
@given(masks().filter(np.any))
def test_their_profile_is_that_of_a_dataset_that_has_no_others(tmp_path_factory, mask):
    _, store = trips()
    rows = kept(store, mask).cast(store.schema)
    alone = stored(rows, tmp_path_factory.mktemp("alone"))
    assert [each.model_dump(exclude={"label"}) for each in profile(VisibleRows(store, mask), quiet)] == [
        each.model_dump(exclude={"label"}) for each in described(alone).columns
    ]


def test_a_sample_is_taken_of_as_many_arrays_as_it_needs(tmp_path):
    rows = BATCH_ROWS + 100
    store = stored(pa.table({"x": np.arange(rows)}), tmp_path)
    assert len(VisibleRows(store, np.ones(rows, np.bool_)).sample("x", 5)) == BATCH_ROWS
    late = np.arange(rows) >= BATCH_ROWS
    assert len(VisibleRows(store, late).sample("x", 5)) == 100


def test_the_words_of_other_rows_are_not_in_the_dictionaries():
    _, store = trips()
    names = pa.chunked_array(list(store.read("name")))
    visible = VisibleRows(store, np.array([name == "n07" for name in names.to_pylist()]))
    assert {word for part in visible.read("name") for word in part.dictionary.to_pylist()} == {"n07"}


def test_a_mask_of_other_rows_is_refused():
    _, store = trips()
    with pytest.raises(ValueError, match="a mask of 7 rows can't tell which of 2000 are visible"):
        VisibleRows(store, np.ones(7, np.bool_))


def nothing(store):
    return VisibleRows(store, np.zeros(store.rows, np.bool_))


def test_without_any_visible_row_columns_keep_their_kinds():
    whole, store = trips()
    empty = described(nothing(store))
    assert [(each.name, each.label, each.profile.kind, each.profile.integer) for each in empty.columns] == [
        (each.name, each.label, each.profile.kind, each.profile.integer) for each in whole.columns
    ]
    for column in empty.columns:
        found = column.profile
        assert (found.rows, found.nulls, found.distinct, found.values) == (0, 0, 0, ())
        assert (found.minimum, found.maximum, found.low, found.high) == (None,) * 4
        assert not any(column.sketch)
        assert column.middle == (None, None)
        assert column.outline["scales"]
    assert empty.column("delay").sketch == (0,) * SKETCH_BINS


def unseen(rows=300):
    """A table of every kind of column, without a value in any."""
    return pa.table(
        {
            name: pa.nulls(rows, values.type)
            for name, values in zip(table().column_names, table().columns, strict=True)
        }
    )


@pytest.fixture(params=["no row", "no value"])
def hollow(request, tmp_path):
    return nothing(trips()[1]) if request.param == "no row" else stored(unseen(), tmp_path)


def test_hollow_datasets_suggest_the_number_of_rows(hollow):
    assert [view.id for view in suggest(described(hollow)).views] == ["rows"]


def view_of(id_, *columns):
    scales = tuple(ScaleSpec(type=type_) for _, type_ in columns)
    return View(id=id_, columns=tuple(name for name, _ in columns), scales=scales, bins=(20,) * len(columns))


VIEWS = (
    view_of("when", ("when", "time")),
    view_of("delay", ("delay", "linear")),
    view_of("price", ("price", "log")),
    view_of("name", ("name", "category")),
    view_of("late", ("late", "boolean")),
    view_of("map", ("longitude", "linear"), ("latitude", "linear")),
    view_of("cross", ("when", "time"), ("name", "category")),
    View(id="rows"),
)


@pytest.mark.parametrize("active", [None, *(view.id for view in VIEWS if view.columns)])
def test_views_made_by_others_show_a_hollow_dataset(hollow, active):
    description, engine = described(hollow), CpuEngine(hollow)
    asked = specs(CubeRequest(views=VIEWS, active=active), description)
    cubes = engine.cubes(asked)
    assert all(cube.count.sum() == hollow.rows for cube in cubes)
    brushed = next((view for view in VIEWS if view.id == active), None)
    entries = [Entry(view.id, *pair) for view, *pair in zip(VIEWS, asked, map(narrow, cubes), strict=True)]
    frame = Frame(description, brushed and Active(brushed.id, axes(brushed, description)), entries)
    assert encode(frame).startswith(MAGIC)
