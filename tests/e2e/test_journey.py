"""The main job, as a person does it over three million real flights."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from config import Settings
from datasets import catalogue
from tests.conftest import using
from tests.e2e.browser_support import Opener, Service
from tests.e2e.duckdb_oracle import Truth, between, filters, predicate
from tests.e2e.explore_page import card, drag, filtered, plot, rows, settled

COLUMNS = {
    "date": ("date",),
    "delay": ("delay",),
    "distance": ("distance",),
    "hour": ("hour",),
    "weekday": ("weekday",),
    "origin": ("origin",),
    "map": ("longitude", "latitude"),
}


@pytest.fixture(scope="module")
def truth(service: Service) -> Truth:
    with using(Settings(data=service.data)):
        return Truth(catalogue.store("flights", catalogue.open("flights").version))


def number(text: str) -> int:
    return int(text.replace(",", ""))


def assert_true(page: Page, truth: Truth, view: str, where: list[str]) -> None:
    """Every count that the page shows of a view is DuckDB's."""
    shown = filtered(page, view)
    columns = COLUMNS[view]
    listed = [label for (label, *_) in shown if label not in ("other", "no value")]
    predicates = [
        " AND ".join(predicate(column, label, listed) for column, label in zip(columns, labels, strict=True))
        for labels in shown
    ]
    assert [number(count) for count in shown.values()] == truth.counts(columns, predicates, where)


def test_every_count_of_a_brush_is_duckdbs(visit: Opener, truth: Truth) -> None:
    page = visit()
    settled(page)
    drag(page, "delay", (0.3, 0.5), (0.55, 0.6))
    drag(page, "date", (0.3, 0.5), (0.7, 0.5))
    expect(page.locator(".dx-chip")).to_have_count(2)
    settled(page)
    chosen = filters(page.url)
    late = between("delay", chosen["delay"])
    spring = between("epoch_ms(date)", chosen["date"])
    assert 0 < rows(page) < 3_000_000
    assert rows(page) == truth.count(late, spring)
    for view in ("distance", "hour", "weekday", "origin", "map"):
        assert_true(page, truth, view, [late, spring])
    assert_true(page, truth, "delay", [spring])
    assert_true(page, truth, "date", [late])


def test_a_box_on_the_map_filters_everything(visit: Opener, truth: Truth) -> None:
    page = visit()
    settled(page)
    drag(page, "map", (0.6, 0.5), (0.9, 0.8))
    settled(page)
    box = filters(page.url)["map"]
    where = [between("longitude", box["x"]), between("latitude", box["y"])]  # type: ignore[arg-type]
    assert rows(page) == truth.count(*where)
    for view in ("date", "delay", "origin"):
        assert_true(page, truth, view, where)


def test_categories_by_click(visit: Opener, truth: Truth) -> None:
    page = visit()
    settled(page)
    box = plot(page, "weekday")
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    settled(page)
    (day,) = filters(page.url)["weekday"]["values"]  # type: ignore[misc]
    assert rows(page) == truth.count(f"weekday = '{day}'")
    assert_true(page, truth, "delay", [f"weekday = '{day}'"])


def test_frames_of_a_drag_are_recorded(visit: Opener, tmp_path: Path) -> None:
    page = visit()
    settled(page)
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
    drag(page, "delay", (0.2, 0.5), (0.8, 0.5), steps=120)
    intervals = sorted(page.evaluate("() => { cancelAnimationFrame(raf); return intervals; }"))
    record = {
        "frames": len(intervals),
        "p50": round(intervals[len(intervals) // 2], 1),
        "p95": round(intervals[int(len(intervals) * 0.95)], 1),
    }
    (tmp_path / "frames.json").write_text(json.dumps(record))
    print(f"frame intervals of a drag, ms: {record}")
    assert len(intervals) > 10


def test_undo_back_and_redo(visit: Opener) -> None:
    page = visit()
    everything = rows(page)
    drag(page, "delay", (0.3, 0.5), (0.5, 0.5))
    once = rows(page)
    drag(page, "hour", (0.3, 0.5), (0.6, 0.5))
    twice = rows(page)
    assert everything > once > twice
    page.keyboard.press("Control+z")
    expect(page.locator(".dx-chip")).to_have_count(1)
    assert rows(page) == once
    page.go_back()
    expect(page.locator(".dx-chip")).to_have_count(0)
    assert rows(page) == everything
    page.keyboard.press("Control+Shift+z")
    page.keyboard.press("Control+Shift+z")
    expect(page.locator(".dx-chip")).to_have_count(2)
    assert rows(page) == twice


def test_clearing_is_never_having_brushed(visit: Opener) -> None:
    page = visit()
    before = {view: filtered(page, view) for view in ("distance", "origin", "map")}
    drag(page, "delay", (0.3, 0.5), (0.5, 0.5))
    settled(page)
    assert filtered(page, "origin") != before["origin"]
    box = plot(page, "delay")
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.dblclick(box["x"] + box["width"] * 0.4, box["y"] + box["height"] / 2)
    expect(page.locator(".dx-chip")).to_have_count(0)
    assert rows(page) == 3_000_000
    assert {view: filtered(page, view) for view in before} == before


def test_reload_restores_the_exploration(visit: Opener) -> None:
    page = visit()
    settled(page)
    drag(page, "delay", (0.3, 0.5), (0.5, 0.5))
    passing, words = rows(page), page.locator(".dx-chip").all_inner_texts()
    page.reload()
    expect(page.locator(".dx-chip")).to_have_count(1)
    assert (rows(page), page.locator(".dx-chip").all_inner_texts()) == (passing, words)
    page.go_back()
    expect(page.locator(".dx-chip")).to_have_count(0)
    assert rows(page) == 3_000_000


def test_a_shared_address_survives_signing_in(visit: Opener, service: Service) -> None:
    page = visit()
    settled(page)
    drag(page, "hour", (0.3, 0.5), (0.6, 0.5))
    passing = rows(page)
    stranger = visit(page.url, signed_in=False)
    stranger.get_by_label("Name").fill("admin")
    stranger.get_by_label("Password", exact=True).fill(service.password)
    stranger.keyboard.press("Enter")
    expect(stranger.locator(".dx-chip")).to_have_count(1)
    assert rows(stranger) == passing


def test_a_broken_address_opens_what_it_can(visit: Opener) -> None:
    page = visit(
        "/explore/flights#v=1&x=(at:dead,f:(delay:(type:interval,lo:0,hi:30,nulls:!f),gone:(type:nulls)))"
    )
    expect(page.locator(".dx-chip")).to_have_count(1)
    expect(page.get_by_text("gone").first).to_be_visible()
    assert 0 < rows(page) < 3_000_000
    broken = visit("/explore/flights#v=1&x=(((")
    assert rows(broken) == 3_000_000
    expect(broken.locator(".dx-notice").first).to_be_visible()


def test_views_come_and_go_and_come_back(visit: Opener) -> None:
    page = visit()
    settled(page)
    cards = page.locator(".dx-card")
    count = cards.count()
    page.locator(".dx-rail").get_by_role("button", name="Destination").first.click()
    expect(cards).to_have_count(count + 1)
    settled(page)
    card(page, "distance").get_by_role("button", name="Options of").click()
    page.locator("#dx-menu-distance").get_by_text("Remove", exact=True).click()
    expect(card(page, "distance")).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(card(page, "distance")).to_have_count(1)
    settled(page)
    page.keyboard.press("Control+z")
    expect(cards).to_have_count(count)


def test_measures_and_bins_change_in_place(visit: Opener) -> None:
    page = visit()
    settled(page)
    card(page, "hour").get_by_role("button", name="Options of").click()
    page.locator("#dx-menu-hour").get_by_label("Measure").select_option("mean")
    page.locator("#dx-menu-hour").get_by_label("Of").select_option("delay")
    settled(page)
    page.keyboard.press("Escape")
    means = filtered(page, "hour")
    drag(page, "distance", (0.3, 0.5), (0.6, 0.5))
    settled(page)
    assert filtered(page, "hour") != means
