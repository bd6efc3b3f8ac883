"""The suggested dashboard, from what the columns are."""

from __future__ import annotations

from operator import itemgetter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import csv

from datasets.description import Column
from datasets.exploration import CubeRequest
from datasets.explorations.suggest import find_map_extents, suggest_exploration
from datasets.query.compile import cube_specs
from gpu.column_profile import ColumnProfile
from tests.unit.hypothesis_examples import with_examples
from tests.unit.trips_dataset import describe_store, load_trips, make_trips_table, write_store

CASES = Path(__file__).parents[1] / "fixtures" / "cases"


@pytest.fixture
def suggest_for(tmp_path):
    def suggest_for(columns):
        return suggest_exploration(describe_store(write_store(pa.table(columns), tmp_path)))

    return suggest_for


def list_view_sizes(exploration):
    return [(view.id, view.width, view.height) for view in exploration.views]


def place_in_grid(views):
    """The cells each view takes in a grid that fills row by row and never goes back, as CSS's do."""
    taken, row, column, places = set(), 0, 0, {}
    for view in views:
        while True:
            cells = {(row + y, column + x) for y in range(view.height) for x in range(view.width)}
            if column + view.width <= 12 and not cells & taken:
                break
            row, column = (row, column + 1) if column + view.width < 12 else (row + 1, 0)
        taken |= cells
        places[view.id] = cells
    return places


def test_a_dataset_with_everything_fills_its_rows():
    exploration = suggest_exploration(load_trips()[0])
    assert list_view_sizes(exploration) == [
        ("rows", 2, 1),
        ("when", 6, 2),
        ("delay", 4, 2),
        ("mean-delay", 2, 1),
        ("map", 6, 3),
        ("name", 3, 3),
        ("weekday", 3, 3),
        ("price", 6, 2),
        ("hour", 6, 2),
    ]
    cells = set().union(*place_in_grid(exploration.views).values())
    assert cells == {(row, column) for row in range(7) for column in range(12)}


def test_what_is_suggested_can_be_computed():
    description, _ = load_trips()
    assert len(cube_specs(CubeRequest(views=suggest_exploration(description).views), description)) == 9


def test_suggestions_take_nice_bins():
    bins = {view.id: view.bins for view in suggest_exploration(load_trips()[0]).views}
    assert bins["hour"] == (24,)
    assert bins["when"] == (180,)
    assert bins["name"] == (None,)
    assert all(count is not None and 30 <= count <= 130 for count in bins["map"])


def test_a_map_is_cut_to_where_most_rows_are(suggest_for):
    random = np.random.default_rng(1)
    longitude = np.append(random.uniform(-122, -71, 980), random.uniform(-160, -155, 20))
    latitude = np.append(random.uniform(26, 47, 980), random.uniform(19, 22, 20))
    (density,) = [v for v in suggest_for({"lon": longitude, "lat": latitude}).views if v.id == "map"]
    (west, east), (south, north) = (scale.domain for scale in density.scales)
    assert -135 < west < -122
    assert -71 < east < -60
    assert 18 < south < 26
    assert 47 < north < 55


@pytest.mark.parametrize(
    ("columns", "ids"),
    [
        ({"x": [1.5, 2.5, 9.0]}, ["rows", "x", "mean-x"]),
        ({"city": ["a", "b", "a"]}, ["rows", "city"]),
        ({"constant": [1.5, 1.5]}, ["rows"]),
        ({"user_id": np.arange(500), "x": np.arange(500) / 7}, ["rows", "x", "mean-x"]),
        ({"serial": np.arange(500)}, ["rows"]),
        ({"free text": [f"t{i}" for i in range(500)]}, ["rows"]),
        ({"Größe (m)": [1.5, 2.5], "rows": [0.5, 7.5]}, ["rows", "groe-m", "rows-2", "mean-groe-m"]),
        ({"日本": [1.5, 2.5]}, ["rows", "view", "mean-view"]),
        ({"on": [True, False, None]}, ["rows", "on"]),
        (
            {"longitude": [200.5, 300.5], "latitude": [1.5, 2.5]},
            ["rows", "longitude", "latitude", "mean-longitude"],
        ),
    ],
)
def test_suggested_views(suggest_for, columns, ids):
    exploration = suggest_for(columns)
    assert [view.id for view in exploration.views] == ids


@pytest.mark.parametrize("numbers", range(7))
@pytest.mark.parametrize("time", [True, False])
@pytest.mark.parametrize("place", [True, False])
def test_every_row_of_the_dashboard_is_full(suggest_for, numbers, time, place):
    rows = make_trips_table(300)
    columns = {f"n{i}": rows["price"] for i in range(numbers)} | {"name": rows["weekday"]}
    columns |= {"when": rows["when"]} if time else {}
    columns |= {name: rows[name] for name in ("longitude", "latitude")} if place else {}
    exploration = suggest_for(columns)
    assert len(exploration.views) <= 9
    cells = set().union(*place_in_grid(exploration.views).values())
    widths = [sum((row, column) in cells for column in range(12)) for row in range(max(cells)[0] + 1)]
    bare = 1 if len([view for view in exploration.views if not view.columns]) == 1 else 0
    assert widths[0] == 12
    assert all(width == 12 for width in widths[1 + bare :])


def test_times_that_never_vary_are_no_series(suggest_for):
    days = np.arange("2001-01-01", "2001-01-03", dtype="datetime64[D]").astype("datetime64[us]")
    exploration = suggest_for(
        {
            "never": pa.nulls(2, pa.timestamp("us")),
            "once": pa.array([days[0], days[0]]),
            "day": pa.array(days),
        }
    )
    assert [view.id for view in exploration.views] == ["rows", "day"]


def test_places_that_the_sample_has_none_of_are_no_map():
    description = load_trips()[0]
    columns = [
        column.model_copy(update={"middle": (None, None)}) if column.name == "longitude" else column
        for column in description.columns
    ]
    sparse = description.model_copy(update={"columns": tuple(columns)})
    assert "map" not in [view.id for view in suggest_exploration(sparse).views]


def test_only_long_lists_make_a_row_tall(suggest_for):
    rows = make_trips_table(300)
    numbers = {f"n{i}": rows["price"] for i in range(3)}
    short = suggest_for(numbers | {"answer": ["yes", "no"] * 150})
    assert {view.height for view in short.views if view.columns} == {2}
    long = suggest_for(numbers | {"letter": list("abcdefghij") * 30})
    assert max(view.height for view in long.views) == 3


def test_a_list_at_the_top_shows_all_its_bars(suggest_for):
    letters = list("abcdefghijklmnop") * 20
    alone = suggest_for({"letter": letters, "x": np.arange(320) / 7})
    heights = {view.id: view.height for view in alone.views}
    assert heights == {"rows": 1, "x": 3, "letter": 3, "mean-x": 2}
    cells = set().union(*place_in_grid(alone.views).values())
    assert cells == {(row, column) for row in range(3) for column in range(12)}
    beside = suggest_for({"letter": letters, "x": np.arange(320) / 7, "y": np.arange(320) / 9})
    assert {view.id: view.height for view in beside.views}["letter"] == 3


@pytest.mark.parametrize(
    ("categories", "nulls", "height"), [(9, 0, 2), (9, 1, 3), (12, 0, 3), (13, 0, 3), (500, 3, 3)]
)
def test_a_list_is_as_high_as_its_bars(suggest_for, categories, nulls, height):
    names = [f"n{i}" for i in range(categories)] * 2 + [None] * nulls
    (view,) = [view for view in suggest_for({"name": names}).views if view.columns]
    assert view.height == height


coordinates = st.tuples(st.floats(-180, 180), st.floats(-90, 90))


@with_examples(60)
@given(st.lists(coordinates, min_size=2, max_size=40, unique_by=(itemgetter(0), itemgetter(1))))
def test_any_map_lies_on_the_globe_and_can_be_read(places):
    bounds = [np.quantile(side, (0.02, 0.98)).tolist() for side in zip(*places, strict=True)]
    profile = ColumnProfile(kind="number", rows=len(places), nulls=0)
    columns = [Column(name="c", label="C", profile=profile, sketch=(), middle=tuple(ends)) for ends in bounds]
    (west, east), (south, north) = find_map_extents(*columns)
    assert -180 <= west <= bounds[0][0] <= bounds[0][1] <= east <= 180
    assert -90 <= south <= bounds[1][0] <= bounds[1][1] <= north <= 90
    assert 0.25 < (east - west) / (north - south) < 4.5


def test_a_map_across_the_date_line_shows_both_sides(suggest_for):
    places = csv.read_csv(CASES / "d22_dateline.csv")
    (density,) = [
        view
        for view in suggest_for(dict(zip(places.column_names, places.columns, strict=True))).views
        if view.id == "map"
    ]
    (west, east), (south, north) = (scale.domain for scale in density.scales)
    assert (west, east) == (-180, 180)
    assert south <= -70 < 40 <= north
