"""A growing dataset as people see it: states and deltas add up, and tell nothing of hidden rows."""

from __future__ import annotations

import json
import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from datasets import catalogue, shares
from datasets.append.appending import append_rows
from datasets.shares import ShareTarget
from db.tables import Resource, Role
from tests.integration.cube_frames import decode_frame
from tests.integration.test_rights import (
    RESTRICTED_TERMS,
    VIEWS,
    ExploringUser,
    get_dataset_id,
    import_trips,
    make_trips_table,
)

ADD_OPERATIONS = {"sum": np.add, "low": np.minimum, "high": np.maximum}
FILTERS = {"delay": {"type": "interval", "lo": 5, "hi": 30, "nulls": False}}
CUBE_REQUESTS = [
    {},
    {"filters": FILTERS},
    {"active": "city"},
    {"active": "delay", "detail": "exact", "filters": FILTERS},
    {"active": "map"},
]


class StateReader(ExploringUser):
    """Somebody who looks at one dataset."""

    def __init__(self, app, name, dataset, role=Role.ANALYST):
        super().__init__(app, name, role)
        self.dataset = dataset
        self.path = f"/api/datasets/{dataset.slug}/versions/{dataset.version}"

    def request_state(self, r=None):
        return self.browser.get(f"{self.path}/state" + (f"?r={r}" if r else ""))

    def get_row_count(self):
        return self.request_state().get_json()["rows"]

    def request_frame(self, rows=None, since=None, r=None, **request):
        x = {"active": None, "detail": "coarse", "views": VIEWS, "filters": {}} | request
        more = {"rows": rows, "from": since, "r": r}
        query = {"x": json.dumps(x)} | {name: value for name, value in more.items() if value is not None}
        return self.browser.get(f"{self.path}/cubes", query_string=query)


@pytest.fixture
def olga(app, tmp_path):
    """An admin, who sees every row."""
    return StateReader(app, "olga", import_trips(tmp_path, "trips", ("Rome", "Oslo", "Xanadu")), Role.ADMIN)


@pytest.fixture
def bob(app, olga):
    """Sees two of three cities, and no salaries."""
    reader = StateReader(app, "bob", olga.dataset)
    shares.grant_as_system(
        Resource.DATASET, get_dataset_id("trips"), ShareTarget(user_id=reader.principal.id), RESTRICTED_TERMS
    )
    return reader


@pytest.fixture
def visible_only_reader(app, tmp_path, olga):
    """An admin who sees every row of a dataset that has nothing but the rows that Bob sees."""
    return StateReader(app, "tina", import_trips(tmp_path, "theirs", ("Rome", "Oslo")), Role.ADMIN)


BATCHES = [("Rome", "Oslo", "Xanadu"), ("Xanadu",), ("Oslo",)]


def append_cities(cities, rows=40):
    """Rows of some cities arrive at the one dataset, and those of them that Bob sees at the other."""
    some = make_trips_table(cities).slice(0, rows)
    visible = some.filter(pc.not_equal(some["city"], "Xanadu"))
    for slug, kept in (("trips", some), ("theirs", visible)):
        append_rows(slug, catalogue.get_description(slug).version, kept)


def assert_equal_frames(ours, theirs):
    (header, views), (expected, their_views) = decode_frame(ours), decode_frame(theirs)
    assert (header["rows"], header.get("from")) == (expected["rows"], expected.get("from"))
    assert list(views) == list(their_views)
    for id_, each in views.items():
        for name, values in each["values"].items():
            np.testing.assert_array_equal(values, their_views[id_]["values"][name])


@pytest.mark.parametrize("asked", CUBE_REQUESTS)
def test_states_and_deltas_add_up(olga, asked):
    append_rows("trips", olga.dataset.version, make_trips_table(("Rome", "Xanadu")).slice(0, 100))
    whole = decode_frame(olga.request_frame(700, **asked))[1]
    for middle in (600, 601, 640, 700):
        before, delta = (
            decode_frame(olga.request_frame(middle, **asked)),
            decode_frame(olga.request_frame(700, middle, **asked)),
        )
        assert (before[0]["rows"], delta[0]["rows"], delta[0]["from"]) == (middle, 700, middle)
        for id_, view in whole.items():
            assert delta[1][id_]["shape"] == view["shape"]
            for name, values in view["values"].items():
                parts = (before[1][id_]["values"][name], delta[1][id_]["values"][name])
                added = ADD_OPERATIONS.get(name, np.add)(*(part.astype(np.float64) for part in parts))
                np.testing.assert_allclose(added, values.astype(np.float64), rtol=1e-12)


def test_what_was_asked_before_rows_came_is_answered_as_before(olga):
    first = olga.request_frame(r="all")
    append_rows("trips", olga.dataset.version, make_trips_table(("Rome",)))
    again = olga.request_frame(r="all")
    assert again.data == first.data
    assert again.headers["ETag"] == first.headers["ETag"]
    assert decode_frame(olga.request_frame(600))[0]["rows"] == 600
    assert decode_frame(olga.request_frame(800))[1]["_rows"]["values"]["count"].sum() == 800
    assert decode_frame(olga.request_frame())[0]["rows"] == 800


def test_the_page_is_told_that_a_dataset_grows(olga):
    assert olga.open_explorer()["description"]["grows"] is False
    append_rows("trips", olga.dataset.version, make_trips_table(("Rome",)))
    found = olga.open_explorer()["description"]
    assert (found["grows"], found["rows"]) == (True, 800)
    told = olga.request_state().get_json()
    assert (told["rows"], told["rate"]) == (800, 20.0)
    assert "max-age" not in olga.request_state().headers.get("Cache-Control", "")


@pytest.mark.parametrize(
    "state", [(599,), (801,), (700, 750), (700, 599), (10**30,), ("x",), (-1,), ("٣",), (700, "")]
)
def test_unknown_states_are_refused(olga, state):
    append_rows("trips", olga.dataset.version, make_trips_table(("Rome",)))
    answer = olga.request_frame(*state)
    assert answer.status_code == 400
    assert answer.get_json()["error"]["where"] in ("rows", "from")


def test_who_sees_a_part_sees_it_grow_as_if_it_were_all(olga, bob, visible_only_reader):
    seen = [bob.get_row_count()]
    for cities in BATCHES:
        append_cities(cities)
        assert bob.get_row_count() == visible_only_reader.get_row_count()
        assert (
            bob.request_state().get_json()["rate"] == visible_only_reader.request_state().get_json()["rate"]
        )
        seen.append(bob.get_row_count())
    assert seen[0] == seen[1] - 27
    assert seen[1] == seen[2]  # of hidden rows nothing is told
    assert olga.get_row_count() == 600 + 3 * 40
    found = bob.open_explorer()["description"]
    assert (found["rows"], found["grows"]) == (seen[-1], True)
    for asked in CUBE_REQUESTS:
        for rows in (None, seen[1], seen[1] + 7, seen[-1]):
            assert_equal_frames(
                bob.request_frame(rows, **asked), visible_only_reader.request_frame(rows, **asked)
            )
        for since in (seen[0], seen[0] + 5, seen[1], seen[-1]):
            assert_equal_frames(
                bob.request_frame(seen[-1], since, **asked),
                visible_only_reader.request_frame(seen[-1], since, **asked),
            )


def test_nothing_hidden_is_in_any_answer(olga, bob, visible_only_reader):
    append_cities(("Xanadu",))
    texts = [bob.request_state().text, json.dumps(bob.open_explorer())]
    for rows in (bob.get_row_count(), olga.get_row_count(), 620, 1):
        texts += [
            bob.request_frame(rows).data.decode("latin-1"),
            bob.request_frame(rows, 400).data.decode("latin-1"),
        ]
    whole = rf"(?<![\w.]){olga.get_row_count()}(?![\w.])"  # in a moment or a key these digits mean nothing
    for text in texts:
        told = text.replace(f"there is no state of {olga.get_row_count()} rows", "")
        for hidden in ("Xanadu", "salary", "987654", whole):
            assert not re.search(hidden, told)
    assert (
        bob.request_frame(olga.get_row_count()).status_code
        == visible_only_reader.request_frame(olga.get_row_count()).status_code
        == 400
    )
    assert (
        bob.request_frame(olga.get_row_count()).data
        == visible_only_reader.request_frame(olga.get_row_count()).data
    )


def test_a_page_is_told_when_rights_have_changed(olga, bob):
    r = bob.open_explorer()["description"]["rights"]
    assert bob.request_state(r).status_code == 200
    answer = bob.request_state("all")
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (409, "rights-changed")


def request_extent(reader, column):
    return reader.browser.get(f"{reader.path}/extent?column={column}")


def test_a_person_is_told_how_far_the_values_reach_that_they_see(olga, bob, visible_only_reader):
    far = pa.table(
        {
            "city": ["Rome", "Xanadu", "Oslo", "Oslo"],
            "delay": [77, -5_000_000, None, -3],
            "x": [float("inf"), 1e9, -2.5, float("nan")],
            "when": pa.array([-(10**6), 10**18, 10**16, None], pa.timestamp("us")),
        }
    )
    for slug, rows in (("trips", far), ("theirs", far.filter(pc.not_equal(far["city"], "Xanadu")))):
        append_rows(slug, catalogue.get_description(slug).version, rows)
    assert request_extent(olga, "delay").get_json() == {"extent": [-5_000_000, 987_703]}
    assert request_extent(olga, "when").get_json() == {"extent": [-1000, 10**15]}
    assert request_extent(bob, "delay").get_json() == {"extent": [-3, 77]}
    for column in ("delay", "x", "when", "city"):
        assert request_extent(bob, column).text == request_extent(visible_only_reader, column).text
    assert request_extent(bob, "salary").text == request_extent(bob, "nonsense").text.replace(
        "nonsense", "salary"
    )
    assert [request_extent(bob, column).status_code for column in ("salary", "city", "")] == [400] * 3


def test_who_has_no_share_is_told_nothing(app, olga):
    eve = StateReader(app, "eve", olga.dataset)
    unknown = StateReader(app, "ed", olga.dataset.model_copy(update={"slug": "nothing"}))
    assert (eve.request_state().status_code, unknown.request_state().status_code) == (404, 404)
    assert eve.request_state().text.replace("trips", "nothing") == unknown.request_state().text
    assert request_extent(eve, "x").text.replace("trips", "nothing") == request_extent(unknown, "x").text
