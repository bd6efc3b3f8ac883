"""An exploration in cuxfilter and back, filters and all: the real cuxfilter, over pandas for cuDF."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from os import environ
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.e2e.browser_support import PageOpener, RunningService, assert_accessible
from tests.e2e.conftest import ROOT, run_service
from tests.e2e.explore_page import count_rows, drag_over, wait_until_exact
from tests.integration.cuxfilter_worker import CUXFILTER_PYTHON, STANDIN_FOLDER

START_TIMEOUT_MS = 120_000  # milliseconds; what draws is compiled first
ROWS = 3000


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """A service with a small dataset, on a machine with cuxfilter."""
    folder = tmp_path_factory.mktemp("cuxfilter")
    data = folder / "data"
    import_trips(folder, data)
    python = folder / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH={STANDIN_FOLDER} exec {CUXFILTER_PYTHON} "$@"\n')
    python.chmod(0o700)
    with run_service(data, DATAXCHANGE_CUXFILTER_PYTHON=str(python)) as running:
        yield running


def import_trips(folder: Path, data: Path) -> None:
    """Trips from three towns; each delay of 0 to 49 minutes is equally frequent in each."""
    lines = "".join(f"{n % 50},{('Oslo', 'Rome', 'Bern')[n % 3]},{n % 97}\n" for n in range(ROWS))
    file = folder / "trips.csv"
    file.write_text(f"delay,town,fare\n{lines}")
    command = [sys.executable, "-m", "cli", "datasets", "import", str(file), "--name", "Trips"]
    subprocess.run(command, cwd=ROOT, env=environ | {"DATAXCHANGE_DATA": str(data)}, check=True)


def open_cuxfilter(page: Page) -> FrameLocator:
    """The frame, as soon as it shows charts."""
    page.get_by_role("button", name="Open in cuxfilter").click()
    expect(page.get_by_role("status")).to_contain_text("cuxfilter is starting")
    assert_accessible(page)
    frame = page.frame_locator("iframe[title=cuxfilter]")
    expect(frame.get_by_text("Trips")).to_be_visible(timeout=START_TIMEOUT_MS)
    return frame


def brush_first_bars(frame: FrameLocator, page: Page) -> None:
    """Choose the bars of the last chart from the left edge to its middle."""
    chart = frame.locator(".bk-Figure").last
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.2, middle - 50)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, middle + 50, steps=8)
    page.mouse.up()


def test_who_does_not_want_to_wait_is_back_as_before(visit_page: PageOpener) -> None:
    page = visit_page("/explore/trips")
    drag_over(page, "delay", (0.1, 0.5), (0.5, 0.5))
    before = count_rows(page)
    page.get_by_role("button", name="Open in cuxfilter").click()
    page.get_by_role("button", name="Cancel").click()
    assert count_rows(page) == before


def test_filters_go_to_cuxfilter_are_changed_there_and_come_back(visit_page: PageOpener) -> None:
    page = visit_page("/explore/trips")
    wait_until_exact(page)
    drag_over(page, "delay", (0.1, 0.5), (0.5, 0.5))
    before = count_rows(page)
    assert 0 < before < ROWS

    frame = open_cuxfilter(page)
    expect(frame.get_by_text("Delay:")).to_be_visible()
    expect(frame.get_by_text(f"{before:,}")).to_be_visible()
    brush_first_bars(frame, page)
    expect(frame.get_by_text("Town:")).to_be_visible()
    page.get_by_role("button", name="Close and go back to Explore").click()
    after = count_rows(page)
    assert 0 < after < before
