"""The visible rows alone: profiled and explored as if they were the whole dataset."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets.access.visible_rows import VisibleRows
from datasets.cubes.packed_cube import pack_dense
from datasets.cubes.wire_format import MAGIC, ActiveView, CubeEntry, CubeFrame, encode_frame
from datasets.exploration import CubeRequest, View
from datasets.explorations.suggest import suggest_exploration
from datasets.ingest.profiling import SKETCH_BINS, profile_columns
from datasets.query.axes import resolve_axes
from datasets.query.compile import cube_specs
from datasets.storage.store import BATCH_ROWS
from gpu.cpu import CpuEngine
from gpu.scales import ScaleSpec
from tests.unit.hypothesis_examples import with_examples
from tests.unit.trips_dataset import (
    describe_store,
    ignore_progress,
    load_trips,
    make_trips_table,
    write_store,
)


def row_masks():
    """Masks of the rows of the trips: random ones, and none or all of them."""
    _, store = load_trips()
    shares = st.tuples(st.integers(0, 2**32), st.sampled_from([0, 0.001, 0.5, 1]))
    return shares.map(lambda drawn: np.random.default_rng(drawn[0]).random(store.row_count) < drawn[1])


def filter_table(store, mask):
    """A table of the visible rows."""
    columns = {name: pa.chunked_array(list(store.read_column(name))) for name in store.schema.names}
    return pa.table({name: each.filter(pa.array(mask)) for name, each in columns.items()})


@with_examples(20)
@given(row_masks())
def test_visible_rows_are_read_in_their_order(mask):
    _, store = load_trips()
    visible, rows = VisibleRows(store, mask), filter_table(store, mask)
    assert (visible.row_count, visible.schema) == (rows.num_rows, store.schema)
    for name in store.schema.names:
        assert pa.chunked_array(list(visible.read_column(name))).to_pylist() == rows[name].to_pylist()
        assert visible.read_sample(name, 10).to_pylist() == rows[name].to_pylist()


@with_examples(8)
@given(row_masks().filter(np.any))
def test_their_profile_is_that_of_a_dataset_that_has_no_others(tmp_path_factory, mask):
    _, store = load_trips()
    rows = filter_table(store, mask).cast(store.schema)
    alone = write_store(rows, tmp_path_factory.mktemp("alone"))
    assert [
        each.model_dump(exclude={"label"})
        for each in profile_columns(VisibleRows(store, mask), ignore_progress)
    ] == [each.model_dump(exclude={"label"}) for each in describe_store(alone).columns]


def test_a_sample_is_taken_of_as_many_arrays_as_it_needs(tmp_path):
    rows = BATCH_ROWS + 100
    store = write_store(pa.table({"x": np.arange(rows)}), tmp_path)
    assert len(VisibleRows(store, np.ones(rows, np.bool_)).read_sample("x", 5)) == BATCH_ROWS
    late = np.arange(rows) >= BATCH_ROWS
    assert len(VisibleRows(store, late).read_sample("x", 5)) == 100


def test_the_words_of_other_rows_are_not_in_the_dictionaries():
    _, store = load_trips()
    names = pa.chunked_array(list(store.read_column("name")))
    visible = VisibleRows(store, np.array([name == "n07" for name in names.to_pylist()]))
    assert {word for part in visible.read_column("name") for word in part.dictionary.to_pylist()} == {"n07"}


def test_a_mask_of_other_rows_is_refused():
    _, store = load_trips()
    with pytest.raises(ValueError, match="the mask has 7 rows, but the source has 2000"):
        VisibleRows(store, np.ones(7, np.bool_))


def hide_all_rows(store):
    return VisibleRows(store, np.zeros(store.row_count, np.bool_))


def test_without_any_visible_row_columns_keep_their_kinds():
    whole, store = load_trips()
    empty = describe_store(hide_all_rows(store))
    assert [(each.name, each.label, each.profile.kind, each.profile.integer) for each in empty.columns] == [
        (each.name, each.label, each.profile.kind, each.profile.integer) for each in whole.columns
    ]
    for column in empty.columns:
        found = column.profile
        assert (found.rows, found.nulls, found.distinct, found.values) == (0, 0, 0, ())
        assert (found.minimum, found.maximum, found.low, found.high) == (None,) * 4
        assert not any(column.sketch)
        assert column.middle == (None, None)
        assert column.json_outline["scales"]
    assert empty.get_column("delay").sketch == (0,) * SKETCH_BINS


def make_null_table(rows=300):
    """A table of every kind of column, without a value in any."""
    return pa.table(
        {
            name: pa.nulls(rows, values.type)
            for name, values in zip(make_trips_table().column_names, make_trips_table().columns, strict=True)
        }
    )


@pytest.fixture(params=["no row", "no value"])
def hollow_source(request, tmp_path):
    return (
        hide_all_rows(load_trips()[1])
        if request.param == "no row"
        else write_store(make_null_table(), tmp_path)
    )


def test_datasets_without_values_suggest_the_number_of_rows(hollow_source):
    assert [view.id for view in suggest_exploration(describe_store(hollow_source)).views] == ["rows"]


def make_view(id_, *columns):
    scales = tuple(ScaleSpec(type=type_) for _, type_ in columns)
    return View(id=id_, columns=tuple(name for name, _ in columns), scales=scales, bins=(20,) * len(columns))


VIEWS = (
    make_view("when", ("when", "time")),
    make_view("delay", ("delay", "linear")),
    make_view("price", ("price", "log")),
    make_view("name", ("name", "category")),
    make_view("late", ("late", "boolean")),
    make_view("map", ("longitude", "linear"), ("latitude", "linear")),
    make_view("cross", ("when", "time"), ("name", "category")),
    View(id="rows"),
)


@pytest.mark.parametrize("active", [None, *(view.id for view in VIEWS if view.columns)])
def test_views_made_by_others_show_a_dataset_without_values(hollow_source, active):
    description, engine = describe_store(hollow_source), CpuEngine(hollow_source)
    asked = cube_specs(CubeRequest(views=VIEWS, active=active), description)
    cubes = engine.compute_cubes(asked)
    assert all(cube.count.sum() == hollow_source.row_count for cube in cubes)
    brushed = next((view for view in VIEWS if view.id == active), None)
    entries = [
        CubeEntry(view.id, *pair) for view, *pair in zip(VIEWS, asked, map(pack_dense, cubes), strict=True)
    ]
    frame = CubeFrame(
        description, brushed and ActiveView(brushed.id, resolve_axes(brushed, description)), entries
    )
    assert encode_frame(frame).startswith(MAGIC)
