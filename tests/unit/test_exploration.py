"""The one state object takes what is sound, and says what and where it is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from pydantic import ValidationError

from datasets.exploration import CubeRequest, Exploration, Interval, list_validation_errors
from tests.unit.exploration_strategies import explorations
from tests.unit.hypothesis_examples import with_examples

DELAY = {"id": "delay", "columns": ["delay"], "scales": [{"type": "linear"}], "bins": [50]}
NAME = {"id": "name", "columns": ["name"], "scales": [{"type": "category", "top": 12}], "bins": [None]}
PLANE = {
    "id": "plane",
    "columns": ["delay", "price"],
    "scales": [{"type": "linear"}, {"type": "log"}],
    "bins": [64, 64],
}
ROWS = {"id": "rows"}
ALL_VIEWS = [DELAY, NAME, PLANE, ROWS]


def make_exploration(views=(DELAY,), **more):
    return {"v": 1, "dataset": "trips", "version": "ab12", "views": list(views), **more}


@with_examples(40)
@given(explorations())
def test_json_there_and_back(state):
    assert Exploration.model_validate_json(state.model_dump_json()) == state
    assert Exploration.model_validate(state.model_dump(mode="json")) == state


def test_defaults_need_not_be_said():
    (view,) = Exploration.model_validate(make_exploration()).views
    assert view.measure.aggregate == "count"
    assert (view.title, view.width, view.height) == (None, 4, 2)


def get_first_fault(data, model=Exploration):
    with pytest.raises(ValidationError) as caught:
        model.model_validate(data)
    return list_validation_errors(caught.value)[0]


@pytest.mark.parametrize(
    ("data", "where", "message"),
    [
        (make_exploration(v=2), "v", "Input should be 1"),
        (make_exploration(version="x y"), "version", "String should match pattern '^[0-9a-f]{1,64}$'"),
        (make_exploration(colour="red"), "colour", "Extra inputs are not permitted"),
        (make_exploration([DELAY, DELAY]), "", "2 views have the id 'delay'"),
        (
            make_exploration([DELAY | {"id": "Delay!"}]),
            "views.0.id",
            "String should match pattern '^[a-z0-9_-]{1,40}$'",
        ),
        (
            make_exploration([DELAY | {"width": 13}]),
            "views.0.width",
            "Input should be less than or equal to 12",
        ),
        (make_exploration([DELAY | {"width": "4"}]), "views.0.width", "Input should be a valid integer"),
        (
            make_exploration([DELAY | {"bins": []}]),
            "views.0",
            "view 'delay' has 1 columns, 1 scales and 0 bins; the numbers must be equal",
        ),
        (
            make_exploration([PLANE | {"columns": ["delay", "delay"]}]),
            "views.0",
            "view 'plane' has the column 'delay' on both axes",
        ),
        (
            make_exploration([DELAY | {"measure": {"aggregate": "mean"}}]),
            "views.0.measure",
            "a mean needs a column",
        ),
        (
            make_exploration([DELAY | {"measure": {"column": "delay"}}]),
            "views.0.measure",
            "a count takes no column",
        ),
        (
            make_exploration([ROWS] * 33),
            "views",
            "Tuple should have at most 32 items after validation, not 33",
        ),
        (make_exploration(active="x"), "", "the active view 'x' does not exist"),
        (
            make_exploration(ALL_VIEWS, active="rows"),
            "",
            "the key figure 'rows' has no axis, so it can't be active",
        ),
        (
            make_exploration(filters={"x": {"type": "nulls"}}),
            "",
            "there is a filter for 'x', but no such view",
        ),
        (
            make_exploration(filters={"delay": {"type": "interval", "lo": 2, "hi": 2}}),
            "filters.delay.interval",
            "lo 2 must be less than hi 2",
        ),
        (
            make_exploration(filters={"delay": {"type": "interval", "lo": float("nan")}}),
            "filters.delay.interval.lo",
            "Input should be a finite number",
        ),
        (
            make_exploration(filters={"delay": {"type": "interval", "lo": "5"}}),
            "filters.delay.interval.lo",
            "Input should be a valid number",
        ),
        (
            make_exploration(filters={"delay": {"type": "members"}}),
            "",
            "members need a category scale; 'delay' has a linear scale",
        ),
        (
            make_exploration(ALL_VIEWS, filters={"name": {"type": "interval"}}),
            "",
            "an interval needs an ordered scale; 'name' has a category scale",
        ),
        (
            make_exploration(ALL_VIEWS, filters={"name": {"type": "box", "x": {}, "y": {}}}),
            "",
            "a box needs a density with two ordered scales, which 'name' isn't",
        ),
        (
            make_exploration(ALL_VIEWS, filters={"plane": {"type": "nulls"}}),
            "",
            "view 'plane' has 2 columns, but its filter needs one",
        ),
    ],
)
def test_what_is_wrong_is_named(data, where, message):
    assert get_first_fault(data) == (where, message)


def test_a_state_of_many_faults_lists_them_all():
    with pytest.raises(ValidationError) as caught:
        Exploration.model_validate(make_exploration([DELAY | {"width": 0, "height": 9}]))
    assert [where for where, _ in list_validation_errors(caught.value)] == ["views.0.width", "views.0.height"]


def test_a_request_may_add_the_row_count_to_32_views():
    views = [{"id": f"v{i}"} for i in range(32)]
    assert len(CubeRequest.model_validate({"views": [*views, {"id": "_rows"}]}).views) == 33
    assert get_first_fault({"views": [], "detail": "rough"}, CubeRequest) == (
        "detail",
        "Input should be 'coarse' or 'exact'",
    )


def test_a_view_is_found_by_its_id():
    state = Exploration.model_validate(
        make_exploration(ALL_VIEWS, filters={"delay": {"type": "interval", "lo": 1}})
    )
    assert state.get_view("plane").columns == ("delay", "price")
    assert state.filters["delay"] == Interval(lo=1.0)
    with pytest.raises(KeyError, match="gone"):
        state.get_view("gone")
