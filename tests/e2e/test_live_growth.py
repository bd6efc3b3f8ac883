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
from datasets.shares import ShareTerms
from db.tables import Resource, Role
from realtime.feeds import actions
from tests.conftest import temporary_settings
from tests.e2e.browser_support import PageOpener, RunningService, UserPageOpener
from tests.e2e.conftest import ROOT, TIMEOUT_MS
from tests.e2e.explore_page import count_rows, drag_over, wait_until_exact
from tests.e2e.growing_dataset import ROW_COUNT_SELECTOR, GrowingDataset, count_selected_rows, publishing_rows
from tests.e2e.live_session_pages import (
    end_session,
    expect_equal_row_counts,
    expect_live_bar,
    get_live_path,
    start_presenting,
)

RECOVERY_MS = 60_000
"""Milliseconds in which a killed service is back and everybody has found it."""


def share_growing_dataset() -> str:
    """Everyone sees the dataset that grows; returns the key of a feed of it."""
    shares.grant_as_system(
        Resource.DATASET, catalogue.find_version("growing", None)[0].id or 0, shares.EVERYONE, ShareTerms()
    )
    return actions.create_feed(users.require_principal("admin"), "growing", "Live")


def test_who_presents_holds_growing_rows_still_for_the_audience(
    service_database: None,
    visit_page: PageOpener,
    visit_page_as: UserPageOpener,
    growing_dataset: GrowingDataset,
) -> None:
    key, admin = share_growing_dataset(), users.require_principal("admin")
    stage = start_presenting(visit_page("/explore/growing"))
    page = visit_page_as("nora", Role.VIEWER, get_live_path(stage))
    expect_live_bar(page, "Following admin")
    for each in (stage, page):
        each.route("**/state?*", lambda _: None)  # who asks gets no answer: it must be told
    with publishing_rows(growing_dataset.service, key, admin, messages=5, rows=100):
        drag_over(stage, "value", (0.3, 0.5), (0.6, 0.5))
    assert count_selected_rows(stage, "3,800") == count_selected_rows(page, "3,800")

    stage.get_by_role("button", name="Pause", exact=True).click()
    for each in (stage, page):
        expect(each.locator(".dx-as-of-words")).to_have_text("Paused · 0 new rows")
    with publishing_rows(growing_dataset.service, key, admin, messages=3, rows=100, start=3800):
        drag_over(stage, "value", (0.2, 0.5), (0.4, 0.5))
    for each in (stage, page):
        expect(each.locator(".dx-as-of-words")).to_have_text("Paused · 300 new rows")
    page.reload()
    expect_live_bar(page, "Following admin")
    held = count_selected_rows(page, "3,800")
    assert held == count_selected_rows(stage, "3,800")

    stage.get_by_role("button", name="Resume").click()
    assert count_selected_rows(stage, "4,100") == count_selected_rows(page, "4,100")
    page.get_by_role("button", name="Pause", exact=True).click()
    expect_live_bar(page, "Exploring on your own. admin is still presenting.")
    page.keyboard.press("f")
    expect_live_bar(page, "Following admin")
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()

    end_session(stage)
    page.get_by_role("button", name="Watch recording").click()
    expect(page.locator(".dx-replay-marks i").nth(4)).to_be_attached()
    page.get_by_label("Playback position").press("End")
    assert count_selected_rows(page, "4,100") == count_rows(stage)
    page.get_by_label("Playback position").press("Home")
    page.get_by_label("Playback speed").select_option("4")
    page.get_by_role("button", name="Play").click()
    shown = f"() => document.querySelector('{ROW_COUNT_SELECTOR}').textContent.includes('of 3,800 rows')"
    page.wait_for_function(shown, timeout=2 * TIMEOUT_MS)


class KillableService:
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
    def service(self) -> RunningService:
        return RunningService(f"http://localhost:{self.port}", "", self.data)


@pytest.fixture
def killable_service(tmp_path: Path) -> Iterator[KillableService]:
    house = KillableService(tmp_path / "data")
    yield house
    house.kill()


def open_signed_in_page(
    killable_service: KillableService, visit_page: PageOpener, name: str, path: str
) -> Page:
    page = visit_page(
        f"{killable_service.service.url}/signin/link/{one_time_links.create_link_token(name)}",
        signed_in=False,
    )
    page.wait_for_url("**/explore**")
    page.goto(killable_service.service.url + path)
    return page


@pytest.mark.kills
def test_a_service_killed_under_load_is_shown_and_recovered_from(
    killable_service: KillableService, visit_page: PageOpener, tmp_path: Path
) -> None:
    GrowingDataset(killable_service.service, tmp_path)
    with temporary_settings(Settings(data=killable_service.data)):
        key, admin = share_growing_dataset(), users.require_principal("admin")
        users.create_user("otto", None, Role.VIEWER)
        stage = start_presenting(
            open_signed_in_page(killable_service, visit_page, "admin", "/explore/growing")
        )
        page = open_signed_in_page(killable_service, visit_page, "otto", get_live_path(stage))
        expect_live_bar(page, "Following admin")
        with publishing_rows(killable_service.service, key, admin, messages=40, rows=50):
            drag_over(stage, "value", (0.3, 0.5), (0.6, 0.5))
            killable_service.kill()
            for each in (stage, page):
                expect(each.locator(".dx-live-bar:not([data-status=live])")).to_be_visible()
                expect(each.get_by_text(re.compile("Reconnecting|Offline")).first).to_be_visible()
            drag_over(stage, "value", (0.2, 0.5), (0.7, 0.5))
            killable_service.start()
        for each in (stage, page):
            expect(each.locator(".dx-live-bar[data-status=live]")).to_be_visible(timeout=RECOVERY_MS)
            expect(each.locator(".dx-rows")).to_contain_text("of 5,300 rows", timeout=RECOVERY_MS)
        expect_live_bar(stage, "You are presenting.")
        expect_live_bar(page, "Following admin")
        wait_until_exact(stage)
        assert 0 < expect_equal_row_counts(stage, page) < 5300
