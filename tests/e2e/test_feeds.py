"""A feed from its page to the charts: created, published to by Ably's SDK, watched, and what does not fit."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from accounts import api_tokens, users
from accounts.permissions import Permission
from config import Settings
from db.tables import now
from tests.conftest import using
from tests.e2e.browser_support import Opener, Service, assert_accessible
from tests.e2e.explore_page import drag, settled
from tests.e2e.growing_dataset import Growing, feeding, numbers, selected

PHONE = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}


def paste(code: str, service: Service) -> None:
    """Run what the page offers, with an API token, as a program somewhere would."""
    with using(Settings(data=service.data)):
        until = now() + timedelta(hours=1)
        token = api_tokens.create(users.require("admin"), "a program", [Permission.PRESENT], until)
    own = os.environ | {"DATAXCHANGE_TOKEN": token}
    subprocess.run([sys.executable, "-c", code], env=own, check=True, timeout=60)


def created(page: Page) -> str:
    """Create a feed by the page; returns what it offers to paste."""
    page.get_by_role("button", name="New feed…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Its rows go to").select_option("growing")
    dialog.get_by_label("Name").fill("Tower")
    dialog.get_by_label("Name").press("Enter")
    code = dialog.get_by_label("Python", exact=True).inner_text()
    assert_accessible(page)
    page.keyboard.press("Escape")
    return code


def test_a_feed_is_created_published_to_watched_and_what_does_not_fit_is_played_again(
    visit: Opener, growing: Growing
) -> None:
    page = visit("/admin/feeds")
    code = created(page)
    chart = visit("/explore/growing")
    settled(chart)
    paste(code, growing.service)
    assert selected(chart, "3,301") == 3301

    key = re.findall(r'"feed:([\w-]+)"', code)[0]
    with using(Settings(data=growing.service.data)):
        admin = users.require("admin")
        with feeding(growing.service, key, admin, messages=20, rows=100):
            drag(chart, "value", (0.3, 0.5), (0.6, 0.5))
            words = chart.locator(".dx-chip").inner_text()
            assert 0 < selected(chart, "5,301") < 5301
    assert chart.locator(".dx-chip").inner_text() == words

    bad = re.sub(r"publish\(\[.*\]\)", "publish([{'value': 7, 'colour': 'red', 'speed': 9}])", code)
    paste(bad, growing.service)
    row = page.get_by_role("row", name="Tower")
    expect(row.locator("[col-id=letters]")).to_have_text("1")
    expect(row.locator("[col-id=rows]")).to_have_text("2,001")
    expect(row.locator("[col-id=state]")).to_have_text("Running")
    row.get_by_role("gridcell", name="Tower").click()
    expect(page.locator(".dx-panel")).to_contain_text("feed:")
    assert_accessible(page)
    page.get_by_role("link", name="Dead letters").click()
    page.get_by_role("gridcell", name="there is no column 'speed'").click()
    expect(page.get_by_label("The row")).to_contain_text('"speed": 9')
    growing.command("import", with_speed(), "--name", "Growing")
    page.get_by_role("button", name="Play again", exact=True).click()
    expect(page.get_by_text("1 row was added.")).to_be_visible()
    expect(page.locator(".dx-count-line")).to_have_text("0 dead letters")
    chart.goto(f"{growing.service.url}/explore/growing")
    assert selected(chart, "3,001") == 3001


def with_speed() -> object:
    rows = numbers(0, 3000)
    return rows.append_column("speed", rows["value"])


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desktop", "phone"])
def test_a_feed_is_paused_resumed_and_deleted_by_keyboard(
    visit: Opener, growing: Growing, options: dict[str, object]
) -> None:
    page = visit("/admin/feeds", **options)
    created(page)
    cell = page.get_by_role("gridcell", name="Tower").first
    cell.click()
    panel = page.locator(".dx-panel")
    for button, state in (("Pause", "Paused"), ("Resume", "Running")):
        panel.get_by_role("button", name=button).press("Enter")
        expect(panel).to_contain_text(state)
    panel.get_by_role("button", name="Delete…").press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).press("Enter")
    expect(page.get_by_text("The feed is deleted.")).to_be_visible()
    expect(panel).to_be_hidden()
