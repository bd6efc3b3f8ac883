"""A dataset that grows under an open page: charts follow, and what a person has brushed stays."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Page, expect

from accounts import users
from accounts.principals import Principal
from config import Settings
from realtime import tokens
from realtime.feeds import acts
from tests.conftest import using
from tests.e2e.conftest import ROOT
from tests.e2e.explore import card, drag, rows, settled, table
from tests.e2e.visits import Opener, Service
from tests.integration.publishers import publisher

TOTAL = ".dx-rows"


def numbers(start: int, stop: int) -> pa.Table:
    """Each tenth of the values is equally frequent; every third row is blue."""
    values = range(start, stop)
    return pa.table(
        {"value": [n % 100 for n in values], "colour": [("blue", "red", "red")[n % 3] for n in values]}
    )


class Growing:
    """A dataset of the running service, and the command that appends to it."""

    def __init__(self, service: Service, folder: Path) -> None:
        self.service, self.file = service, folder / "rows.parquet"
        self.command("import", numbers(0, 3000), "--name", "Growing")
        self.append(3000, 3300)

    def append(self, start: int, stop: int, lift: int = 0) -> None:
        rows = numbers(start, stop)
        lifted = rows.set_column(0, "value", pc.add(rows["value"], lift))
        self.command("append", lifted, "--slug", "growing")

    def command(self, name: str, given: pa.Table, *options: str) -> None:
        pq.write_table(given, self.file)
        line = [sys.executable, "-m", "datasets", name, str(self.file), *options]
        environment = os.environ | {"DATAXCHANGE_DATA": str(self.service.data)}
        subprocess.run(line, cwd=ROOT, env=environment, check=True, capture_output=True)


@pytest.fixture
def growing(service: Service, tmp_path: Path) -> Growing:
    return Growing(service, tmp_path)


def number(text: str) -> int:
    return int(text.replace(",", ""))


def selected(page: Page, total: str) -> int:
    """The rows that pass, once the page shows so many in all."""
    expect(page.locator(TOTAL)).to_contain_text(f"of {total} rows")
    return rows(page)


def test_rows_arrive_in_open_charts_while_a_brush_stays(visit: Opener, growing: Growing) -> None:
    page = visit("/explore/growing")
    assert selected(page, "3,300") == 3300
    page.evaluate("() => { window.untouched = true; }")
    drag(page, "value", (0.3, 0.5), (0.6, 0.5))
    chip = page.locator(".dx-chip")
    expect(chip).to_have_count(1)
    words, before = chip.inner_text(), selected(page, "3,300")
    values = sum(number(count) for *_, count, _ in table(page, "colour"))
    assert 0 < before == values < 3300
    expect(page.locator(".dx-as-of-words")).to_contain_text("as of")

    growing.append(3300, 6300)
    assert selected(page, "6,300") == before * 6300 // 3300
    assert {row[0]: number(row[1]) for row in table(page, "colour")}["blue"] == before * 6300 // 3300 // 3
    assert chip.inner_text() == words
    assert page.evaluate("() => window.untouched")


def test_a_page_is_held_still_and_goes_on(visit: Opener, growing: Growing) -> None:
    page = visit("/explore/growing")
    settled(page)
    page.get_by_role("button", name="Pause").click()
    growing.append(3300, 3400)
    expect(page.locator(".dx-as-of-words")).to_have_text("paused, +100 rows waiting")
    assert selected(page, "3,300") == 3300
    card(page, "value").hover()
    settled(page)
    page.get_by_role("button", name="Resume").click()
    assert selected(page, "3,400") == 3400


def test_values_beyond_the_scale_are_seen_and_the_scale_is_widened(visit: Opener, growing: Growing) -> None:
    page = visit("/explore/growing")
    settled(page)
    growing.append(3300, 3400, lift=1000)
    assert selected(page, "3,400") == 3400
    *_, above, _ = table(page, "value")
    assert above[1] == "100"
    card(page, "value").get_by_role("button", name="Options of").click()
    page.locator("#dx-menu-value").get_by_text("Widen to every value").click()
    settled(page)
    *bins, above, none = table(page, "value")
    assert (above[1], none[1], bins[0][1]) == ("0", "0", "0")
    assert sum(number(row[1]) for row in bins) == 3400
    page.get_by_role("button", name="Undo").click()
    settled(page)
    assert table(page, "value")[-2][1] == "100"


def test_a_page_moves_while_a_feed_brings_rows_and_somebody_brushes(visit: Opener, growing: Growing) -> None:
    with using(Settings(data=growing.service.data)):
        admin = users.require("admin")
        key = acts.create(admin, "growing", "Live")
        page = visit("/explore/growing")
        settled(page)
        page.route("**/rows?*", lambda _: None)  # who asks gets no answer: it must be told
        with feeding(growing.service, key, admin, messages=20, rows=100):
            drag(page, "value", (0.3, 0.5), (0.6, 0.5))
            words = page.locator(".dx-chip").inner_text()
            before = selected(page, "5,300")
    values = sum(number(count) for *_, count, _ in table(page, "colour"))
    assert 0 < before == values < 5300
    assert page.locator(".dx-chip").inner_text() == words


@contextmanager
def feeding(service: Service, key: str, by: Principal, messages: int, rows: int) -> Iterator[None]:
    """A program that publishes rows in a thread meanwhile."""
    port = int(service.url.rpartition(":")[2])
    token = tokens.of_publisher(by, key), tokens.client_id(by)

    async def publish() -> None:
        async with publisher(port, key, lambda: token) as program:
            for message in range(messages):
                start = 3300 + message * rows
                await program.table(f"{message}", numbers(start, start + rows))
                await asyncio.sleep(0.1)  # as a source of rows has it

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(asyncio.run, publish())
        yield
        running.result()
