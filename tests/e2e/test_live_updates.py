"""A dataset that grows under an open page: charts follow, and what a person has brushed stays."""

from __future__ import annotations

from playwright.sync_api import expect

from accounts import users
from config import Settings
from realtime.feeds import actions
from tests.conftest import temporary_settings
from tests.e2e.browser_support import PageOpener
from tests.e2e.explore_page import drag_over, get_card, read_view_table, wait_until_exact
from tests.e2e.growing_dataset import GrowingDataset, count_selected_rows, parse_number, publishing_rows


def test_rows_arrive_in_open_charts_while_a_brush_stays(
    visit_page: PageOpener, growing_dataset: GrowingDataset
) -> None:
    page = visit_page("/explore/growing")
    assert count_selected_rows(page, "3,300") == 3300
    page.evaluate("() => { window.untouched = true; }")
    drag_over(page, "value", (0.3, 0.5), (0.6, 0.5))
    chip = page.locator(".dx-chip")
    expect(chip).to_have_count(1)
    words, before = chip.inner_text(), count_selected_rows(page, "3,300")
    values = sum(parse_number(count) for *_, count, _ in read_view_table(page, "colour"))
    assert 0 < before == values < 3300
    expect(page.locator(".dx-as-of-words")).to_contain_text("As of")

    growing_dataset.append(3300, 6300)
    assert count_selected_rows(page, "6,300") == before * 6300 // 3300
    assert {row[0]: parse_number(row[1]) for row in read_view_table(page, "colour")}[
        "blue"
    ] == before * 6300 // 3300 // 3
    assert chip.inner_text() == words
    assert page.evaluate("() => window.untouched")


def test_a_page_is_held_still_and_goes_on(visit_page: PageOpener, growing_dataset: GrowingDataset) -> None:
    page = visit_page("/explore/growing")
    wait_until_exact(page)
    page.get_by_role("button", name="Pause").click()
    growing_dataset.append(3300, 3400)
    expect(page.locator(".dx-as-of-words")).to_have_text("Paused · 100 new rows")
    assert count_selected_rows(page, "3,300") == 3300
    get_card(page, "value").hover()
    wait_until_exact(page)
    page.get_by_role("button", name="Resume").click()
    assert count_selected_rows(page, "3,400") == 3400


def test_values_beyond_the_scale_are_seen_and_the_scale_is_widened(
    visit_page: PageOpener, growing_dataset: GrowingDataset
) -> None:
    page = visit_page("/explore/growing")
    wait_until_exact(page)
    growing_dataset.append(3300, 3400, offset=1000)
    assert count_selected_rows(page, "3,400") == 3400
    *_, above, _ = read_view_table(page, "value")
    assert above[1] == "100"
    get_card(page, "value").get_by_role("button", name="Options for").click()
    page.locator("#dx-menu-value").get_by_text("Fit axis to all values").click()
    expect(page.get_by_role("button", name="Undo")).to_be_enabled()
    wait_until_exact(page)
    *bins, above, none = read_view_table(page, "value")
    assert (above[1], none[1], bins[0][1]) == ("0", "0", "0")
    assert sum(parse_number(row[1]) for row in bins) == 3400
    page.get_by_role("button", name="Undo").click()
    wait_until_exact(page)
    assert read_view_table(page, "value")[-2][1] == "100"


def test_a_page_moves_while_a_feed_brings_rows_and_somebody_brushes(
    visit_page: PageOpener, growing_dataset: GrowingDataset
) -> None:
    with temporary_settings(Settings(data=growing_dataset.service.data)):
        admin = users.require_principal("admin")
        key = actions.create_feed(admin, "growing", "Live")
        page = visit_page("/explore/growing")
        wait_until_exact(page)
        page.route("**/state?*", lambda _: None)  # who asks gets no answer: it must be told
        with publishing_rows(growing_dataset.service, key, admin, messages=20, rows=100):
            drag_over(page, "value", (0.3, 0.5), (0.6, 0.5))
            words = page.locator(".dx-chip").inner_text()
            before = count_selected_rows(page, "5,300")
    values = sum(parse_number(count) for *_, count, _ in read_view_table(page, "colour"))
    assert 0 < before == values < 5300
    assert page.locator(".dx-chip").inner_text() == words
