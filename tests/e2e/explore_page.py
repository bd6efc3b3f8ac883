"""How a person uses the Explore page: hands, eyes, and the tables they may ask for."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

VIEW_IDS = ("rows", "mean-delay", "date", "delay", "map", "distance", "hour", "weekday", "origin")


def get_card(page: Page, view: str) -> Locator:
    return page.locator(f"[data-view={view}]")


def wait_until_exact(page: Page) -> None:
    """Until every chart and the count show the state on screen exactly."""
    expect(page.locator(".dx-filter-bar[data-status=exact]")).to_be_visible()
    expect(page.locator(".dx-card:not([data-status=exact])")).to_have_count(0)


def count_rows(page: Page) -> int:
    """The count in the strip."""
    wait_until_exact(page)
    return int(re.sub(r"\D", "", page.locator(".dx-count").inner_text()))


def get_plot_box(page: Page, view: str) -> dict[str, float]:
    chart = get_card(page, view).locator(".dx-card-chart")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box
    return dict(box)


def drag_over(
    page: Page, view: str, start: tuple[float, float], end: tuple[float, float], steps: int = 24
) -> None:
    """Drag the real mouse over a chart, between two points given as parts of its width and height."""
    box = get_plot_box(page, view)
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (start, end)]
    page.mouse.move(*points[0])
    page.mouse.down()
    page.mouse.move(*points[1], steps=steps)
    page.mouse.up()


def read_view_table(page: Page, view: str) -> list[list[str]]:
    """What "Show as table" shows of a view."""
    get_card(page, view).get_by_role("button", name="Options for").click()
    page.locator(f"#dx-menu-{view}").get_by_text("Show as table").click()
    dialog = page.locator("dialog[open]")
    heads = dialog.locator("thead th").all_inner_texts()
    cells = dialog.locator("tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(cell => cell.innerText))"
    )
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)
    return [row[: len(heads) - heads.count("Share")] for row in cells]


def read_filtered_counts(page: Page, view: str) -> dict[tuple[str, ...], str]:
    """label(s) of each bin -> the number of the rows that pass the other views' filters."""
    return {tuple(row[:-2]): row[-2] for row in read_view_table(page, view)}
