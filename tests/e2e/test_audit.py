"""The audit log in a browser: read, filtered, exported, and what is done to it behind our back is found."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser_support import RunningService, assert_accessible
from tests.e2e.conftest import TIMEOUT_MS, run_service


@pytest.fixture
def own_service(tmp_path: Path) -> Iterator[RunningService]:
    """A service whose log may be damaged."""
    with run_service(tmp_path) as running:
        yield running


@pytest.fixture
def page(browser: Browser, own_service: RunningService) -> Iterator[Page]:
    """A browser in which the admin has signed in there."""
    context = browser.new_context(base_url=own_service.url, viewport={"width": 1440, "height": 900})
    context.set_default_timeout(TIMEOUT_MS)
    expect.set_options(timeout=TIMEOUT_MS)
    page = context.new_page()
    page.goto(own_service.link)
    yield page
    assert_accessible(page)
    context.close()


def tamper_with_entry(database_file: Path, action: str, key: str) -> int:
    """What somebody with the database can do: drop the triggers and change an entry. Returns its number."""
    with closing(sqlite3.connect(database_file)) as connection, connection:
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        change = "UPDATE audit_entries SET resource_key = ? WHERE action = ? RETURNING number"
        ((number,),) = connection.execute(change, (key, action)).fetchall()
    return int(number)


def create_group(page: Page, name: str) -> None:
    page.get_by_role("button", name="New group…").click()
    page.get_by_role("dialog").get_by_label("Name").fill(name)
    page.keyboard.press("Enter")
    expect(page.get_by_role("gridcell", name=name)).to_be_visible()


def test_what_was_done_is_found_exported_and_no_entry_changes_unnoticed(
    page: Page, own_service: RunningService
) -> None:
    page.goto("/admin/groups")
    create_group(page, "Night shift")
    page.get_by_role("navigation", name="Administration").get_by_role("link", name="Audit").click()
    for did in ("signin", "group.created"):
        expect(page.get_by_role("gridcell", name=did, exact=True)).to_be_visible()
    page.get_by_label("Action").select_option("group.created")
    expect(page.locator(".dx-count-line")).to_have_text("1 entry")
    with page.expect_download() as download:
        page.get_by_role("link", name="Export").click()
    (exported,) = map(json.loads, download.value.path().read_text().splitlines())
    assert (exported["actor"], exported["resource_key"]) == ("admin", "Night shift")
    page.get_by_role("button", name="Verify now").click()
    expect(page.locator(".dx-verdict")).to_contain_text("are unchanged")

    number = tamper_with_entry(own_service.data / "dataxchange.sqlite", "group.created", "Day shift")
    page.get_by_role("button", name="Verify now").click()
    fault = f"Entry {number} is not what was recorded"
    expect(page.locator(".dx-verdict")).to_contain_text(f"Tampered with {fault}")
    line = [Path(sys.executable).parent / "dataxchange", "audit", "verify"]
    environment = {"DATAXCHANGE_DATA": str(own_service.data), "PATH": "/usr/bin:/bin"}
    told = subprocess.run(line, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert told.returncode == 1
    assert f"The audit log was tampered with. {fault}" in told.stderr
