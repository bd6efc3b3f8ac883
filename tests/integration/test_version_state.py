"""A growing dataset as people see it: states and deltas add up, and tell nothing of hidden rows."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from datasets import catalogue, shares
from datasets.append.appending import append
from datasets.shares import Subject
from db.tables import Resource, Role
from tests.integration.cube_frames import decode
from tests.integration.test_rights import TERMS, VIEWS, Person, imported, number, table

ADDED = {"sum": np.add, "low": np.minimum, "high": np.maximum}
FILTERS = {"delay": {"type": "interval", "lo": 5, "hi": 30, "nulls": False}}
ASKED = [
    {},
    {"filters": FILTERS},
    {"active": "city"},
    {"active": "delay", "detail": "exact", "filters": FILTERS},
    {"active": "map"},
]


class Reader(Person):
    """Somebody who looks at one dataset."""

    def __init__(self, app, name, dataset, role=Role.ANALYST):
        super().__init__(app, name, role)
        self.dataset = dataset
        self.path = f"/api/datasets/{dataset.slug}/versions/{dataset.version}"

    def rows(self, r=None):
        return self.browser.get(f"{self.path}/state" + (f"?r={r}" if r else ""))

    def now(self):
        return self.rows().get_json()["rows"]

    def frame(self, rows=None, since=None, r=None, **request):
        x = {"active": None, "detail": "coarse", "views": VIEWS, "filters": {}} | request
        more = {"rows": rows, "from": since, "r": r}
        query = {"x": json.dumps(x)} | {name: value for name, value in more.items() if value is not None}
        return self.browser.get(f"{self.path}/cubes", query_string=query)


@pytest.fixture
def olga(app, tmp_path):
    """An admin, who sees every row."""
    return Reader(app, "olga", imported(tmp_path, "trips", ("Rome", "Oslo", "Xanadu")), Role.ADMIN)


@pytest.fixture
def bob(app, olga):
    """Sees two of three cities, and no salaries."""
    reader = Reader(app, "bob", olga.dataset)
    shares.put(Resource.DATASET, number("trips"), Subject(user_id=reader.principal.id), TERMS)
    return reader


@pytest.fixture
def twin(app, tmp_path, olga):
    """An admin who sees every row of a dataset that has nothing but the rows that Bob sees."""
    return Reader(app, "tina", imported(tmp_path, "theirs", ("Rome", "Oslo")), Role.ADMIN)


BATCHES = [("Rome", "Oslo", "Xanadu"), ("Xanadu",), ("Oslo",)]


def grow(cities, rows=40):
    """Rows of some cities arrive at the one dataset, and those of them that Bob sees at the other."""
    some = table(cities).slice(0, rows)
    visible = some.filter(pc.not_equal(some["city"], "Xanadu"))
    for slug, kept in (("trips", some), ("theirs", visible)):
        append(slug, catalogue.open(slug).version, kept)


def assert_equal(ours, theirs):
    (header, views), (expected, their_views) = decode(ours), decode(theirs)
    assert (header["rows"], header.get("from")) == (expected["rows"], expected.get("from"))
    assert list(views) == list(their_views)
    for id_, each in views.items():
        for name, values in each["values"].items():
            np.testing.assert_array_equal(values, their_views[id_]["values"][name])


@pytest.mark.parametrize("asked", ASKED)
def test_states_and_deltas_add_up(olga, asked):
    append("trips", olga.dataset.version, table(("Rome", "Xanadu")).slice(0, 100))
    whole = decode(olga.frame(700, **asked))[1]
    for middle in (600, 601, 640, 700):
        before, delta = decode(olga.frame(middle, **asked)), decode(olga.frame(700, middle, **asked))
        assert (before[0]["rows"], delta[0]["rows"], delta[0]["from"]) == (middle, 700, middle)
        for id_, view in whole.items():
            assert delta[1][id_]["shape"] == view["shape"]
            for name, values in view["values"].items():
                parts = (before[1][id_]["values"][name], delta[1][id_]["values"][name])
                added = ADDED.get(name, np.add)(*(part.astype(np.float64) for part in parts))
                np.testing.assert_allclose(added, values.astype(np.float64), rtol=1e-12)


def test_what_was_asked_before_rows_came_is_answered_as_before(olga):
    first = olga.frame(r="all")
    append("trips", olga.dataset.version, table(("Rome",)))
    again = olga.frame(r="all")
    assert again.data == first.data
    assert again.headers["ETag"] == first.headers["ETag"]
    assert decode(olga.frame(600))[0]["rows"] == 600
    assert decode(olga.frame(800))[1]["_rows"]["values"]["count"].sum() == 800
    assert decode(olga.frame())[0]["rows"] == 800


def test_the_page_is_told_that_a_dataset_grows(olga):
    assert olga.open()["description"]["grows"] is False
    append("trips", olga.dataset.version, table(("Rome",)))
    found = olga.open()["description"]
    assert (found["grows"], found["rows"]) == (True, 800)
    told = olga.rows().get_json()
    assert (told["rows"], told["rate"]) == (800, 20.0)
    assert "max-age" not in olga.rows().headers.get("Cache-Control", "")


@pytest.mark.parametrize(
    "state", [(599,), (801,), (700, 750), (700, 599), (10**30,), ("x",), (-1,), ("٣",), (700, "")]
)
def test_states_that_never_were_are_refused(olga, state):
    append("trips", olga.dataset.version, table(("Rome",)))
    answer = olga.frame(*state)
    assert answer.status_code == 400
    assert answer.get_json()["error"]["where"] in ("rows", "from")


def test_who_sees_a_part_sees_it_grow_as_if_it_were_all(olga, bob, twin):
    seen = [bob.now()]
    for cities in BATCHES:
        grow(cities)
        assert bob.now() == twin.now()
        assert bob.rows().get_json()["rate"] == twin.rows().get_json()["rate"]
        seen.append(bob.now())
    assert seen[0] == seen[1] - 27
    assert seen[1] == seen[2]  # of hidden rows nothing is told
    assert olga.now() == 600 + 3 * 40
    found = bob.open()["description"]
    assert (found["rows"], found["grows"]) == (seen[-1], True)
    for asked in ASKED:
        for rows in (None, seen[1], seen[1] + 7, seen[-1]):
            assert_equal(bob.frame(rows, **asked), twin.frame(rows, **asked))
        for since in (seen[0], seen[0] + 5, seen[1], seen[-1]):
            assert_equal(bob.frame(seen[-1], since, **asked), twin.frame(seen[-1], since, **asked))


def test_nothing_hidden_is_in_any_answer(olga, bob, twin):
    grow(("Xanadu",))
    texts = [bob.rows().text, json.dumps(bob.open())]
    for rows in (bob.now(), olga.now(), 620, 1):
        texts += [bob.frame(rows).data.decode("latin-1"), bob.frame(rows, 400).data.decode("latin-1")]
    for text in texts:
        for hidden in ("Xanadu", "salary", "987654", str(olga.now())):
            assert hidden not in text.replace(f"there is no state of {olga.now()} rows", "")
    assert bob.frame(olga.now()).status_code == twin.frame(olga.now()).status_code == 400
    assert bob.frame(olga.now()).data == twin.frame(olga.now()).data


def test_a_page_is_told_when_rights_have_changed(olga, bob):
    r = bob.open()["description"]["rights"]
    assert bob.rows(r).status_code == 200
    answer = bob.rows("all")
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (409, "rights-changed")


def reaching(reader, column):
    return reader.browser.get(f"{reader.path}/extent?column={column}")


def test_a_person_is_told_how_far_the_values_reach_that_they_see(olga, bob, twin):
    far = pa.table(
        {
            "city": ["Rome", "Xanadu", "Oslo", "Oslo"],
            "delay": [77, -5_000_000, None, -3],
            "x": [float("inf"), 1e9, -2.5, float("nan")],
            "when": pa.array([-(10**6), 10**18, 10**16, None], pa.timestamp("us")),
        }
    )
    for slug, rows in (("trips", far), ("theirs", far.filter(pc.not_equal(far["city"], "Xanadu")))):
        append(slug, catalogue.open(slug).version, rows)
    assert reaching(olga, "delay").get_json() == {"extent": [-5_000_000, 987_703]}
    assert reaching(olga, "when").get_json() == {"extent": [-1000, 10**15]}
    assert reaching(bob, "delay").get_json() == {"extent": [-3, 77]}
    for column in ("delay", "x", "when", "city"):
        assert reaching(bob, column).text == reaching(twin, column).text
    assert reaching(bob, "salary").text == reaching(bob, "nonsense").text.replace("nonsense", "salary")
    assert [reaching(bob, column).status_code for column in ("salary", "city", "")] == [400] * 3


def test_who_has_no_share_is_told_nothing(app, olga):
    eve = Reader(app, "eve", olga.dataset)
    unknown = Reader(app, "ed", olga.dataset.model_copy(update={"slug": "nothing"}))
    assert (eve.rows().status_code, unknown.rows().status_code) == (404, 404)
    assert eve.rows().text.replace("trips", "nothing") == unknown.rows().text
    assert reaching(eve, "x").text.replace("trips", "nothing") == reaching(unknown, "x").text
