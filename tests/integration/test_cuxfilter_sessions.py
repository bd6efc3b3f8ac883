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
from api.cuxfilter_proxy import framed
from datasets import catalogue, shares
from datasets.address import parse
from datasets.cuxfilter.payload import Sheet
from datasets.exploration import Exploration, Table
from datasets.ingest.importer import import_file
from datasets.shares import Subject, Terms
from db.tables import Level, Resource
from gpu.cuxfilter.process import EndedError
from tests.conftest import using
from tests.integration.cuxfilter_worker import PYTHON, opened, standing_in
from tests.integration.exploration_json import exploration, view

ROWS = 400
CLOSED = "This cuxfilter dashboard has been closed."


@pytest.fixture
def real():
    """Whether cuxfilter is there for real, which takes its time to begin; else an interpreter without it."""
    return False


@pytest.fixture
def here(app, settings, real):
    """The desks of a service that has one place for cuxfilter."""
    python = PYTHON if real else Path(sys.executable)
    desks = app.server.extensions["desks"]
    with (
        standing_in(),
        using(settings.model_copy(update={"cuxfilter_python": python, "cuxfilter_processes": 1})),
    ):
        yield desks
        desks.clear()


really = pytest.mark.parametrize("real", [True])


@pytest.fixture
def closed(settings, tmp_path):
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
def trips(closed):
    shares.open_to_everyone("trips")
    return closed


DELAY, SIDE, LATE = (
    view("delay", "delay"),
    view("side", "side", types=("category",)),
    view("late", "late", types=("boolean",)),
)
MAP, PRICE, TOTAL = (
    view("map", "delay", "fare"),
    view("price", "side", types=("category",), aggregate="mean", of="fare"),
    view("rows"),
)


def refused(browser, trips, status, views=(DELAY,)):
    answer = browser.post("/api/cuxfilter", json={"exploration": exploration(trips.version, list(views))})
    assert answer.status_code == status
    return answer.json["error"]["message"]


def there(browser, path):
    """Whether a dashboard is known to somebody, starting, running or failed."""
    return CLOSED not in browser.get(path).text


def desk_of(desks, path):
    return desks.known(path.split("/")[2])


def table_of(desk):
    return pa.table(desk.sheet.columns)


INTERVAL = {"type": "interval", "lo": 10, "hi": 20, "nulls": False}
EAST_ALONE = Terms(
    Level.VIEW, [{"column": "side", "filter": {"type": "members", "values": ["east"]}}], ("fare",)
)
EAST = {"type": "members", "values": ["east"], "other": False, "nulls": False}
BOX = {"type": "box", "x": {"lo": 5, "hi": None}, "y": {"lo": None, "hi": 30.5}}


def test_the_table_stays_as_it_is_meanwhile():
    table = Table(sort="delay", at=70)
    state = Exploration(dataset="trips", version="ab12", views=(), table=table)
    assert Sheet(state).returned({}).table == table


@really
def test_filters_go_there_and_come_back_in_a_frame_that_opens_once(here, somebody, trips):
    browser = somebody().browser
    filters = {"delay": INTERVAL, "side": EAST, "map": BOX}
    path = opened(browser, trips.version, [DELAY, SIDE, MAP, PRICE, LATE], **filters)
    desk = desk_of(here, path)
    desk.ready.result(100)
    page = browser.get(path).text
    assert 'sandbox="allow-scripts"' in page
    frame = re.search(r'<iframe[^>]*src="([^"]+)"', page)[1]
    status, headers, first = outside(here, frame)
    assert (status, "Trips" in first) == (200, True)
    assert headers["content-security-policy"].startswith("sandbox allow-scripts; default-src 'none'")
    assert outside(here, frame)[0] == 403
    assert outside(here, frame.split("?")[0])[0] == 403
    assert outside(here, f"{path}/frame/autoload.js")[0] == 403
    status, headers, _ = outside(here, f"{path}/frame/static/js/bokeh.min.js")
    assert (status, headers["access-control-allow-origin"]) == (200, "*")
    assert "immutable" in headers["cache-control"]
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
    answer = browser.post(path, data={"csrf_token": token})
    assert answer.status_code == 303
    back = parse(answer.headers["Location"].partition("#")[2])
    assert back.parts["f"] == filters
    assert not desk.process.runs
    assert not desk.folder.exists()
    assert not there(browser, path)


def test_frames_of_nobody_are_not_there(here):
    assert outside(here, "/cuxfilter/unknown/frame/")[0] == 404


def outside(desks, address):
    """What is answered to somebody without any cookie."""
    path, _, query = address.partition("?")
    scope = {"type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": []}
    sent = []

    async def send(message):
        sent.append(message)

    asyncio.run(framed(nowhere, desks)(scope, nowhere, send))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, sent[1]["body"].decode()


async def nowhere(*asked):
    raise AssertionError(asked)


def test_a_page_is_told_why_it_can_not_begin(here, somebody, trips):
    browser = somebody().browser
    path = opened(browser, trips.version, [DELAY])
    assert desk_of(here, path).ready.exception(60)
    answer = browser.get(path)
    assert (answer.status_code, "cuxfilter can&#39;t be loaded by" in answer.text) == (410, True)


def test_nobody_else_sees_it(here, somebody, trips):
    ada, bob = somebody(), somebody()
    path = opened(ada.browser, trips.version, [DELAY])
    assert there(ada.browser, path)
    assert not there(bob.browser, path)
    assert not there(ada.another_browser(), path)
    assert ada.server.test_client().get(path).status_code == 302


def test_it_ends_with_the_session(here, somebody, trips):
    ada = somebody()
    desk = desk_of(here, opened(ada.browser, trips.version, [DELAY]))
    here.look()
    assert here.known(desk.key) is desk
    sessions.end(desk.session)
    here.look()
    assert here.known(desk.key) is None
    assert not desk.folder.exists()
    with pytest.raises(EndedError):
        desk.process.ask("filters")


def test_it_ends_when_rights_do(here, somebody, trips):
    ada = somebody()
    desk = desk_of(here, opened(ada.browser, trips.version, [DELAY]))
    desk.rights = "other rights than now"
    here.look()
    assert here.known(desk.key) is None


def test_the_process_gets_the_visible_rows_and_columns_alone(here, somebody, closed):
    ada = somebody()
    number = catalogue.find("trips", None)[0].id
    shares.put(Resource.DATASET, number, Subject(user_id=ada.id), EAST_ALONE)
    assert "fare" in refused(ada.browser, closed, 400, [MAP])
    desk = desk_of(here, opened(ada.browser, closed.version, [DELAY, SIDE]))
    assert set(table_of(desk)["v1_x"].to_pylist()) == {"east"}
    assert desk.sheet.views[1]["places"] == ["east", "(other)", "(no value)"]
    assert "west" not in str(desk.sheet)


def test_places_and_rows_are_bounded(here, somebody, trips, settings):
    ada, bob = somebody(), somebody()
    opened(ada.browser, trips.version, [DELAY])
    opened(ada.browser, trips.version, [DELAY])
    assert refused(bob.browser, trips, 409) == "All places for cuxfilter are taken. Try again later."
    with using(config.settings().model_copy(update={"cuxfilter_rows": 100})):
        assert refused(ada.browser, trips, 400) == "These are 400 rows; cuxfilter is given 100 at most here."


def test_programs_and_places_without_cuxfilter_are_told_so(here, somebody, trips, settings):
    ada = somebody()
    program = ada.program(Permission.EXPLORE)
    assert refused(program, trips, 409) == "cuxfilter is opened in person, not by a program or a guest."
    with using(settings):
        assert "DATAXCHANGE_CUXFILTER_PYTHON is not set" in refused(ada.browser, trips, 409)


def test_what_cuxfilter_gets_wrong_is_left_out_and_its_filter_holds(here, somebody, trips):
    missing = {"type": "interval", "lo": 0, "hi": 50, "nulls": True}
    views = [DELAY, TOTAL, SIDE, view("both", "fare")]
    desk = desk_of(here, opened(somebody().browser, trips.version, views, delay=missing))
    assert [each["id"] for each in desk.sheet.views] == ["side", "both"]
    assert desk.sheet.left_out == [
        "Delay: cuxfilter can't filter by rows without a value.",
        "Key figure: cuxfilter's key figures go wrong.",
    ]
    assert table_of(desk).num_rows == ROWS // 2
    assert desk.sheet.returned({}).filters["delay"].hi == 50


def test_axes_of_heat_maps_have_the_names_of_columns(here, somebody, trips):
    desk = desk_of(here, opened(somebody().browser, trips.version, [MAP]))
    assert desk.sheet.views[0]["names"] == ["Delay", "Fare"]


def test_nothing_is_left_of_desks_when_the_service_ends(here, somebody, trips):
    desk = desk_of(here, opened(somebody().browser, trips.version, [DELAY]))
    with pytest.raises(SystemExit), here.cleared():
        raise SystemExit(0)
    assert not desk.folder.exists()
    assert here.known(desk.key) is None


def test_another_site_can_not_close_it(here, somebody, trips):
    browser = somebody().browser
    path = opened(browser, trips.version, [DELAY])
    assert browser.post(path).status_code == 400
    assert there(browser, path)
