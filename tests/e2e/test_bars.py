"""Which is worst, and where the selection is: bars that are sorted and scaled, and what is read of them."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.e2e.browser_support import PageOpener
from tests.e2e.duckdb_oracle import DuckDBOracle
from tests.e2e.explore_page import drag_over, get_card, get_plot_box, read_view_table, wait_until_exact


def read_categories(page: Page, view: str) -> list[str]:
    """The categories in the order in which keys and screen readers go through them."""
    labels = (
        get_card(page, view).locator("[role=option]").evaluate_all("all => all.map(one => one.ariaLabel)")
    )
    return [label.split(":")[0] for label in labels if not label.startswith("Other")]


def list_top_origins(oracle: DuckDBOracle, amount: str) -> list[str]:
    grouped = oracle.rows.aggregate(f"origin, {amount} AS amount", "origin")
    return [row[0] for row in grouped.order("amount DESC, origin").limit(12).fetchall()]


def test_the_worst_airports_are_found_by_sorting(visit_page: PageOpener, oracle: DuckDBOracle) -> None:
    page = visit_page()
    wait_until_exact(page)
    card = get_card(page, "origin")
    sort = card.get_by_role("button", name="Sorted:")
    sort.click()
    expect(sort).to_have_attribute("data-order", "descending")
    card.get_by_role("button", name="Options for").click()
    card.get_by_label("Measure", exact=True).select_option("mean")
    card.get_by_label("Measured column").select_option("delay")
    page.keyboard.press("Escape")
    wait_until_exact(page)
    worst = list_top_origins(oracle, "avg(delay)")
    expect(card.locator("[role=option]").first).to_have_attribute("aria-label", re.compile(f"^{worst[0]}:"))
    assert read_categories(page, "origin") == worst
    assert [row[0] for row in read_view_table(page, "origin")][:12] == worst
    card.locator("[role=option]").nth(2).click()
    expect(page.locator(".dx-chip-words")).to_have_text(f"Origin is {worst[2]}")
    page.reload()
    wait_until_exact(page)
    assert read_categories(page, "origin") == worst
    page.go_back()
    expect(page.locator(".dx-chip")).to_have_count(0)
    sort.click()
    sort.click()
    expect(sort).to_have_attribute("data-order", "name")
    wait_until_exact(page)
    assert read_categories(page, "origin") == sorted(worst)


def test_bars_follow_the_selection_once_the_brush_rests(visit_page: PageOpener) -> None:
    page = visit_page()
    wait_until_exact(page)
    get_card(page, "weekday").get_by_role("button", name="Sorted:").click()
    wait_until_exact(page)
    before = read_categories(page, "weekday")
    box = get_plot_box(page, "date")
    page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.5 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.44 * box["width"], box["y"] + 0.5 * box["height"], steps=6)
    wait_until_exact(page)
    assert read_categories(page, "weekday") == before
    page.mouse.up()
    counts = {row[0]: int(row[1].replace(",", "")) for row in read_view_table(page, "weekday")[:7]}
    after = sorted(counts, key=lambda day: -counts[day])
    first = get_card(page, "weekday").locator("[role=option]").first
    expect(first).to_have_attribute("aria-label", re.compile(f"^{after[0]}:"))
    assert read_categories(page, "weekday") == after != before


def test_a_small_selection_is_scaled_and_told_in_percent(visit_page: PageOpener) -> None:
    page = visit_page()
    wait_until_exact(page)
    drag_over(page, "date", (0.4, 0.5), (0.44, 0.5))
    wait_until_exact(page)
    share = page.locator(".dx-share").inner_text()
    readout = get_card(page, "date").locator(".dx-readout")
    expect(readout).to_have_text(
        re.compile(r"2001, .*: [\d,]+ rows \(\d\.\d.%\)$")
    )  # the pointer is still there
    assert share in readout.inner_text()
    expect(get_card(page, "date").get_by_role("img")).to_have_attribute(
        "aria-label", re.compile(rf"Selected: .* rows {re.escape(share)}\.")
    )
    toggle = page.get_by_role("group", name="Scale bars to")
    toggle.get_by_role("button", name="Selection").click()
    image = get_card(page, "delay").get_by_role("img")
    expect(image).to_have_attribute("aria-label", re.compile("scaled to the selected rows"))
    page.keyboard.press("y")
    expect(toggle.get_by_role("button", name="Percent")).to_have_attribute("aria-pressed", "true")
    expect(image).to_have_attribute("aria-label", re.compile("share of each bin"))
    box = get_plot_box(page, "weekday")
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 36)
    expect(get_card(page, "weekday").locator(".dx-readout")).to_have_text(
        re.compile(r"^Mon: [\d,]+ of [\d,]+ \(\d\.\d.%\), \d+\.\d.% of the selection$")
    )
    page.reload()
    expect(toggle.get_by_role("button", name="Percent")).to_have_attribute("aria-pressed", "true")
    page.go_back()
    expect(toggle.get_by_role("button", name="Selection")).to_have_attribute("aria-pressed", "true")
