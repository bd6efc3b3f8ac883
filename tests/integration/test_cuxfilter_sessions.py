"""Explorations in cuxfilter: for whom, with what, for how long, and what comes back; over pandas."""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import config
from accounts import sessions
from accounts.permissions import Permission
from api.cuxfilter_proxy import proxy_cuxfilter
from datasets import catalogue, shares
from datasets.cuxfilter.payload import DashboardPayload
from datasets.exploration import Exploration, Table
from datasets.explorations.url import parse_hash
from datasets.ingest.importer import import_file
from datasets.shares import ShareTarget, ShareTerms
from db.tables import Level, Resource
from gpu.cuxfilter.process import WorkerEndedError
from tests.conftest import temporary_settings
from tests.integration.cuxfilter_worker import CUXFILTER_PYTHON, open_dashboard, use_cudf_standin
from tests.integration.exploration_json import make_exploration, make_view

ROWS = 400
CLOSED_MESSAGE = "This cuxfilter dashboard has been closed."


@pytest.fixture
def real_cuxfilter():
    """Whether cuxfilter is there for real, which takes its time to begin; else an interpreter without it."""
    return False


@pytest.fixture
def cuxfilter_sessions(app, settings, real_cuxfilter):
    """The desks of a service that has one place for cuxfilter."""
    python = CUXFILTER_PYTHON if real_cuxfilter else Path(sys.executable)
    desks = app.server.extensions["cuxfilter_sessions"]
    with (
        use_cudf_standin(),
        temporary_settings(
            settings.model_copy(update={"cuxfilter_python": python, "cuxfilter_processes": 1})
        ),
    ):
        yield desks
        desks.close_all()


with_real_cuxfilter = pytest.mark.parametrize("real_cuxfilter", [True])


@pytest.fixture
def unshared_trips(settings, tmp_path):
    """A dataset that nobody was given yet."""
    rng = np.random.default_rng(3)
    table = pa.table(
        {
            "delay": pa.array(np.arange(ROWS) % 100, pa.int16()),
            "fare": rng.normal(20, 5, ROWS),
            "side": pa.array(np.array(["east", "northeast", "west"])[np.arange(ROWS) % 3]),
            "late": pa.array(np.arange(ROWS) % 2 == 0),
        }
    )
    pq.write_table(table, tmp_path / "trips.parquet")
    return import_file(tmp_path / "trips.parquet", "trips", "Trips", lambda *_: None, lambda _: None)


@pytest.fixture
def trips(unshared_trips):
    shares.open_to_everyone("trips")
    return unshared_trips


DELAY, SIDE, LATE = (
    make_view("delay", "delay"),
    make_view("side", "side", types=("category",)),
    make_view("late", "late", types=("boolean",)),
)
MAP, PRICE, ROW_COUNT_VIEW = (
    make_view("map", "delay", "fare"),
    make_view("price", "side", types=("category",), aggregate="mean", measure_column="fare"),
    make_view("rows"),
)


def get_refusal(browser, dataset, status, views=(DELAY,)):
    answer = browser.post(
        "/api/cuxfilter", json={"exploration": make_exploration(dataset.version, list(views))}
    )
    assert answer.status_code == status
    return answer.json["error"]["message"]


def is_open(browser, path):
    """Whether a dashboard is known to somebody, starting, running or failed."""
    return CLOSED_MESSAGE not in browser.get(path).text


def get_session(sessions, path):
    return sessions.get_session(path.split("/")[2])


def get_session_table(session):
    return pa.table(session.payload.columns)


INTERVAL_FILTER = {"type": "interval", "lo": 10, "hi": 20, "nulls": False}
EAST_ONLY_TERMS = ShareTerms(
    Level.VIEW, [{"column": "side", "filter": {"type": "members", "values": ["east"]}}], ("fare",)
)
EAST_FILTER = {"type": "members", "values": ["east"], "other": False, "nulls": False}
BOX_FILTER = {"type": "box", "x": {"lo": 5, "hi": None}, "y": {"lo": None, "hi": 30.5}}


def test_the_payload_stays_as_it_is_meanwhile():
    table = Table(sort="delay", at=70)
    state = Exploration(dataset="trips", version="ab12", views=(), table=table)
    assert DashboardPayload(state).restore_exploration({}).table == table


@with_real_cuxfilter
def test_filters_go_there_and_come_back_in_a_frame_that_opens_once(cuxfilter_sessions, make_user, trips):
    browser = make_user().browser
    filters = {"delay": INTERVAL_FILTER, "side": EAST_FILTER, "map": BOX_FILTER}
    path = open_dashboard(browser, trips.version, [DELAY, SIDE, MAP, PRICE, LATE], **filters)
    desk = get_session(cuxfilter_sessions, path)
    desk.ready.result(100)
    page = browser.get(path).text
    assert 'sandbox="allow-scripts"' in page
    frame = re.search(r'<iframe[^>]*src="([^"]+)"', page)[1]
    status, headers, first = request_without_cookie(cuxfilter_sessions, frame)
    assert (status, "Trips" in first) == (200, True)
    assert headers["content-security-policy"].startswith("sandbox allow-scripts; default-src 'none'")
    assert request_without_cookie(cuxfilter_sessions, frame)[0] == 403
    assert request_without_cookie(cuxfilter_sessions, frame.split("?")[0])[0] == 403
    assert request_without_cookie(cuxfilter_sessions, f"{path}/frame/autoload.js")[0] == 403
    status, headers, _ = request_without_cookie(cuxfilter_sessions, f"{path}/frame/static/js/bokeh.min.js")
    assert (status, headers["access-control-allow-origin"]) == (200, "*")
    assert "immutable" in headers["cache-control"]
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
    answer = browser.post(path, data={"csrf_token": token})
    assert answer.status_code == 303
    back = parse_hash(answer.headers["Location"].partition("#")[2])
    assert back.parts["f"] == filters
    assert not desk.process.is_running
    assert not desk.folder.exists()
    assert not is_open(browser, path)


def test_unknown_sessions_are_not_found(cuxfilter_sessions):
    assert request_without_cookie(cuxfilter_sessions, "/cuxfilter/unknown/frame/")[0] == 404


def request_without_cookie(sessions, address):
    """What is answered to somebody without any cookie."""
    path, _, query = address.partition("?")
    scope = {"type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": []}
    sent = []

    async def collect_message(message):
        sent.append(message)

    asyncio.run(proxy_cuxfilter(fail_if_called, sessions)(scope, fail_if_called, collect_message))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, sent[1]["body"].decode()


async def fail_if_called(*asked):
    raise AssertionError(asked)


def test_a_page_is_told_why_it_can_not_begin(cuxfilter_sessions, make_user, trips):
    browser = make_user().browser
    path = open_dashboard(browser, trips.version, [DELAY])
    assert get_session(cuxfilter_sessions, path).ready.exception(60)
    answer = browser.get(path)
    assert (answer.status_code, "cuxfilter can&#39;t be loaded by" in answer.text) == (410, True)


def test_nobody_else_sees_it(cuxfilter_sessions, make_user, trips):
    ada, bob = make_user(), make_user()
    path = open_dashboard(ada.browser, trips.version, [DELAY])
    assert is_open(ada.browser, path)
    assert not is_open(bob.browser, path)
    assert not is_open(ada.open_browser(), path)
    assert ada.server.test_client().get(path).status_code == 302


def test_it_ends_with_the_session(cuxfilter_sessions, make_user, trips):
    ada = make_user()
    desk = get_session(cuxfilter_sessions, open_dashboard(ada.browser, trips.version, [DELAY]))
    cuxfilter_sessions.close_outdated()
    assert cuxfilter_sessions.get_session(desk.key) is desk
    sessions.end_session(desk.session_key)
    cuxfilter_sessions.close_outdated()
    assert cuxfilter_sessions.get_session(desk.key) is None
    assert not desk.folder.exists()
    with pytest.raises(WorkerEndedError):
        desk.process.send_request("filters")


def test_it_ends_when_rights_do(cuxfilter_sessions, make_user, trips):
    ada = make_user()
    desk = get_session(cuxfilter_sessions, open_dashboard(ada.browser, trips.version, [DELAY]))
    desk.rights_key = "other rights than now"
    cuxfilter_sessions.close_outdated()
    assert cuxfilter_sessions.get_session(desk.key) is None


def test_the_process_gets_the_visible_rows_and_columns_alone(cuxfilter_sessions, make_user, unshared_trips):
    ada = make_user()
    number = catalogue.find_version("trips", None)[0].id
    shares.grant_as_system(Resource.DATASET, number, ShareTarget(user_id=ada.id), EAST_ONLY_TERMS)
    assert "fare" in get_refusal(ada.browser, unshared_trips, 400, [MAP])
    desk = get_session(cuxfilter_sessions, open_dashboard(ada.browser, unshared_trips.version, [DELAY, SIDE]))
    assert set(get_session_table(desk)["v1_x"].to_pylist()) == {"east"}
    assert desk.payload.views[1]["places"] == ["east", "(other)", "(no value)"]
    assert "west" not in str(desk.payload)


def test_places_and_rows_are_bounded(cuxfilter_sessions, make_user, trips, settings):
    ada, bob = make_user(), make_user()
    open_dashboard(ada.browser, trips.version, [DELAY])
    open_dashboard(ada.browser, trips.version, [DELAY])
    assert get_refusal(bob.browser, trips, 409) == "All cuxfilter sessions are in use. Try again later."
    with temporary_settings(config.get_settings().model_copy(update={"cuxfilter_rows": 100})):
        assert (
            get_refusal(ada.browser, trips, 400)
            == "400 rows are too many for cuxfilter; the maximum here is 100."
        )


def test_programs_and_services_without_cuxfilter_are_refused(cuxfilter_sessions, make_user, trips, settings):
    ada = make_user()
    program = ada.create_api_client(Permission.EXPLORE)
    assert (
        get_refusal(program, trips, 409)
        == "Only a signed-in person can open cuxfilter, not an API token or a guest."
    )
    with temporary_settings(settings):
        assert "DATAXCHANGE_CUXFILTER_PYTHON is not set" in get_refusal(ada.browser, trips, 409)


def test_what_cuxfilter_gets_wrong_is_left_out_and_its_filter_holds(cuxfilter_sessions, make_user, trips):
    missing = {"type": "interval", "lo": 0, "hi": 50, "nulls": True}
    views = [DELAY, ROW_COUNT_VIEW, SIDE, make_view("both", "fare")]
    desk = get_session(
        cuxfilter_sessions, open_dashboard(make_user().browser, trips.version, views, delay=missing)
    )
    assert [each["id"] for each in desk.payload.views] == ["side", "both"]
    assert desk.payload.left_out == [
        "Delay: cuxfilter can't filter by rows without a value.",
        "Key figure: cuxfilter shows wrong key figures.",
    ]
    assert get_session_table(desk).num_rows == ROWS // 2
    assert desk.payload.restore_exploration({}).filters["delay"].hi == 50


def test_axes_of_heat_maps_have_the_names_of_columns(cuxfilter_sessions, make_user, trips):
    desk = get_session(cuxfilter_sessions, open_dashboard(make_user().browser, trips.version, [MAP]))
    assert desk.payload.views[0]["names"] == ["Delay", "Fare"]


def test_no_session_remains_when_the_service_ends(cuxfilter_sessions, make_user, trips):
    desk = get_session(cuxfilter_sessions, open_dashboard(make_user().browser, trips.version, [DELAY]))
    with pytest.raises(SystemExit), cuxfilter_sessions.closing_all():
        raise SystemExit(0)
    assert not desk.folder.exists()
    assert cuxfilter_sessions.get_session(desk.key) is None


def test_another_site_can_not_close_it(cuxfilter_sessions, make_user, trips):
    browser = make_user().browser
    path = open_dashboard(browser, trips.version, [DELAY])
    assert browser.post(path).status_code == 400
    assert is_open(browser, path)
