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
from api.computation_queue import install_queues
from api.cubes import create_cube_routes
from datasets import shares
from datasets.access.category_ranker import CategoryRanker
from datasets.access.gateway import DatasetGateway
from datasets.cubes.cache import CubeCache
from datasets.cubes.engine_pool import EnginePool
from datasets.ingest.importer import import_file
from db.tables import Role
from gpu.cubes import Cancelled
from gpu.oracle import OracleEngine
from tests.integration.cube_frames import decode_frame
from tests.integration.exploration_json import make_view

ROWS = 3_000
TIMEOUT = 20

DELAY = make_view("delay", "delay")
WHEN = make_view("when", "when", types=("time",), bins=20)
CITY = make_view("city", "city", types=("category",))
MAP = make_view("map", "x", "y")
PRICE = make_view("price", "delay", bins=10, aggregate="mean", measure_column="x")
ROW_COUNT_VIEW = make_view("_rows")
ALL_VIEWS = [DELAY, WHEN, CITY, MAP, PRICE, ROW_COUNT_VIEW]


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


class GatedOracle:
    """The oracle, with a gate that a test can close, and a list of all it was asked."""

    def __init__(self, store):
        self.oracle = OracleEngine(store)
        self.row_count = store.row_count
        self.requested_specs = []
        self.gate = threading.Event()
        self.gate.set()
        self.started = threading.Semaphore(0)
        self.cancelled = threading.Event()

    def compute_cubes(self, specs, cancel=None, rows=None):
        self.requested_specs.extend(specs)
        self.started.release()
        while not self.gate.wait(0.001):
            if cancel.is_cancelled:
                self.cancelled.set()
                raise Cancelled
        return self.oracle.compute_cubes(specs, cancel, rows)


@pytest.fixture
def engines():
    return EnginePool(GatedOracle)


@pytest.fixture
def engine(engines, dataset):
    return engines.get_engine("trips", dataset.version)


@pytest.fixture
def server(settings, engines):
    server = Flask("test", root_path=str(settings.data))
    server.config.update(SECRET_KEY="not a secret", TESTING=True)
    guard.install_guard(server)
    password_routes.install_signin(server)
    cache = CubeCache(1 << 26)
    install_queues(server, 32)
    server.register_blueprint(
        create_cube_routes(cache, engines, DatasetGateway(engines), CategoryRanker(cache, engines))
    )
    yield server
    cache.close()


@pytest.fixture
def sign_in_by_name(server):
    """``sign_in_by_name(name)``: a browser in which they have just signed in."""

    def sign_in(name):
        users.create_user(name, "correct horse battery", Role.ANALYST)
        browser = server.test_client()
        assert browser.get(f"/signin/link/{one_time_links.create_link_token(name)}").status_code == 302
        return browser

    return sign_in


@pytest.fixture
def ada(sign_in_by_name):
    return sign_in_by_name("ada")


def make_cubes_url(dataset, views=ALL_VIEWS, active=None, detail="coarse", filters=None):
    x = {"active": active, "detail": detail, "views": views, "filters": filters or {}}
    return make_query_url(dataset, json.dumps(x))


def make_query_url(dataset, x):
    return f"/api/datasets/{dataset.slug}/versions/{dataset.version}/cubes?{urlencode({'x': x})}"


def get_error(response, status=400):
    assert response.status_code == status
    return response.json["error"]


def test_every_view_comes_whole_when_nothing_is_filtered(ada, dataset):
    header, views = decode_frame(ada.get(make_cubes_url(dataset)))
    assert (header["version"], header["rows"], header["active"]) == (dataset.version, ROWS, None)
    assert list(views) == [each["id"] for each in ALL_VIEWS]
    for id_ in ("delay", "when", "city", "map", "_rows"):
        assert views[id_]["shape"][0] == 1
        assert views[id_]["values"]["count"].sum() == ROWS


def test_cubes_add_up_over_the_active_view(ada, dataset, table):
    header, views = decode_frame(ada.get(make_cubes_url(dataset, active="delay", detail="coarse")))
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
    header, views = decode_frame(ada.get(make_cubes_url(dataset, active="delay", detail="exact")))
    assert list(views) == ["map"]
    assert views["map"]["exact"]
    assert views["map"]["shape"][0] == header["active"]["shape"][0]


def test_a_density_can_be_active(ada, dataset):
    header, views = decode_frame(
        ada.get(make_cubes_url(dataset, [*ALL_VIEWS, make_view("second", "delay", "x")], active="map"))
    )
    assert views["city"]["shape"][0] == np.prod(header["active"]["shape"])
    assert views["second"]["grid"] is not None
    assert views["second"]["values"]["count"].sum() == ROWS


def test_filters_pass_the_rows_they_say_but_never_filter_their_own_view(ada, dataset, table):
    filters = {
        "delay": {"type": "interval", "lo": 10, "hi": 37.5, "nulls": False},
        "city": {"type": "members", "values": ["東京"], "other": False, "nulls": False},
    }
    _, views = decode_frame(ada.get(make_cubes_url(dataset, filters=filters)))
    rows = table.to_pylist()
    late = [row for row in rows if row["delay"] is not None and 10 <= row["delay"] < 37.5]
    tokyo = [row for row in rows if row["city"] == "東京"]
    both = [row for row in late if row["city"] == "東京"]
    assert views["_rows"]["values"]["count"].item() == len(both)
    assert views["city"]["values"]["count"].sum() == len(late)
    assert views["delay"]["values"]["count"].sum() == len(tokyo)


def test_a_cube_is_computed_once_for_everybody(ada, sign_in_by_name, dataset, engine):
    first = ada.get(make_cubes_url(dataset, active="delay"))
    asked = len(engine.requested_specs)
    again = sign_in_by_name("bob").get(make_cubes_url(dataset, active="delay"))
    assert again.data == first.data
    assert len(engine.requested_specs) == asked


def test_a_view_more_computes_that_view_alone(ada, dataset, engine):
    ada.get(make_cubes_url(dataset, [DELAY, CITY], active="delay"))
    engine.requested_specs.clear()
    ada.get(make_cubes_url(dataset, [DELAY, CITY, WHEN], active="delay"))
    assert [spec.view.axes[0].column for spec in engine.requested_specs] == ["when"]


def test_the_answer_never_changes_and_says_so(ada, dataset):
    answer = ada.get(make_cubes_url(dataset) + "&r=all")
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert ada.get(make_cubes_url(dataset)).headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["ETag"].startswith('W/"')
    assert answer.mimetype == "application/octet-stream"
    assert "Cookie" not in answer.vary  # it changes every few minutes; the address names the rights
    assert "Accept-Encoding" in answer.vary


def test_what_the_browser_has_is_not_computed(ada, dataset, engine, sign_in_by_name):
    tag = ada.get(make_cubes_url(dataset)).headers["ETag"]
    engine.requested_specs.clear()
    answer = sign_in_by_name("bob").get(make_cubes_url(dataset), headers={"If-None-Match": tag})
    assert (answer.status_code, answer.data) == (304, b"")
    assert answer.headers["ETag"] == tag
    other = make_cubes_url(dataset, [CITY])
    unseen = ada.get(other).headers["ETag"]
    assert unseen != tag
    assert ada.get(other, headers={"If-None-Match": tag}).status_code == 200


def test_a_tag_is_enough_even_if_the_cube_was_never_computed_here(server, sign_in_by_name, dataset, engine):
    ranked = make_view("ranked", "city", types=("category",)) | {"order": "descending"}
    ranked["scales"][0]["top"] = 1
    url = make_cubes_url(dataset, [*ALL_VIEWS, ranked])
    tag = sign_in_by_name("ada").get(url).headers["ETag"]
    engine.requested_specs.clear()
    fresh = Flask("other", root_path=server.root_path)
    fresh.config.update(server.config)
    guard.install_guard(fresh)
    password_routes.install_signin(fresh)
    idle = EnginePool(lambda _: pytest.fail("it was computed"))
    cubes_kept = CubeCache(1 << 20)
    install_queues(fresh, 32)
    ranker = CategoryRanker(cubes_kept, idle)
    fresh.register_blueprint(create_cube_routes(cubes_kept, idle, DatasetGateway(idle), ranker))
    browser = fresh.test_client()
    browser.get(f"/signin/link/{one_time_links.create_link_token('ada')}")
    assert browser.get(url, headers={"If-None-Match": tag}).status_code == 304


def test_gzip_for_whoever_takes_it(ada, dataset):
    plain = ada.get(make_cubes_url(dataset))
    packed = ada.get(make_cubes_url(dataset), headers={"Accept-Encoding": "gzip, br"})
    refused = ada.get(make_cubes_url(dataset), headers={"Accept-Encoding": "gzip;q=0"})
    assert plain.content_encoding is None
    assert refused.content_encoding is None
    assert packed.content_encoding == "gzip"
    assert len(packed.data) < len(plain.data) / 2
    assert gzip.decompress(packed.data) == plain.data == refused.data


def test_the_same_frame_goes_to_all_who_see_the_same(ada, dataset):
    asked = {"Accept-Encoding": "gzip"}
    first, again = (
        ada.get(make_cubes_url(dataset), headers=asked),
        ada.get(make_cubes_url(dataset), headers=asked),
    )
    assert first.data == again.data
    other = ada.get(make_cubes_url(dataset, [ROW_COUNT_VIEW]), headers=asked)
    assert (
        gzip.decompress(other.data)
        == ada.get(make_cubes_url(dataset, [ROW_COUNT_VIEW])).data
        != gzip.decompress(first.data)
    )


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
        (json.dumps({"views": [make_view("v", "salary")]}), "views.v", "no column 'salary'"),
        (json.dumps({"views": [make_view("v", "city")]}), "views.v", "city"),
        (
            json.dumps({"views": [make_view("v", "delay", aggregate="mean", measure_column="city")]}),
            "views.v",
            "isn't a number column",
        ),
        (json.dumps({"views": [make_view("v", "delay", bins=0)]}), "views.0.bins.0", "greater"),
        (json.dumps({"views": [{"id": f"v{i}"} for i in range(40)]}), "views", "33"),
        (
            '{"views": [], "filters": {"a": {"type": "interval", "lo": NaN}}}',
            "filters.a.interval.lo",
            "finite",
        ),
    ],
)
def test_a_wrong_question_is_told_where_it_is_wrong(ada, dataset, x, where, message):
    told = get_error(ada.get(make_query_url(dataset, x)))
    assert told["where"] == where
    assert message in told["message"]


def test_a_question_for_too_much_is_refused_before_it_is_computed(ada, dataset, engine, monkeypatch):
    monkeypatch.setattr(cubes, "MAX_CELLS", 10_000)
    told = get_error(ada.get(make_cubes_url(dataset, active="map")))
    assert told["where"] == "views"
    assert "fewer bins" in told["message"]
    assert not engine.requested_specs


def test_a_missing_question_is_refused(ada, dataset):
    assert get_error(ada.get(make_cubes_url(dataset).split("?")[0]))["where"] == "x"


def test_a_page_of_another_release_is_told_to_reload(ada, dataset):
    assert ada.get(make_cubes_url(dataset) + "&frame=DXC1").status_code == 200
    told = get_error(ada.get(make_cubes_url(dataset) + "&frame=DXC2"))
    assert told["where"] == "frame"
    assert "Reload the page" in told["message"]


def test_an_endless_flight_name_is_refused(ada, dataset):
    assert (
        get_error(ada.get(make_cubes_url(dataset), headers={"X-Flight": "x" * 201 + "/1"}))["where"]
        == "X-Flight"
    )


@pytest.mark.parametrize("flight", ["tab/cube", "tab", "", "tab/cube/", "tab/cube/-1", "tab/cube/²"])
def test_a_flight_without_a_number_is_refused(ada, dataset, flight):
    assert get_error(ada.get(make_cubes_url(dataset), headers={"X-Flight": flight}))["where"] == "X-Flight"


@pytest.mark.parametrize(
    "path", ["/api/datasets/nothing/versions/{}/cubes", "/api/datasets/trips/versions/00/cubes"]
)
def test_an_unknown_dataset_or_version_is_not_found(ada, dataset, path):
    question = make_cubes_url(dataset).split("?")[1]
    told = get_error(ada.get(path.format(dataset.version) + "?" + question), 404)
    assert "there is no" in told["message"]


def test_strangers_are_asked_to_sign_in(server, dataset, engine):
    stranger = server.test_client()
    tag = {"If-None-Match": '"anything"'}
    for path in (
        make_cubes_url(dataset),
        make_query_url(dataset, "{"),
        "/api/datasets/nothing/versions/0/cubes",
    ):
        assert stranger.get(path, headers=tag).status_code == 401
    assert not engine.requested_specs


def request_cubes(browser, path, flight):
    return browser.get(path, headers={"X-Flight": flight})


@pytest.fixture
def thread_pool():
    with ThreadPoolExecutor(4) as pool:
        yield pool


def test_a_newer_request_makes_the_older_outdated(ada, dataset, engine, thread_pool):
    engine.gate.clear()
    older = thread_pool.submit(request_cubes, ada, make_cubes_url(dataset, active="delay"), "tab/cube/1")
    assert engine.started.acquire(timeout=TIMEOUT)
    newer = thread_pool.submit(request_cubes, ada, make_cubes_url(dataset, active="city"), "tab/cube/2")
    assert get_error(older.result(TIMEOUT), 409)["code"] == "outdated"
    assert engine.cancelled.wait(TIMEOUT)
    engine.gate.set()
    assert newer.result(TIMEOUT).status_code == 200


def test_requests_that_overtake_each_other_keep_their_order(ada, dataset, engine, thread_pool):
    engine.gate.clear()
    newer = thread_pool.submit(request_cubes, ada, make_cubes_url(dataset, active="city"), "tab/cube/10")
    assert engine.started.acquire(timeout=TIMEOUT)
    assert (
        get_error(request_cubes(ada, make_cubes_url(dataset, active="delay"), "tab/cube/9"), 409)["code"]
        == "outdated"
    )
    engine.gate.set()
    assert newer.result(TIMEOUT).status_code == 200


def test_nobody_can_end_the_flight_of_somebody_else(ada, sign_in_by_name, dataset, engine, thread_pool):
    bob = sign_in_by_name("bob")
    engine.gate.clear()
    hers = thread_pool.submit(request_cubes, ada, make_cubes_url(dataset, active="delay"), "tab/cube/1")
    assert engine.started.acquire(timeout=TIMEOUT)
    his = thread_pool.submit(request_cubes, bob, make_cubes_url(dataset, active="city"), "tab/cube/2")
    assert engine.started.acquire(timeout=TIMEOUT)
    engine.gate.set()
    assert hers.result(TIMEOUT).status_code == 200
    assert his.result(TIMEOUT).status_code == 200


def test_an_outdated_answer_is_not_kept_by_the_browser(ada, dataset, engine, thread_pool):
    engine.gate.clear()
    older = thread_pool.submit(request_cubes, ada, make_cubes_url(dataset), "tab/cube/1")
    assert engine.started.acquire(timeout=TIMEOUT)
    newer = thread_pool.submit(request_cubes, ada, make_cubes_url(dataset, [CITY]), "tab/cube/2")
    answer = older.result(TIMEOUT)
    engine.gate.set()
    newer.result(TIMEOUT)
    assert "immutable" not in answer.headers.get("Cache-Control", "")


def test_the_bars_are_the_first_categories_by_the_measure(ada, dataset, table):
    ranked = make_view("city", "city", types=("category",), aggregate="mean", measure_column="x")
    ranked["scales"][0]["top"] = 1
    means = table.group_by("city").aggregate([("x", "mean")]).to_pylist()
    for order, choose in (("descending", max), ("ascending", min)):
        found = ada.get(make_cubes_url(dataset, views=[ranked | {"order": order}]))
        _, views = decode_frame(found)
        first = choose(means, key=lambda each: each["x_mean"])
        (axis,) = views["city"]["axes"]
        assert axis["labels"] == [first["city"]]
        values = views["city"]["values"]
        assert values["sum"][0, 0] / values["count"][0, 0] == pytest.approx(first["x_mean"])
