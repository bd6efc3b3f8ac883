"""Which categories get a bar: the first by the view's own measure, compared with plain Python."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets.exploration import CubeRequest, RankedView, View
from datasets.query.axes import resolve_axes
from datasets.query.category_ranking import compute_amounts, find_ranked_profile, rank_view, ranking_spec
from datasets.query.compile import compile_row_filters, cube_specs
from gpu.cubes import Aggregate
from gpu.oracle import OracleEngine
from tests.unit.trips_dataset import load_trips

AMOUNTS = {
    "count": len,
    "sum": lambda values: sum(values) if values else None,
    "mean": lambda values: sum(values) / len(values) if values else None,
    "min": lambda values: min(values, default=None),
    "max": lambda values: max(values, default=None),
}


def make_view(aggregate="mean", top=5, order="descending", column="name"):
    measure = {"aggregate": aggregate, "column": None if aggregate == "count" else "delay"}
    scale = {"type": "category", "top": top}
    shown = {"columns": [column], "scales": [scale], "bins": [None], "measure": measure, "order": order}
    return View.model_validate({"id": "v1", **shown})


def rank_with_oracle(view):
    description, store = load_trips()
    profile = find_ranked_profile(view, description)
    if profile is None:
        return None
    spec = ranking_spec(view, description, profile.values, None)
    cube = OracleEngine(store).compute_histogram(spec.view)
    amounts = compute_amounts(view.measure.aggregate, cube.count, cube.sum, cube.low, cube.high)
    return rank_view(view, description, profile.values, amounts.reshape(-1)[: len(profile.values)])


def rank_in_python(view):
    description, store = load_trips()
    groups = defaultdict(list)
    names = [value for part in store.read_column("name") for value in part.to_pylist()]
    delays = [value for part in store.read_column("delay") for value in part.to_pylist()]
    for name, delay in zip(names, delays, strict=True):
        if name is not None and (view.measure.column is None or delay is not None):
            groups[name].append(delay)
    amounts = {name: AMOUNTS[view.measure.aggregate](groups[name]) for name in set(names) - {None}}
    listed = description.get_column("name").profile.values
    sign = 1 if view.order == "ascending" else -1

    def place(name):
        return amounts[name] is None, sign * (amounts[name] or 0), listed.index(name)

    return tuple(sorted(amounts, key=place))[: view.scales[0].top]


@given(
    st.sampled_from(Aggregate),
    st.integers(1, 43),
    st.sampled_from(["descending", "ascending", "name"]),
)
def test_the_bars_are_the_first_categories_by_the_measure(aggregate, top, order):
    view = make_view(aggregate, top, order)
    ranked = rank_with_oracle(view)
    assert ranked.categories == rank_in_python(view)
    (axis,) = resolve_axes(ranked, load_trips()[0])
    assert axis.scale.values == ranked.categories
    assert ranked.model_dump() == view.model_dump()


@pytest.mark.parametrize(
    "view",
    [make_view(order=None), make_view(top=44), make_view(top=50), make_view(column="weekday")],
    ids=["own order", "all fit", "more bars than categories", "few categories"],
)
def test_nothing_is_ranked_where_the_measure_decides_nothing(view):
    assert find_ranked_profile(view, load_trips()[0]) is None


def test_an_order_is_ignored_by_other_charts():
    shown = {"id": "v", "columns": ["delay"], "scales": [{"type": "linear"}], "bins": [20]}
    view = View.model_validate({**shown, "order": "descending"})
    assert find_ranked_profile(view, load_trips()[0]) is None


def test_any_other_value_means_those_without_a_bar():
    description, store = load_trips()
    view = rank_with_oracle(make_view("mean", 5))
    filters = {"v1": {"type": "members", "values": [], "other": True}}
    plain = CubeRequest.model_validate({"views": [make_view("mean", 5)], "filters": filters})
    request = plain.model_copy(update={"views": (view,)})
    mask = OracleEngine(store).compute_mask(list(compile_row_filters(request, description)))
    names = [value for part in store.read_column("name") for value in part.to_pylist()]
    expected = [name is not None and name not in view.categories for name in names]
    assert mask.tolist() == expected
    assert isinstance(request.get_view("v1"), RankedView)
    assert cube_specs(request, description)[0].shape == (1, 7)
