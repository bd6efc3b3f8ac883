"""Live sessions in browsers: how one begins, and what everybody's page shows."""

from __future__ import annotations

import re
from time import monotonic

from playwright.sync_api import Page, expect

from tests.e2e.conftest import PATIENCE
from tests.e2e.explore_page import rows, settled


def present(page: Page) -> Page:
    """Begin to present what an Explore page shows."""
    settled(page)
    page.get_by_role("button", name="Present", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Link", exact=True)).to_have_value(re.compile("/live/"))
    expect(dialog.get_by_alt_text("QR code of the link")).to_have_js_property("complete", True)
    dialog.get_by_role("button", name="Close").click()
    settled(page)
    return page


def path_of(stage: Page) -> str:
    found = re.search(r"/live/[\w-]+", stage.url)
    assert found
    return found[0]


def bar(page: Page, words: str) -> None:
    """Until the bar says this, and the connection is live."""
    expect(page.get_by_label("Live session").get_by_text(words)).to_be_visible()
    expect(page.locator(".dx-live-bar[data-status=live]")).to_be_visible()


def agree(stage: Page, page: Page) -> None:
    """Until a page shows the count that the presenter sees, while a brush is held."""
    deadline = monotonic() + PATIENCE / 1000
    while (counts := {each.locator(".dx-count").inner_text() for each in (stage, page)}) and len(counts) > 1:
        assert monotonic() < deadline, counts
        page.wait_for_timeout(50)


def same_rows(stage: Page, *others: Page) -> int:
    """Until the others count what the presenter counts."""
    count = rows(stage)
    for page in others:
        expect(page.locator(".dx-count")).to_have_text(f"{count:,}")
        settled(page)
    return count
