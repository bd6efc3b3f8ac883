"""What a request becomes: whose filters count, in which bins, and over which active axes."""

from __future__ import annotations

import numpy as np
import pytest

from datasets.exploration import CubeRequest, View
from datasets.query.axes import IncompatibleRequestError, resolve_axes
from datasets.query.compile import cube_specs, requested_views
from gpu.cubes import Aggregate, MeasureSpec
from gpu.scales import ScaleSpec
from tests.unit.trips_dataset import load_trips

LINEAR, TIME, CATEGORY = {"type": "linear"}, {"type": "time"}, {"type": "category", "top": 12}
DELAY = {"id": "delay", "columns": ["delay"], "scales": [LINEAR], "bins": [40]}
WHEN = {"id": "when", "columns": ["when"], "scales": [TIME], "bins": [None]}
NAME = {"id": "name", "columns": ["name"], "scales": [CATEGORY], "bins": [None]}
MAP = {"id": "map", "columns": ["longitude", "latitude"], "scales": [LINEAR, LINEAR], "bins": [60, 60]}
PLANE = {"id": "plane", "columns": ["delay", "price"], "scales": [LINEAR, LINEAR], "bins": [None, 999]}
MEAN = {"id": "mean", "measure": {"aggregate": "mean", "column": "delay"}}
VIEWS = [DELAY, WHEN, NAME, MAP, PLANE, MEAN]
FILTERS = {
    "delay": {"type": "interval", "lo": 0, "hi": 10},
    "name": {"type": "members", "values": ["n00"]},
    "map": {"type": "box", "x": {"lo": -100}, "y": {"hi": 40}},
}


def compile_specs_by_view(views=VIEWS, **more):
    request = CubeRequest.model_validate({"views": views, **more})
    found = cube_specs(request, load_trips()[0])
    return dict(zip([view.id for view in requested_views(request)], found, strict=True))


def list_filtered_columns(spec):
    return {predicate.column for filter_ in spec.filters for predicate in filter_}


def test_without_an_active_view_each_is_a_plain_histogram():
    found = compile_specs_by_view()
    assert list(found) == ["delay", "when", "name", "map", "plane", "mean"]
    assert all(spec.active == () for spec in found.values())
    assert found["name"].shape == (1, 14)
    assert found["mean"].view.measure == MeasureSpec(Aggregate.MEAN, "delay")


def test_a_density_is_y_first():
    assert [axis.column for axis in compile_specs_by_view()["map"].view.axes] == ["latitude", "longitude"]


def test_a_view_is_never_filtered_by_itself():
    found = compile_specs_by_view(filters=FILTERS)
    assert list_filtered_columns(found["delay"]) == {"name", "longitude", "latitude"}
    assert list_filtered_columns(found["map"]) == {"name", "delay"}
    assert list_filtered_columns(found["mean"]) == {"delay", "name", "longitude", "latitude"}


def test_under_an_active_view_neither_its_own_nor_the_active_filter_counts():
    found = compile_specs_by_view(filters=FILTERS, active="delay")
    assert list_filtered_columns(found["delay"]) == {"name", "longitude", "latitude"}
    assert list_filtered_columns(found["map"]) == {"name"}
    assert list_filtered_columns(found["mean"]) == {"name", "longitude", "latitude"}


def test_a_brushed_distribution_is_active_in_every_code():
    found = compile_specs_by_view(active="delay")
    assert found["delay"].active == ()
    (axis,) = found["when"].active
    assert (axis.column, axis.cell_count) == ("delay", axis.scale.code_count)


def test_densities_come_coarse_and_then_exact():
    coarse, exact = (
        compile_specs_by_view(active="delay"),
        compile_specs_by_view(active="delay", detail="exact"),
    )
    assert list(exact) == ["map", "plane"]
    assert coarse["map"].active[0].cell_count <= 50 + 3
    assert exact["map"].active[0].cell_count == exact["map"].active[0].scale.code_count


def test_under_a_density_the_others_have_its_bins_and_densities_a_grid_made_of_them():
    found = compile_specs_by_view(active="map")
    y, x = own = resolve_axes(View.model_validate(MAP), load_trips()[0])
    assert found["when"].active == own
    for grid, axis in zip(found["plane"].active, (y, x), strict=True):
        assert 6 <= grid.cell_count - 3 <= 30
        pairs = np.unique(axis.bin_lookup.astype(int) * 1000 + grid.bin_lookup)
        assert len(pairs) == axis.cell_count
    assert compile_specs_by_view(active="map", detail="exact") == {}


def test_the_number_of_bins_is_the_nearest_nice_one():
    for wished in (1, 7, 39, 100, 2000):
        (axis,) = resolve_axes(View.model_validate(DELAY | {"bins": [wished]}), load_trips()[0])
        assert axis.bins in axis.scale.list_bin_counts()
    assert resolve_axes(View.model_validate(DELAY | {"bins": [None]}), load_trips()[0])[0].bins is None


def test_a_density_has_a_bounded_number_of_bins():
    for axis in resolve_axes(View.model_validate(PLANE), load_trips()[0]):
        assert axis.cell_count <= 200


@pytest.mark.parametrize(
    ("view", "message"),
    [
        (DELAY | {"columns": ["speed"]}, "Trips has no column 'speed'"),
        (
            DELAY | {"scales": [CATEGORY]},
            "delay: a category scale needs a category column, not a number column",
        ),
        (
            DELAY | {"scales": [LINEAR | {"domain": [5, 5]}]},
            "delay: the domain must ascend, but 5.0 isn't less than 5.0",
        ),
        (
            DELAY | {"measure": {"aggregate": "sum", "column": "name"}},
            "name isn't a number column, so it has no sum",
        ),
        (DELAY | {"measure": {"aggregate": "sum", "column": "x"}}, "Trips has no column 'x'"),
    ],
)
def test_what_does_not_fit_is_named(view, message):
    with pytest.raises(IncompatibleRequestError) as caught:
        compile_specs_by_view([view])
    assert (caught.value.where, str(caught.value)) == ("views.delay", message)


def test_a_filter_that_does_not_fit_is_named():
    late = {"id": "late", "columns": ["late"], "scales": [{"type": "boolean"}], "bins": [None]}
    with pytest.raises(IncompatibleRequestError) as caught:
        compile_specs_by_view([late], filters={"late": {"type": "members", "values": ["perhaps"]}})
    assert caught.value.where == "filters.late"


def test_equal_requests_have_equal_specs():
    assert compile_specs_by_view(filters=FILTERS) == compile_specs_by_view(
        filters=dict(reversed(FILTERS.items()))
    )
    assert hash(compile_specs_by_view()["map"]) == hash(compile_specs_by_view()["map"])
    assert ScaleSpec(type="linear") == ScaleSpec(type="linear", domain=None)
