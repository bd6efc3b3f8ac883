"""A table of 200 columns: those that are seen are drawn, wherever hands and keys lead."""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow as pa
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.browser_support import PageOpener, RunningService, assert_accessible
from tests.e2e.explore_page import wait_until_exact
from tests.e2e.growing_dataset import run_dataset_command
from tests.e2e.row_table import (
    get_drawer,
    get_grid,
    open_row_table,
    read_visible_range,
    sort_by_column,
    wait_for_rows,
)

SCREENSHOT_FOLDER = Path(__file__).parents[2] / "test-results"
COLUMNS = 200
ROWS = 500


@pytest.fixture(scope="module")
def wide_dataset(service: RunningService, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Each value tells its row and its column: 3,007 is in row 3 and column 7."""
    columns = {f"c{column}": [row * 1000 + column for row in range(ROWS)] for column in range(COLUMNS)}
    file = tmp_path_factory.mktemp("wide") / "wide.parquet"
    run_dataset_command(service, "import", pa.table(columns), file, "--name", "Wide")


@pytest.fixture
def page(wide_dataset: None, visit_page: PageOpener) -> Page:
    page = visit_page("/explore/wide")
    wait_until_exact(page)
    open_row_table(page)
    sort_by_column(page, "c0", "ascending")
    return page


def list_drawn_columns(row: Locator) -> list[int]:
    """The columns that a row has cells for."""
    return [int(each) for each in row.evaluate("row => [...row.children].map(cell => cell.ariaColIndex)")]


def get_header_row(page: Page) -> Locator:
    return get_grid(page).locator(".dx-virtual-table-head [role=row]")


def assert_drawn_cells_match(page: Page) -> None:
    """Heads and lines have the same columns, every place in view has one, and each cell its own value."""
    wait_for_rows(page)
    told = page.locator(".dx-virtual-table-body [role=row]").evaluate_all(
        """rows => rows.flatMap(row => [...row.children].map(cell =>
             [row.ariaRowIndex - 2, cell.ariaColIndex - 1, cell.textContent]))"""
    )
    drawn = list_drawn_columns(get_header_row(page))
    assert len(drawn) < 30
    assert {column for _, column, _ in told} == {each - 1 for each in drawn}
    assert all(text == f"{row * 1000 + column:,}" for row, column, text in told)
    box = get_grid(page).bounding_box()
    assert box
    edges = [box["x"] + 20, box["x"] + box["width"] - 40]
    y = box["y"] + box["height"] / 2
    under = "([x, y]) => document.elementFromPoint(x, y).role"
    assert [page.evaluate(under, [x, y]) for x in edges] == ["gridcell", "gridcell"]


def assert_cell_in_view(page: Page, column: int) -> None:
    """The cell of the keys is in this column, below its head, and in view as a whole."""
    cursor = page.locator("#dx-cursor")
    expect(cursor).to_have_attribute("aria-colindex", str(column))
    cell, head = (
        cursor.bounding_box(),
        get_header_row(page).locator(f"[aria-colindex='{column}']").bounding_box(),
    )
    box = get_grid(page).bounding_box()
    assert cell
    assert head
    assert box
    assert (cell["x"], cell["width"]) == (head["x"], head["width"])
    assert box["x"] <= cell["x"]
    assert cell["x"] + cell["width"] <= box["x"] + box["width"]


def test_the_columns_that_are_seen_are_drawn(page: Page) -> None:
    expect(get_grid(page)).to_have_attribute("aria-colcount", str(COLUMNS))
    assert list_drawn_columns(get_header_row(page))[0] == 1
    assert_drawn_cells_match(page)
    get_grid(page).hover()
    page.mouse.wheel(4000, 0)
    expect(get_header_row(page).locator("[aria-colindex='1']")).to_have_count(0)
    assert_drawn_cells_match(page)
    page.mouse.wheel(0, 2800)
    expect(page).to_have_url(re.compile("at:100"))
    assert read_visible_range(page)[0] == 101
    assert_drawn_cells_match(page)
    page.mouse.wheel(-9000, 0)
    expect(get_header_row(page).locator("[aria-colindex='1']")).to_have_attribute("aria-sort", "ascending")
    assert_drawn_cells_match(page)


def test_keys_lead_to_columns_that_were_not_drawn(page: Page) -> None:
    get_grid(page).focus()
    page.keyboard.press("Control+Home")
    page.keyboard.press("End")
    assert_cell_in_view(page, COLUMNS)
    assert_drawn_cells_match(page)
    page.keyboard.press("Control+End")
    assert read_visible_range(page)[1:] == (ROWS, ROWS)
    page.keyboard.press("Home")
    assert_cell_in_view(page, 1)
    for _ in range(30):
        page.keyboard.press("ArrowRight")
    assert_cell_in_view(page, 31)
    assert_drawn_cells_match(page)
    page.keyboard.press("Control+Home")
    assert_cell_in_view(page, 1)
    assert get_grid(page).evaluate("grid => grid.scrollLeft") == 0


def test_headers_are_reached_by_arrow_keys_and_tab_leads_out(page: Page) -> None:
    get_grid(page).focus()
    page.keyboard.press("Control+Home")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("End")
    head = get_header_row(page).locator(f"[aria-colindex='{COLUMNS}']")
    expect(head).to_have_id("dx-cursor")
    expect(head).to_be_in_viewport(ratio=1)
    assert_accessible(page)
    page.keyboard.press("Enter")
    expect(head).to_have_attribute("aria-sort", "ascending")
    expect(head).to_be_in_viewport(ratio=1)
    assert_drawn_cells_match(page)
    page.keyboard.press("ArrowDown")
    assert_cell_in_view(page, COLUMNS)
    page.keyboard.press("Shift+Tab")
    expect(get_drawer(page).get_by_role("button", name="Close rows")).to_be_focused()
    page.keyboard.press("Tab")
    expect(get_grid(page)).to_be_focused()
    page.keyboard.press("Tab")
    expect(get_drawer(page).locator(":focus")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_looks_of_wide_rows(wide_dataset: None, visit_page: PageOpener, scheme: str) -> None:
    """Nothing overflows sideways; the pictures are there to look at."""
    for name, width, height in (("wide", 1440, 900), ("wide-phone", 390, 844)):
        page = visit_page("/explore/wide", color_scheme=scheme, viewport={"width": width, "height": height})
        page.get_by_role("complementary", name="Getting started").get_by_role(
            "button", name="Dismiss"
        ).click()
        wait_until_exact(page)
        open_row_table(page)
        get_grid(page).evaluate("grid => { grid.scrollLeft = 3000; }")
        expect(get_header_row(page).locator("[aria-colindex='1']")).to_have_count(0)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        SCREENSHOT_FOLDER.mkdir(exist_ok=True)
        page.screenshot(path=SCREENSHOT_FOLDER / f"rows-{name}-{scheme}.png")
