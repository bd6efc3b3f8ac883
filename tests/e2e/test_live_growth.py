"""Presenting what grows: rows come to every page, or are held still for all; a kill changes nothing."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from accounts import one_time_links, users
from config import Settings
from datasets import catalogue, shares
from datasets.shares import Terms
from db.tables import Resource, Role
from realtime.feeds import actions
from tests.conftest import using
from tests.e2e.browser_support import Arrive, Opener, Service
from tests.e2e.conftest import PATIENCE, ROOT
from tests.e2e.explore_page import drag, rows, settled
from tests.e2e.growing_dataset import TOTAL, Growing, feeding, selected
from tests.e2e.live_session_pages import bar, path_of, present, same_rows

MOMENT = 60_000
"""Milliseconds in which a killed service is back and everybody has found it."""


def open_to_all() -> str:
    """Everyone sees the dataset that grows; returns the key of a feed of it."""
    shares.put(Resource.DATASET, catalogue.find("growing", None)[0].id or 0, shares.EVERYONE, Terms())
    return actions.create(users.require("admin"), "growing", "Live")


def test_who_presents_holds_growing_rows_still_for_the_audience(
    database: None, visit: Opener, arrive: Arrive, growing: Growing
) -> None:
    key, admin = open_to_all(), users.require("admin")
    stage = present(visit("/explore/growing"))
    page = arrive("nora", Role.VIEWER, path_of(stage))
    bar(page, "Following admin")
    for each in (stage, page):
        each.route("**/state?*", lambda _: None)  # who asks gets no answer: it must be told
    with feeding(growing.service, key, admin, messages=5, rows=100):
        drag(stage, "value", (0.3, 0.5), (0.6, 0.5))
    assert selected(stage, "3,800") == selected(page, "3,800")

    stage.get_by_role("button", name="Pause", exact=True).click()
    for each in (stage, page):
        expect(each.locator(".dx-as-of-words")).to_have_text("paused, +0 rows waiting")
    with feeding(growing.service, key, admin, messages=3, rows=100, start=3800):
        drag(stage, "value", (0.2, 0.5), (0.4, 0.5))
    for each in (stage, page):
        expect(each.locator(".dx-as-of-words")).to_have_text("paused, +300 rows waiting")
    page.reload()
    bar(page, "Following admin")
    held = selected(page, "3,800")
    assert held == selected(stage, "3,800")

    stage.get_by_role("button", name="Resume").click()
    assert selected(stage, "4,100") == selected(page, "4,100")
    page.get_by_role("button", name="Pause", exact=True).click()
    bar(page, "Exploring alone; admin goes on presenting")
    page.keyboard.press("f")
    bar(page, "Following admin")
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()

    stage.get_by_role("button", name="End", exact=True).click()
    page.get_by_role("button", name="Watch again").click()
    expect(page.locator(".dx-replay-marks i").nth(4)).to_be_attached()
    page.get_by_label("Moment").press("End")
    assert selected(page, "4,100") == rows(stage)
    page.get_by_label("Moment").press("Home")
    page.get_by_label("Speed").select_option("4")
    page.get_by_role("button", name="Play").click()
    shown = f"() => document.querySelector('{TOTAL}').textContent.includes('of 3,800 rows')"
    page.wait_for_function(shown, timeout=2 * PATIENCE)


class House:
    """A service of its own that is killed and started again, on the same port and data."""

    def __init__(self, data: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.data = data
        self.start()

    def start(self) -> None:
        environment = os.environ | {"DATAXCHANGE_DATA": str(self.data), "PORT": str(self.port)}
        app = [sys.executable, "app.py"]
        self.process = subprocess.Popen(app, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        said = self.process.stdout.readline()
        assert "DataXchange is at" in said, said

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()

    @property
    def service(self) -> Service:
        return Service(f"http://localhost:{self.port}", "", self.data)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path / "data")
    yield house
    house.kill()


def signed_in(own: House, visit: Opener, name: str, path: str) -> Page:
    page = visit(f"{own.service.url}/signin/link/{one_time_links.issue(name)}", signed_in=False)
    page.wait_for_url("**/explore**")
    page.goto(own.service.url + path)
    return page


@pytest.mark.kills
def test_a_service_that_is_killed_under_load_is_told_of_and_made_up_for(
    own: House, visit: Opener, tmp_path: Path
) -> None:
    Growing(own.service, tmp_path)
    with using(Settings(data=own.data)):
        key, admin = open_to_all(), users.require("admin")
        users.create("otto", None, Role.VIEWER)
        stage = present(signed_in(own, visit, "admin", "/explore/growing"))
        page = signed_in(own, visit, "otto", path_of(stage))
        bar(page, "Following admin")
        with feeding(own.service, key, admin, messages=40, rows=50):
            drag(stage, "value", (0.3, 0.5), (0.6, 0.5))
            own.kill()
            for each in (stage, page):
                expect(each.locator(".dx-live-bar:not([data-status=live])")).to_be_visible()
                expect(each.get_by_text(re.compile("Reconnecting|Offline")).first).to_be_visible()
            drag(stage, "value", (0.2, 0.5), (0.7, 0.5))
            own.start()
        for each in (stage, page):
            expect(each.locator(".dx-live-bar[data-status=live]")).to_be_visible(timeout=MOMENT)
            expect(each.locator(".dx-rows")).to_contain_text("of 5,300 rows", timeout=MOMENT)
        bar(stage, "You are presenting.")
        bar(page, "Following admin")
        settled(stage)
        assert 0 < same_rows(stage, page) < 5300
