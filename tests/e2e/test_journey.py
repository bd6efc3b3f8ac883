"""The main job, as a person does it over three million real flights."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.browser_support import PageOpener, RunningService
from tests.e2e.duckdb_oracle import DuckDBOracle, interval_to_sql, label_to_sql, parse_url_filters
from tests.e2e.explore_page import (
    count_rows,
    drag_over,
    get_card,
    get_plot_box,
    read_filtered_counts,
    wait_until_exact,
)

COLUMNS = {
    "date": ("date",),
    "delay": ("delay",),
    "distance": ("distance",),
    "hour": ("hour",),
    "weekday": ("weekday",),
    "origin": ("origin",),
    "map": ("longitude", "latitude"),
}


def parse_number(text: str) -> int:
    return int(text.replace(",", ""))


def assert_equals_oracle(page: Page, oracle: DuckDBOracle, view: str, where: list[str]) -> None:
    """Every count that the page shows of a view is DuckDB's."""
    shown = read_filtered_counts(page, view)
    columns = COLUMNS[view]
    listed = [label for (label, *_) in shown if label not in ("Other", "No value")]
    predicates = [
        " AND ".join(
            label_to_sql(column, label, listed) for column, label in zip(columns, labels, strict=True)
        )
        for labels in shown
    ]
    assert [parse_number(count) for count in shown.values()] == oracle.count_by_predicate(
        columns, predicates, where
    )


def test_every_count_of_a_brush_is_duckdbs(visit_page: PageOpener, oracle: DuckDBOracle) -> None:
    page = visit_page()
    wait_until_exact(page)
    drag_over(page, "delay", (0.3, 0.5), (0.55, 0.6))
    drag_over(page, "date", (0.3, 0.5), (0.7, 0.5))
    expect(page.locator(".dx-chip")).to_have_count(2)
    wait_until_exact(page)
    chosen = parse_url_filters(page.url)
    late = interval_to_sql("delay", chosen["delay"])
    spring = interval_to_sql("epoch_ms(date)", chosen["date"])
    assert 0 < count_rows(page) < 3_000_000
    assert count_rows(page) == oracle.count_rows(late, spring)
    for view in ("distance", "hour", "weekday", "origin", "map"):
        assert_equals_oracle(page, oracle, view, [late, spring])
    assert_equals_oracle(page, oracle, "delay", [spring])
    assert_equals_oracle(page, oracle, "date", [late])


def test_a_box_on_the_map_filters_everything(visit_page: PageOpener, oracle: DuckDBOracle) -> None:
    page = visit_page()
    wait_until_exact(page)
    drag_over(page, "map", (0.6, 0.5), (0.9, 0.8))
    wait_until_exact(page)
    box = parse_url_filters(page.url)["map"]
    where = [interval_to_sql("longitude", box["x"]), interval_to_sql("latitude", box["y"])]  # type: ignore[arg-type]
    assert count_rows(page) == oracle.count_rows(*where)
    for view in ("date", "delay", "origin"):
        assert_equals_oracle(page, oracle, view, where)


def test_categories_by_click(visit_page: PageOpener, oracle: DuckDBOracle) -> None:
    page = visit_page()
    wait_until_exact(page)
    box = get_plot_box(page, "weekday")
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    wait_until_exact(page)
    (day,) = parse_url_filters(page.url)["weekday"]["values"]  # type: ignore[misc]
    assert count_rows(page) == oracle.count_rows(f"weekday = '{day}'")
    assert_equals_oracle(page, oracle, "delay", [f"weekday = '{day}'"])


def test_frames_of_a_drag_are_recorded(visit_page: PageOpener, tmp_path: Path) -> None:
    page = visit_page()
    wait_until_exact(page)
    page.evaluate(
        """() => {
          window.intervals = [];
          let last = performance.now();
          const tick = (now) => {
            intervals.push(now - last);
            last = now;
            window.raf = requestAnimationFrame(tick);
          };
          window.raf = requestAnimationFrame(tick);
        }"""
    )
    drag_over(page, "delay", (0.2, 0.5), (0.8, 0.5), steps=120)
    intervals = sorted(page.evaluate("() => { cancelAnimationFrame(raf); return intervals; }"))
    record = {
        "frames": len(intervals),
        "p50": round(intervals[len(intervals) // 2], 1),
        "p95": round(intervals[int(len(intervals) * 0.95)], 1),
    }
    (tmp_path / "frames.json").write_text(json.dumps(record))
    print(f"frame intervals of a drag, ms: {record}")
    assert len(intervals) > 10


def test_undo_back_and_redo(visit_page: PageOpener) -> None:
    page = visit_page()
    everything = count_rows(page)
    drag_over(page, "delay", (0.3, 0.5), (0.5, 0.5))
    once = count_rows(page)
    drag_over(page, "hour", (0.3, 0.5), (0.6, 0.5))
    twice = count_rows(page)
    assert everything > once > twice
    page.keyboard.press("Control+z")
    expect(page.locator(".dx-chip")).to_have_count(1)
    assert count_rows(page) == once
    page.go_back()
    expect(page.locator(".dx-chip")).to_have_count(0)
    assert count_rows(page) == everything
    page.keyboard.press("Control+Shift+z")
    page.keyboard.press("Control+Shift+z")
    expect(page.locator(".dx-chip")).to_have_count(2)
    assert count_rows(page) == twice


def test_clearing_is_never_having_brushed(visit_page: PageOpener) -> None:
    page = visit_page()
    before = {view: read_filtered_counts(page, view) for view in ("distance", "origin", "map")}
    drag_over(page, "delay", (0.3, 0.5), (0.5, 0.5))
    wait_until_exact(page)
    assert read_filtered_counts(page, "origin") != before["origin"]
    box = get_plot_box(page, "delay")
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.dblclick(box["x"] + box["width"] * 0.4, box["y"] + box["height"] / 2)
    expect(page.locator(".dx-chip")).to_have_count(0)
    assert count_rows(page) == 3_000_000
    assert {view: read_filtered_counts(page, view) for view in before} == before


def test_reload_restores_the_exploration(visit_page: PageOpener) -> None:
    page = visit_page()
    wait_until_exact(page)
    drag_over(page, "delay", (0.3, 0.5), (0.5, 0.5))
    passing, words = count_rows(page), page.locator(".dx-chip").all_inner_texts()
    page.reload()
    expect(page.locator(".dx-chip")).to_have_count(1)
    assert (count_rows(page), page.locator(".dx-chip").all_inner_texts()) == (passing, words)
    page.go_back()
    expect(page.locator(".dx-chip")).to_have_count(0)
    assert count_rows(page) == 3_000_000


def test_a_shared_address_survives_signing_in(visit_page: PageOpener, service: RunningService) -> None:
    page = visit_page()
    wait_until_exact(page)
    drag_over(page, "hour", (0.3, 0.5), (0.6, 0.5))
    passing = count_rows(page)
    stranger = visit_page(page.url, signed_in=False)
    stranger.get_by_label("Name").fill("admin")
    stranger.get_by_label("Password", exact=True).fill(service.password)
    stranger.keyboard.press("Enter")
    expect(stranger.locator(".dx-chip")).to_have_count(1)
    assert count_rows(stranger) == passing


def test_a_broken_address_opens_what_it_can(visit_page: PageOpener) -> None:
    page = visit_page(
        "/explore/flights#v=1&x=(at:dead,f:(delay:(type:interval,lo:0,hi:30,nulls:!f),gone:(type:nulls)))"
    )
    expect(page.locator(".dx-chip")).to_have_count(1)
    expect(page.get_by_text("gone").first).to_be_visible()
    assert 0 < count_rows(page) < 3_000_000
    broken = visit_page("/explore/flights#v=1&x=(((")
    assert count_rows(broken) == 3_000_000
    expect(broken.locator(".dx-notice").first).to_be_visible()


def test_views_come_and_go_and_come_back(visit_page: PageOpener) -> None:
    page = visit_page()
    wait_until_exact(page)
    cards = page.locator(".dx-card")
    count = cards.count()
    page.locator(".dx-rail").get_by_role("button", name="Destination").first.click()
    expect(cards).to_have_count(count + 1)
    wait_until_exact(page)
    get_card(page, "distance").get_by_role("button", name="Options for").click()
    page.locator("#dx-menu-distance").get_by_text("Remove", exact=True).click()
    expect(get_card(page, "distance")).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(get_card(page, "distance")).to_have_count(1)
    wait_until_exact(page)
    page.keyboard.press("Control+z")
    expect(cards).to_have_count(count)


def test_measures_and_bins_change_in_place(visit_page: PageOpener) -> None:
    page = visit_page()
    wait_until_exact(page)
    get_card(page, "hour").get_by_role("button", name="Options for").click()
    page.locator("#dx-menu-hour").get_by_label("Measure").select_option("mean")
    page.locator("#dx-menu-hour").get_by_label("Measured column").select_option("delay")
    wait_until_exact(page)
    page.keyboard.press("Escape")
    means = read_filtered_counts(page, "hour")
    drag_over(page, "distance", (0.3, 0.5), (0.6, 0.5))
    wait_until_exact(page)
    assert read_filtered_counts(page, "hour") != means
