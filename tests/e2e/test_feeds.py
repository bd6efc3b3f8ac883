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
from db.tables import utc_now
from tests.conftest import temporary_settings
from tests.e2e.browser_support import PageOpener, RunningService, assert_accessible
from tests.e2e.explore_page import drag_over, wait_until_exact
from tests.e2e.growing_dataset import GrowingDataset, count_selected_rows, make_rows, publishing_rows

PHONE = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}


def run_pasted_code(code: str, service: RunningService) -> None:
    """Run what the page offers, with an API token, as a program somewhere would."""
    with temporary_settings(Settings(data=service.data)):
        until = utc_now() + timedelta(hours=1)
        token = api_tokens.create_token(
            users.require_principal("admin"), "a program", [Permission.PRESENT], until
        )
    own = os.environ | {"DATAXCHANGE_TOKEN": token}
    subprocess.run([sys.executable, "-c", code], env=own, check=True, timeout=60)


def create_feed(page: Page) -> str:
    """Create a feed by the page; returns what it offers to paste."""
    page.get_by_role("button", name="New feed…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Dataset").select_option("growing")
    dialog.get_by_label("Name").fill("Tower")
    dialog.get_by_label("Name").press("Enter")
    code = dialog.get_by_label("Python", exact=True).inner_text()
    assert_accessible(page)
    page.keyboard.press("Escape")
    return code


def test_a_feed_is_created_published_to_watched_and_what_does_not_fit_is_played_again(
    visit_page: PageOpener, growing_dataset: GrowingDataset
) -> None:
    page = visit_page("/admin/feeds")
    code = create_feed(page)
    chart = visit_page("/explore/growing")
    wait_until_exact(chart)
    run_pasted_code(code, growing_dataset.service)
    assert count_selected_rows(chart, "3,301") == 3301

    key = re.findall(r'"feed:([\w-]+)"', code)[0]
    with temporary_settings(Settings(data=growing_dataset.service.data)):
        admin = users.require_principal("admin")
        with publishing_rows(growing_dataset.service, key, admin, messages=20, rows=100):
            drag_over(chart, "value", (0.3, 0.5), (0.6, 0.5))
            words = chart.locator(".dx-chip").inner_text()
            assert 0 < count_selected_rows(chart, "5,301") < 5301
    assert chart.locator(".dx-chip").inner_text() == words

    bad = re.sub(r"publish\(\[.*\]\)", "publish([{'value': 7, 'colour': 'red', 'speed': 9}])", code)
    run_pasted_code(bad, growing_dataset.service)
    row = page.get_by_role("row", name="Tower")
    expect(row.locator("[col-id=letters]")).to_have_text("1")
    expect(row.locator("[col-id=rows]")).to_have_text("2,001")
    expect(row.locator("[col-id=state]")).to_have_text("Running")
    row.get_by_role("gridcell", name="Tower").click()
    expect(page.locator(".dx-panel")).to_contain_text("feed:")
    assert_accessible(page)
    page.get_by_role("link", name="Dead letters").click()
    page.get_by_role("gridcell", name="there is no column 'speed'").click()
    expect(page.get_by_label("Row", exact=True)).to_contain_text('"speed": 9')
    growing_dataset.run_command("import", make_rows_with_speed(), "--name", "Growing")
    page.get_by_role("button", name="Retry", exact=True).click()
    expect(page.get_by_text("1 row was added.")).to_be_visible()
    expect(page.locator(".dx-count-line")).to_have_text("0 dead letters")
    chart.goto(f"{growing_dataset.service.url}/explore/growing")
    assert count_selected_rows(chart, "3,001") == 3001


def make_rows_with_speed() -> object:
    rows = make_rows(0, 3000)
    return rows.append_column("speed", rows["value"])


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desktop", "phone"])
def test_a_feed_is_paused_resumed_and_deleted_by_keyboard(
    visit_page: PageOpener, growing_dataset: GrowingDataset, options: dict[str, object]
) -> None:
    page = visit_page("/admin/feeds", **options)
    create_feed(page)
    cell = page.get_by_role("gridcell", name="Tower").first
    cell.click()
    panel = page.locator(".dx-panel")
    for button, state in (("Pause", "Paused"), ("Resume", "Running")):
        panel.get_by_role("button", name=button).press("Enter")
        expect(panel).to_contain_text(state)
    panel.get_by_role("button", name="Delete…").press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).press("Enter")
    expect(page.get_by_text("Feed deleted.")).to_be_visible()
    expect(panel).to_be_hidden()
