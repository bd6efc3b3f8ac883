"""The one state object takes what is sound, and says what and where it is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from pydantic import ValidationError

from datasets.exploration import CubeRequest, Exploration, Interval, faults
from tests.unit.exploration_strategies import explorations
from tests.unit.hypothesis_examples import examples

DELAY = {"id": "delay", "columns": ["delay"], "scales": [{"type": "linear"}], "bins": [50]}
NAME = {"id": "name", "columns": ["name"], "scales": [{"type": "category", "top": 12}], "bins": [None]}
PLANE = {
    "id": "plane",
    "columns": ["delay", "price"],
    "scales": [{"type": "linear"}, {"type": "log"}],
    "bins": [64, 64],
}
ROWS = {"id": "rows"}
ALL = [DELAY, NAME, PLANE, ROWS]


def exploration(views=(DELAY,), **more):
    return {"v": 1, "dataset": "trips", "version": "ab12", "views": list(views), **more}


@examples(40)
@given(explorations())
def test_json_there_and_back(state):
    assert Exploration.model_validate_json(state.model_dump_json()) == state
    assert Exploration.model_validate(state.model_dump(mode="json")) == state


def test_defaults_need_not_be_said():
    (view,) = Exploration.model_validate(exploration()).views
    assert view.measure.aggregate == "count"
    assert (view.title, view.width, view.height) == (None, 4, 2)


def fault(data, model=Exploration):
    with pytest.raises(ValidationError) as caught:
        model.model_validate(data)
    return faults(caught.value)[0]


@pytest.mark.parametrize(
    ("data", "where", "message"),
    [
        (exploration(v=2), "v", "Input should be 1"),
        (exploration(version="x y"), "version", "String should match pattern '^[0-9a-f]{1,64}$'"),
        (exploration(colour="red"), "colour", "Extra inputs are not permitted"),
        (exploration([DELAY, DELAY]), "", "2 views have the id 'delay'"),
        (
            exploration([DELAY | {"id": "Delay!"}]),
            "views.0.id",
            "String should match pattern '^[a-z0-9_-]{1,40}$'",
        ),
        (exploration([DELAY | {"width": 13}]), "views.0.width", "Input should be less than or equal to 12"),
        (exploration([DELAY | {"width": "4"}]), "views.0.width", "Input should be a valid integer"),
        (
            exploration([DELAY | {"bins": []}]),
            "views.0",
            "view 'delay' has 1 columns, 1 scales and 0 bins; there must be as many of each",
        ),
        (
            exploration([PLANE | {"columns": ["delay", "delay"]}]),
            "views.0",
            "view 'plane' has the column 'delay' on both axes",
        ),
        (
            exploration([DELAY | {"measure": {"aggregate": "mean"}}]),
            "views.0.measure",
            "a mean needs a column",
        ),
        (
            exploration([DELAY | {"measure": {"column": "delay"}}]),
            "views.0.measure",
            "a count has no column",
        ),
        (exploration([ROWS] * 33), "views", "Tuple should have at most 32 items after validation, not 33"),
        (exploration(active="x"), "", "the active view 'x' does not exist"),
        (exploration(ALL, active="rows"), "", "the key figure 'rows' has no axis and cannot be active"),
        (exploration(filters={"x": {"type": "nulls"}}), "", "there is a filter for 'x', but no such view"),
        (
            exploration(filters={"delay": {"type": "interval", "lo": 2, "hi": 2}}),
            "filters.delay.interval",
            "lo 2 must be less than hi 2",
        ),
        (
            exploration(filters={"delay": {"type": "interval", "lo": float("nan")}}),
            "filters.delay.interval.lo",
            "Input should be a finite number",
        ),
        (
            exploration(filters={"delay": {"type": "interval", "lo": "5"}}),
            "filters.delay.interval.lo",
            "Input should be a valid number",
        ),
        (
            exploration(filters={"delay": {"type": "members"}}),
            "",
            "members need a category; 'delay' has a linear scale",
        ),
        (
            exploration(ALL, filters={"name": {"type": "interval"}}),
            "",
            "an interval needs an ordered scale; 'name' has a category scale",
        ),
        (
            exploration(ALL, filters={"name": {"type": "box", "x": {}, "y": {}}}),
            "",
            "a box filters a density of two ordered scales, which 'name' is not",
        ),
        (
            exploration(ALL, filters={"plane": {"type": "nulls"}}),
            "",
            "view 'plane' has 2 columns; its filter fits one",
        ),
    ],
)
def test_what_is_wrong_is_named(data, where, message):
    assert fault(data) == (where, message)


def test_a_state_of_many_faults_lists_them_all():
    with pytest.raises(ValidationError) as caught:
        Exploration.model_validate(exploration([DELAY | {"width": 0, "height": 9}]))
    assert [where for where, _ in faults(caught.value)] == ["views.0.width", "views.0.height"]


def test_a_request_may_add_the_row_count_to_32_views():
    views = [{"id": f"v{i}"} for i in range(32)]
    assert len(CubeRequest.model_validate({"views": [*views, {"id": "_rows"}]}).views) == 33
    assert fault({"views": [], "detail": "rough"}, CubeRequest) == (
        "detail",
        "Input should be 'coarse' or 'exact'",
    )


def test_a_view_is_found_by_its_id():
    state = Exploration.model_validate(exploration(ALL, filters={"delay": {"type": "interval", "lo": 1}}))
    assert state.view("plane").columns == ("delay", "price")
    assert state.filters["delay"] == Interval(lo=1.0)
    with pytest.raises(KeyError, match="gone"):
        state.view("gone")
