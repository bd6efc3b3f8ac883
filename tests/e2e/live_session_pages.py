"""Live sessions in browsers: how one begins, and what everybody's page shows."""

from __future__ import annotations

import re
from time import monotonic

from playwright.sync_api import Page, expect

from tests.e2e.conftest import TIMEOUT_MS
from tests.e2e.explore_page import count_rows, wait_until_exact


def start_presenting(page: Page) -> Page:
    """Begin to present what an Explore page shows."""
    wait_until_exact(page)
    page.get_by_role("button", name="Present", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Link", exact=True)).to_have_value(re.compile("/live/"))
    expect(dialog.get_by_alt_text("QR code for the link")).to_have_js_property("complete", True)
    dialog.get_by_role("button", name="Close").click()
    wait_until_exact(page)
    return page


def end_session(presenter_page: Page) -> None:
    """End the session, which asks first."""
    presenter_page.get_by_role("button", name="End session").click()
    question = presenter_page.get_by_role("dialog", name="End this live session?")
    expect(question.get_by_text("It ends for everyone")).to_be_visible()
    question.get_by_role("button", name="End session").click()


def get_live_path(presenter_page: Page) -> str:
    found = re.search(r"/live/[\w-]+", presenter_page.url)
    assert found
    return found[0]


def expect_live_bar(page: Page, text: str) -> None:
    """Until the bar says this, and the connection is live."""
    expect(page.get_by_label("Live session").get_by_text(text)).to_be_visible()
    expect(page.locator(".dx-live-bar[data-status=live]")).to_be_visible()


def wait_for_equal_counts(presenter_page: Page, page: Page) -> None:
    """Until a page shows the count that the presenter sees, while a brush is held."""
    deadline = monotonic() + TIMEOUT_MS / 1000
    while (counts := {each.locator(".dx-count").inner_text() for each in (presenter_page, page)}) and len(
        counts
    ) > 1:
        assert monotonic() < deadline, counts
        page.wait_for_timeout(50)


def expect_equal_row_counts(presenter_page: Page, *others: Page) -> int:
    """Until the others count what the presenter counts."""
    count = count_rows(presenter_page)
    for page in others:
        expect(page.locator(".dx-count")).to_have_text(f"{count:,}")
        wait_until_exact(page)
    return count
