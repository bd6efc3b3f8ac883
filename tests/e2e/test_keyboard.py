"""The same job without a mouse, on a phone, and in the dark."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser_support import PageOpener, assert_accessible
from tests.e2e.explore_page import (
    count_rows,
    drag_over,
    get_card,
    get_plot_box,
    read_filtered_counts,
    wait_until_exact,
)

SCREENSHOT_FOLDER = Path(__file__).parents[2] / "test-results"


def get_focused_label(page: Page) -> str:
    return str(page.evaluate("document.activeElement.getAttribute('aria-label') ?? ''"))


def tab_to_label(page: Page, label: str) -> None:
    """Press Tab until something with this label has the focus."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if get_focused_label(page).startswith(label):
            return
    raise AssertionError(f"Tab never reached {label!r}")


def test_keyboard_only(visit_page: PageOpener) -> None:
    page = visit_page()
    wait_until_exact(page)
    tab_to_label(page, "Delay (min), lower bound")
    for _ in range(40):
        page.keyboard.press("ArrowRight")
    wait_until_exact(page)
    expect(page.locator(".dx-chip")).to_have_count(1)
    narrowed = count_rows(page)
    assert 0 < narrowed < 3_000_000
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    assert count_rows(page) < narrowed
    page.keyboard.press("Escape")
    expect(page.locator(".dx-chip")).to_have_count(0)
    expect(page.locator(".dx-count")).to_have_text("3,000,000")


def test_keyboard_selects_categories(visit_page: PageOpener) -> None:
    page = visit_page()
    wait_until_exact(page)
    tab_to_label(page, "Mon")
    page.keyboard.press("Space")
    wait_until_exact(page)
    monday = count_rows(page)
    assert monday == int(read_filtered_counts(page, "weekday")[("Mon",)].replace(",", ""))
    get_card(page, "weekday").locator("[role=option]").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Control+Space")
    assert count_rows(page) > monday


def test_shortcuts_dialog(visit_page: PageOpener) -> None:
    page = visit_page()
    wait_until_exact(page)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


@pytest.mark.parametrize(
    ("name", "width", "height"),
    [("light", 1440, 900), ("dark", 1440, 900), ("phone", 390, 844), ("phone-dark", 390, 844)],
)
def test_looks(visit_page: PageOpener, name: str, width: int, height: int) -> None:
    """Nothing overflows sideways; `make screenshots` takes these pictures into the docs."""
    scheme = "dark" if name.endswith("dark") else "light"
    page = visit_page(color_scheme=scheme, viewport={"width": width, "height": height})
    page.get_by_role("complementary", name="Getting started").get_by_role("button", name="Dismiss").click()
    wait_until_exact(page)
    drag_over(page, "date", (0.55, 0.5), (0.85, 0.5))
    wait_until_exact(page)
    drag_over(page, "delay", (0.3, 0.5), (0.6, 0.5))
    wait_until_exact(page)
    page.evaluate("scrollTo(0, 0)")
    page.mouse.move(1, 1)
    assert page.locator("html").get_attribute("data-bs-theme") == scheme
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    SCREENSHOT_FOLDER.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOT_FOLDER / f"explore-{name}.png")


def test_touch_brushes(visit_page: PageOpener) -> None:
    page = visit_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    wait_until_exact(page)
    box = get_plot_box(page, "delay")
    y = box["y"] + box["height"] / 2
    touch = page.context.new_cdp_session(page)

    def send_touch(kind: str, x: float) -> None:
        points = [] if kind == "touchEnd" else [{"x": x, "y": y}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    send_touch("touchStart", box["x"] + box["width"] * 0.3)
    for step in range(12):
        send_touch("touchMove", box["x"] + box["width"] * (0.3 + step * 0.02))
    send_touch("touchEnd", 0)
    expect(page.locator(".dx-chip")).to_have_count(1)
    assert 0 < count_rows(page) < 3_000_000


def test_reduced_motion(visit_page: PageOpener) -> None:
    page = visit_page(reduced_motion="reduce")
    wait_until_exact(page)
    moving = page.evaluate(
        """() => [...document.querySelectorAll("*")].filter((element) => {
          const style = getComputedStyle(element);
          const longest = (list) => Math.max(...list.split(",").map(parseFloat));
          return longest(style.transitionDuration) > 0.001 || longest(style.animationDuration) > 0.001;
        }).map((element) => element.className)"""
    )
    assert moving == []
