"""A dataset that grows under an open page: charts follow, and what a person has brushed stays."""

from __future__ import annotations

from playwright.sync_api import expect

from accounts import users
from config import Settings
from realtime.feeds import actions
from tests.conftest import using
from tests.e2e.browser_support import Opener
from tests.e2e.explore_page import card, drag, settled, table
from tests.e2e.growing_dataset import Growing, feeding, number, selected


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
    expect(page.get_by_role("button", name="Undo")).to_be_enabled()
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
        key = actions.create(admin, "growing", "Live")
        page = visit("/explore/growing")
        settled(page)
        page.route("**/state?*", lambda _: None)  # who asks gets no answer: it must be told
        with feeding(growing.service, key, admin, messages=20, rows=100):
            drag(page, "value", (0.3, 0.5), (0.6, 0.5))
            words = page.locator(".dx-chip").inner_text()
            before = selected(page, "5,300")
    values = sum(number(count) for *_, count, _ in table(page, "colour"))
    assert 0 < before == values < 5300
    assert page.locator(".dx-chip").inner_text() == words
