import gzip
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from flask import Flask

from accounts import guard, one_time_links, users
from accounts.signin import password_routes
from api import cubes
from api.cubes import cube_routes
from datasets import shares
from datasets.access.gateway import Door
from datasets.cubes.cache import CubeCache
from datasets.cubes.engine_pool import Engines
from datasets.ingest.importer import import_file
from db.tables import Role
from gpu.cubes import Cancelled
from gpu.oracle import OracleEngine
from tests.integration.cube_frames import decode
from tests.integration.exploration_json import view

ROWS = 3_000
PATIENCE = 20

DELAY = view("delay", "delay")
WHEN = view("when", "when", types=("time",), bins=20)
CITY = view("city", "city", types=("category",))
MAP = view("map", "x", "y")
PRICE = view("price", "delay", bins=10, aggregate="mean", of="x")
TOTAL = view("_rows")
ALL = [DELAY, WHEN, CITY, MAP, PRICE, TOTAL]


@pytest.fixture
def table():
    rng = np.random.default_rng(5)
    start = np.datetime64("2001-01-01T00:00", "us")
    delay = pa.array(rng.integers(-20, 300, ROWS), mask=rng.random(ROWS) < 0.02)
    return pa.table(
        {
            "delay": delay,
            "when": start + rng.integers(0, 90 * 1440, ROWS).astype("timedelta64[m]"),
            "city": rng.choice(["Zürich", "東京", "Köln"], ROWS, p=[0.6, 0.3, 0.1]),
            "x": rng.normal(8, 2, ROWS),
            "y": rng.normal(47, 1, ROWS),
        }
    )


@pytest.fixture
def dataset(settings, table, tmp_path):
    pq.write_table(table, tmp_path / "trips.parquet")
    made = import_file(tmp_path / "trips.parquet", "trips", "Trips", lambda *_: None, lambda _: None)
    shares.open_to_everyone("trips")
    return made


class Watched:
    """The oracle, with a gate that a test can close, and a list of all it was asked."""

    def __init__(self, store):
        self.oracle = OracleEngine(store)
        self.rows = store.rows
        self.asked = []
        self.open = threading.Event()
        self.open.set()
        self.started = threading.Semaphore(0)
        self.cancelled = threading.Event()

    def cubes(self, specs, cancel=None, rows=None):
        self.asked.extend(specs)
        self.started.release()
        while not self.open.wait(0.001):
            if cancel.is_set:
                self.cancelled.set()
                raise Cancelled
        return self.oracle.cubes(specs, cancel, rows)


@pytest.fixture
def engines():
    return Engines(Watched)


@pytest.fixture
def engine(engines, dataset):
    return engines.of("trips", dataset.version)


@pytest.fixture
def server(settings, engines):
    server = Flask("test", root_path=str(settings.data))
    server.config.update(SECRET_KEY="not a secret", TESTING=True)
    guard.guard(server)
    password_routes.install(server)
    cache = CubeCache(1 << 26)
    server.register_blueprint(cube_routes(cache, engines, Door(engines)))
    yield server
    cache.close()


@pytest.fixture
def person(server):
    """``person(name)``: a browser in which they have just signed in."""

    def sign_in(name):
        users.create(name, "correct horse battery", Role.ANALYST)
        browser = server.test_client()
        assert browser.get(f"/signin/link/{one_time_links.issue(name)}").status_code == 302
        return browser

    return sign_in


@pytest.fixture
def ada(person):
    return person("ada")


def url(dataset, views=ALL, active=None, detail="coarse", filters=None):
    x = {"active": active, "detail": detail, "views": views, "filters": filters or {}}
    return address(dataset, json.dumps(x))


def address(dataset, x):
    return f"/api/datasets/{dataset.slug}/versions/{dataset.version}/cubes?{urlencode({'x': x})}"


def fault(answer, status=400):
    assert answer.status_code == status
    return answer.json["error"]


def test_every_view_comes_whole_when_nothing_is_filtered(ada, dataset):
    header, views = decode(ada.get(url(dataset)))
    assert (header["version"], header["rows"], header["active"]) == (dataset.version, ROWS, None)
    assert list(views) == [each["id"] for each in ALL]
    for id_ in ("delay", "when", "city", "map", "_rows"):
        assert views[id_]["shape"][0] == 1
        assert views[id_]["values"]["count"].sum() == ROWS


def test_cubes_add_up_over_the_active_view(ada, dataset, table):
    header, views = decode(ada.get(url(dataset, active="delay", detail="coarse")))
    codes = header["active"]["shape"][0]
    assert views["delay"]["shape"][0] == 1
    assert [views[id_]["shape"][0] for id_ in ("when", "city", "price", "_rows")] == [codes] * 4
    assert views["map"]["shape"][0] < codes
    assert not views["map"]["exact"]
    for id_ in ("when", "city", "map", "_rows"):
        assert views[id_]["values"]["count"].sum() == ROWS
    nulls = table["delay"].null_count
    assert views["_rows"]["values"]["count"][-1] == nulls


def test_exact_brings_only_the_densities_at_every_code(ada, dataset):
    header, views = decode(ada.get(url(dataset, active="delay", detail="exact")))
    assert list(views) == ["map"]
    assert views["map"]["exact"]
    assert views["map"]["shape"][0] == header["active"]["shape"][0]


def test_a_density_can_be_active(ada, dataset):
    header, views = decode(ada.get(url(dataset, [*ALL, view("second", "delay", "x")], active="map")))
    assert views["city"]["shape"][0] == np.prod(header["active"]["shape"])
    assert views["second"]["grid"] is not None
    assert views["second"]["values"]["count"].sum() == ROWS


def test_filters_pass_the_rows_they_say_but_never_filter_their_own_view(ada, dataset, table):
    filters = {
        "delay": {"type": "interval", "lo": 10, "hi": 37.5, "nulls": False},
        "city": {"type": "members", "values": ["東京"], "other": False, "nulls": False},
    }
    _, views = decode(ada.get(url(dataset, filters=filters)))
    rows = table.to_pylist()
    late = [row for row in rows if row["delay"] is not None and 10 <= row["delay"] < 37.5]
    tokyo = [row for row in rows if row["city"] == "東京"]
    both = [row for row in late if row["city"] == "東京"]
    assert views["_rows"]["values"]["count"].item() == len(both)
    assert views["city"]["values"]["count"].sum() == len(late)
    assert views["delay"]["values"]["count"].sum() == len(tokyo)


def test_a_cube_is_computed_once_for_everybody(ada, person, dataset, engine):
    first = ada.get(url(dataset, active="delay"))
    asked = len(engine.asked)
    again = person("bob").get(url(dataset, active="delay"))
    assert again.data == first.data
    assert len(engine.asked) == asked


def test_a_view_more_computes_that_view_alone(ada, dataset, engine):
    ada.get(url(dataset, [DELAY, CITY], active="delay"))
    engine.asked.clear()
    ada.get(url(dataset, [DELAY, CITY, WHEN], active="delay"))
    assert [spec.view.axes[0].column for spec in engine.asked] == ["when"]


def test_the_answer_never_changes_and_says_so(ada, dataset):
    answer = ada.get(url(dataset) + "&r=all")
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert ada.get(url(dataset)).headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["ETag"].startswith('W/"')
    assert answer.mimetype == "application/octet-stream"
    assert "Cookie" not in answer.vary  # it changes every few minutes; the address names the rights
    assert "Accept-Encoding" in answer.vary


def test_what_the_browser_has_is_not_computed(ada, dataset, engine, person):
    tag = ada.get(url(dataset)).headers["ETag"]
    engine.asked.clear()
    answer = person("bob").get(url(dataset), headers={"If-None-Match": tag})
    assert (answer.status_code, answer.data) == (304, b"")
    assert answer.headers["ETag"] == tag
    other = url(dataset, [CITY])
    unseen = ada.get(other).headers["ETag"]
    assert unseen != tag
    assert ada.get(other, headers={"If-None-Match": tag}).status_code == 200


def test_a_tag_is_enough_even_if_the_cube_was_never_computed_here(server, person, dataset, engine):
    tag = person("ada").get(url(dataset)).headers["ETag"]
    engine.asked.clear()
    fresh = Flask("other", root_path=server.root_path)
    fresh.config.update(server.config)
    guard.guard(fresh)
    password_routes.install(fresh)
    idle = Engines(lambda _: pytest.fail("it was computed"))
    fresh.register_blueprint(cube_routes(CubeCache(1 << 20), idle, Door(idle)))
    browser = fresh.test_client()
    browser.get(f"/signin/link/{one_time_links.issue('ada')}")
    assert browser.get(url(dataset), headers={"If-None-Match": tag}).status_code == 304


def test_gzip_for_whoever_takes_it(ada, dataset):
    plain = ada.get(url(dataset))
    packed = ada.get(url(dataset), headers={"Accept-Encoding": "gzip, br"})
    refused = ada.get(url(dataset), headers={"Accept-Encoding": "gzip;q=0"})
    assert plain.content_encoding is None
    assert refused.content_encoding is None
    assert packed.content_encoding == "gzip"
    assert len(packed.data) < len(plain.data) / 2
    assert gzip.decompress(packed.data) == plain.data == refused.data


def test_the_same_frame_goes_to_all_who_see_the_same(ada, dataset):
    asked = {"Accept-Encoding": "gzip"}
    first, again = ada.get(url(dataset), headers=asked), ada.get(url(dataset), headers=asked)
    assert first.data == again.data
    other = ada.get(url(dataset, [TOTAL]), headers=asked)
    assert gzip.decompress(other.data) == ada.get(url(dataset, [TOTAL])).data != gzip.decompress(first.data)


@pytest.mark.parametrize(
    ("x", "where", "message"),
    [
        ("", "x", "Invalid JSON"),
        ("{", "x", "Invalid JSON"),
        ("[" * 5_000, "x", "Invalid JSON"),
        ("[]", "x", "object"),
        ('{"views": 3}', "views", "array"),
        ('{"views": [], "active": "v"}', "x", "'v' does not exist"),
        ('{"views": [], "rights": "all"}', "rights", "Extra"),
        ('{"views": [], "detail": "finest"}', "detail", "coarse"),
        ('{"views": [{"id": "../v"}]}', "views.0.id", "pattern"),
        ('{"views": [{"id": "v"}, {"id": "v"}]}', "x", "id 'v'"),
        ('{"views": [{"id": "v"}], "filters": {"v": {"type": "nulls"}}}', "x", "0 columns"),
        ('{"views": [], "filters": {"w": {"type": "nulls"}}}', "x", "no such view"),
        (json.dumps({"views": [view("v", "salary")]}), "views.v", "no column 'salary'"),
        (json.dumps({"views": [view("v", "city")]}), "views.v", "city"),
        (json.dumps({"views": [view("v", "delay", aggregate="mean", of="city")]}), "views.v", "no numbers"),
        (json.dumps({"views": [view("v", "delay", bins=0)]}), "views.0.bins.0", "greater"),
        (json.dumps({"views": [{"id": f"v{i}"} for i in range(40)]}), "views", "33"),
        (
            '{"views": [], "filters": {"a": {"type": "interval", "lo": NaN}}}',
            "filters.a.interval.lo",
            "finite",
        ),
    ],
)
def test_a_wrong_question_is_told_where_it_is_wrong(ada, dataset, x, where, message):
    told = fault(ada.get(address(dataset, x)))
    assert told["where"] == where
    assert message in told["message"]


def test_a_question_for_too_much_is_refused_before_it_is_computed(ada, dataset, engine, monkeypatch):
    monkeypatch.setattr(cubes, "MOST_CELLS", 10_000)
    told = fault(ada.get(url(dataset, active="map")))
    assert told["where"] == "views"
    assert "fewer bins" in told["message"]
    assert not engine.asked


def test_a_missing_question_is_refused(ada, dataset):
    assert fault(ada.get(url(dataset).split("?")[0]))["where"] == "x"


def test_a_page_of_another_release_is_told_to_reload(ada, dataset):
    assert ada.get(url(dataset) + "&frame=DXC1").status_code == 200
    told = fault(ada.get(url(dataset) + "&frame=DXC2"))
    assert told["where"] == "frame"
    assert "Reload the page" in told["message"]


def test_an_endless_flight_name_is_refused(ada, dataset):
    assert fault(ada.get(url(dataset), headers={"X-Flight": "x" * 201 + "/1"}))["where"] == "X-Flight"


@pytest.mark.parametrize("flight", ["tab/cube", "tab", "", "tab/cube/", "tab/cube/-1", "tab/cube/²"])
def test_a_flight_without_a_number_is_refused(ada, dataset, flight):
    assert fault(ada.get(url(dataset), headers={"X-Flight": flight}))["where"] == "X-Flight"


@pytest.mark.parametrize(
    "path", ["/api/datasets/nothing/versions/{}/cubes", "/api/datasets/trips/versions/00/cubes"]
)
def test_an_unknown_dataset_or_version_is_not_found(ada, dataset, path):
    question = url(dataset).split("?")[1]
    told = fault(ada.get(path.format(dataset.version) + "?" + question), 404)
    assert "there is no" in told["message"]


def test_strangers_are_asked_to_sign_in(server, dataset, engine):
    stranger = server.test_client()
    tag = {"If-None-Match": '"anything"'}
    for path in (url(dataset), address(dataset, "{"), "/api/datasets/nothing/versions/0/cubes"):
        assert stranger.get(path, headers=tag).status_code == 401
    assert not engine.asked


def ask(browser, path, flight):
    return browser.get(path, headers={"X-Flight": flight})


@pytest.fixture
def background():
    with ThreadPoolExecutor(4) as pool:
        yield pool


def test_a_newer_request_makes_the_older_outdated(ada, dataset, engine, background):
    engine.open.clear()
    older = background.submit(ask, ada, url(dataset, active="delay"), "tab/cube/1")
    assert engine.started.acquire(timeout=PATIENCE)
    newer = background.submit(ask, ada, url(dataset, active="city"), "tab/cube/2")
    assert fault(older.result(PATIENCE), 409)["code"] == "outdated"
    assert engine.cancelled.wait(PATIENCE)
    engine.open.set()
    assert newer.result(PATIENCE).status_code == 200


def test_requests_that_overtake_each_other_keep_their_order(ada, dataset, engine, background):
    engine.open.clear()
    newer = background.submit(ask, ada, url(dataset, active="city"), "tab/cube/10")
    assert engine.started.acquire(timeout=PATIENCE)
    assert fault(ask(ada, url(dataset, active="delay"), "tab/cube/9"), 409)["code"] == "outdated"
    engine.open.set()
    assert newer.result(PATIENCE).status_code == 200


def test_nobody_can_end_the_flight_of_somebody_else(ada, person, dataset, engine, background):
    bob = person("bob")
    engine.open.clear()
    hers = background.submit(ask, ada, url(dataset, active="delay"), "tab/cube/1")
    assert engine.started.acquire(timeout=PATIENCE)
    his = background.submit(ask, bob, url(dataset, active="city"), "tab/cube/2")
    assert engine.started.acquire(timeout=PATIENCE)
    engine.open.set()
    assert hers.result(PATIENCE).status_code == 200
    assert his.result(PATIENCE).status_code == 200


def test_an_outdated_answer_is_not_kept_by_the_browser(ada, dataset, engine, background):
    engine.open.clear()
    older = background.submit(ask, ada, url(dataset), "tab/cube/1")
    assert engine.started.acquire(timeout=PATIENCE)
    newer = background.submit(ask, ada, url(dataset, [CITY]), "tab/cube/2")
    answer = older.result(PATIENCE)
    engine.open.set()
    newer.result(PATIENCE)
    assert "immutable" not in answer.headers.get("Cache-Control", "")
