"""A table of 200 columns: those that are seen are drawn, wherever hands and keys lead."""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow as pa
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.browser_support import Opener, Service, assert_accessible
from tests.e2e.explore_page import settled
from tests.e2e.growing_dataset import command
from tests.e2e.row_table import drawer, grid, open_rows, place, shown, sort

SHOTS = Path(__file__).parents[2] / "test-results"
COLUMNS = 200
ROWS = 500


@pytest.fixture(scope="module")
def wide(service: Service, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Each value tells its row and its column: 3,007 is in row 3 and column 7."""
    columns = {f"c{column}": [row * 1000 + column for row in range(ROWS)] for column in range(COLUMNS)}
    file = tmp_path_factory.mktemp("wide") / "wide.parquet"
    command(service, "import", pa.table(columns), file, "--name", "Wide")


@pytest.fixture
def page(wide: None, visit: Opener) -> Page:
    page = visit("/explore/wide")
    settled(page)
    open_rows(page)
    sort(page, "c0", "ascending")
    return page


def columns(row: Locator) -> list[int]:
    """The columns that a row has cells for."""
    return [int(each) for each in row.evaluate("row => [...row.children].map(cell => cell.ariaColIndex)")]


def heads(page: Page) -> Locator:
    return grid(page).locator(".dx-virtual-table-head [role=row]")


def assert_whole(page: Page) -> None:
    """Heads and lines have the same columns, every place in view has one, and each cell its own value."""
    shown(page)
    told = page.locator(".dx-virtual-table-body [role=row]").evaluate_all(
        """rows => rows.flatMap(row => [...row.children].map(cell =>
             [row.ariaRowIndex - 2, cell.ariaColIndex - 1, cell.textContent]))"""
    )
    drawn = columns(heads(page))
    assert len(drawn) < 30
    assert {column for _, column, _ in told} == {each - 1 for each in drawn}
    assert all(text == f"{row * 1000 + column:,}" for row, column, text in told)
    box = grid(page).bounding_box()
    assert box
    edges = [box["x"] + 20, box["x"] + box["width"] - 40]
    y = box["y"] + box["height"] / 2
    under = "([x, y]) => document.elementFromPoint(x, y).role"
    assert [page.evaluate(under, [x, y]) for x in edges] == ["gridcell", "gridcell"]


def assert_seen(page: Page, column: int) -> None:
    """The cell of the keys is in this column, below its head, and in view as a whole."""
    cursor = page.locator("#dx-cursor")
    expect(cursor).to_have_attribute("aria-colindex", str(column))
    cell, head = cursor.bounding_box(), heads(page).locator(f"[aria-colindex='{column}']").bounding_box()
    box = grid(page).bounding_box()
    assert cell
    assert head
    assert box
    assert (cell["x"], cell["width"]) == (head["x"], head["width"])
    assert box["x"] <= cell["x"]
    assert cell["x"] + cell["width"] <= box["x"] + box["width"]


def test_the_columns_that_are_seen_are_drawn(page: Page) -> None:
    expect(grid(page)).to_have_attribute("aria-colcount", str(COLUMNS))
    assert columns(heads(page))[0] == 1
    assert_whole(page)
    grid(page).hover()
    page.mouse.wheel(4000, 0)
    expect(heads(page).locator("[aria-colindex='1']")).to_have_count(0)
    assert_whole(page)
    page.mouse.wheel(0, 2800)
    expect(page).to_have_url(re.compile("at:100"))
    assert place(page)[0] == 101
    assert_whole(page)
    page.mouse.wheel(-9000, 0)
    expect(heads(page).locator("[aria-colindex='1']")).to_have_attribute("aria-sort", "ascending")
    assert_whole(page)


def test_keys_lead_to_columns_that_were_not_drawn(page: Page) -> None:
    grid(page).focus()
    page.keyboard.press("Control+Home")
    page.keyboard.press("End")
    assert_seen(page, COLUMNS)
    assert_whole(page)
    page.keyboard.press("Control+End")
    assert place(page)[1:] == (ROWS, ROWS)
    page.keyboard.press("Home")
    assert_seen(page, 1)
    for _ in range(30):
        page.keyboard.press("ArrowRight")
    assert_seen(page, 31)
    assert_whole(page)
    page.keyboard.press("Control+Home")
    assert_seen(page, 1)
    assert grid(page).evaluate("grid => grid.scrollLeft") == 0


def test_heads_are_reached_by_arrow_keys_and_tab_leads_out(page: Page) -> None:
    grid(page).focus()
    page.keyboard.press("Control+Home")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("End")
    head = heads(page).locator(f"[aria-colindex='{COLUMNS}']")
    expect(head).to_have_id("dx-cursor")
    expect(head).to_be_in_viewport(ratio=1)
    assert_accessible(page)
    page.keyboard.press("Enter")
    expect(head).to_have_attribute("aria-sort", "ascending")
    expect(head).to_be_in_viewport(ratio=1)
    assert_whole(page)
    page.keyboard.press("ArrowDown")
    assert_seen(page, COLUMNS)
    page.keyboard.press("Shift+Tab")
    expect(drawer(page).get_by_role("button", name="Close the rows")).to_be_focused()
    page.keyboard.press("Tab")
    expect(grid(page)).to_be_focused()
    page.keyboard.press("Tab")
    expect(drawer(page).locator(":focus")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_looks_of_wide_rows(wide: None, visit: Opener, scheme: str) -> None:
    """Nothing overflows sideways; the pictures are there to look at."""
    for name, width, height in (("wide", 1440, 900), ("wide-phone", 390, 844)):
        page = visit("/explore/wide", color_scheme=scheme, viewport={"width": width, "height": height})
        page.get_by_role("button", name="Dismiss the first steps").click()
        settled(page)
        open_rows(page)
        grid(page).evaluate("grid => { grid.scrollLeft = 3000; }")
        expect(heads(page).locator("[aria-colindex='1']")).to_have_count(0)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        SHOTS.mkdir(exist_ok=True)
        page.screenshot(path=SHOTS / f"rows-{name}-{scheme}.png")
