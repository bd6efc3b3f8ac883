"""The columns of the table of rows: how wide they are, which are hidden, and cells that are copied."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.e2e.browser_support import PageOpener
from tests.e2e.explore_page import wait_until_exact
from tests.e2e.row_table import get_drawer, get_grid, open_row_table, wait_for_rows


def list_heads(page: Page) -> list[str]:
    return get_grid(page).get_by_role("columnheader").all_inner_texts()


def read_width(page: Page, column: str) -> float:
    box = get_grid(page).get_by_role("columnheader", name=column).bounding_box()
    assert box
    return box["width"]


def read_clipboard(page: Page) -> str:
    return str(page.evaluate("navigator.clipboard.readText()"))


def resize_first_column(page: Page) -> None:
    """By pointer, by key, and back to its values."""
    fitted = read_width(page, "Date")
    edge = get_grid(page).locator(".dx-column-edge").first
    box = edge.bounding_box()
    assert box
    page.mouse.move(box["x"] + 4, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 104, box["y"] + 10, steps=4)
    page.mouse.up()
    assert read_width(page, "Date") == fitted + 100
    get_grid(page).focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowLeft")
    assert read_width(page, "Date") == fitted + 84
    page.reload()
    wait_for_rows(page)
    assert read_width(page, "Date") == fitted + 84
    get_grid(page).locator(".dx-column-edge").first.dblclick()
    assert read_width(page, "Date") < fitted + 84


def hide_weekday(page: Page, heads: list[str]) -> None:
    """By its head; another column by the menu, which is undone."""
    get_grid(page).get_by_role("columnheader", name="Weekday").click(button="right")
    page.get_by_role("button", name="Hide Weekday").click()
    expect(get_grid(page).get_by_role("columnheader", name="Weekday")).to_have_count(0)
    assert list_heads(page) == [head for head in heads if head != "Weekday"]
    columns = get_drawer(page).get_by_role("button", name="Columns (1 hidden)")
    page.reload()
    wait_for_rows(page)
    columns.click()
    page.get_by_role("checkbox", name="Origin", exact=True).uncheck()
    page.keyboard.press("Escape")
    expect(get_drawer(page).get_by_role("button", name="Columns (2 hidden)")).to_be_visible()
    page.keyboard.press("Control+z")
    expect(columns).to_be_visible()


def copy_cells(page: Page, width: int) -> None:
    """Some cells, then a row."""
    get_grid(page).focus()
    page.keyboard.press("Control+Home")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    expect(get_grid(page).locator("[aria-selected=true]")).to_have_count(4)
    page.keyboard.press("Control+c")
    expect(page.get_by_text("Copied 2 rows of 2 columns.")).to_be_visible()
    lines = [line.split("\t") for line in read_clipboard(page).split("\n")]
    assert [len(line) for line in lines] == [2, 2]
    assert re.fullmatch(r"2001-[-0-9]+T[:0-9]+Z", lines[0][0])
    page.keyboard.press("Shift+Space")
    page.keyboard.press("Control+c")
    assert len(read_clipboard(page).split("\t")) == width


def test_columns_are_resized_hidden_and_copied(visit_page: PageOpener) -> None:
    page = visit_page(permissions=["clipboard-read"])
    wait_until_exact(page)
    open_row_table(page)
    heads = list_heads(page)
    assert heads[0] == "Date"
    resize_first_column(page)
    hide_weekday(page, heads)
    copy_cells(page, len(heads) - 1)
    download = get_drawer(page).get_by_role("link", name="Download CSV").get_attribute("href")
    assert "hidden" not in str(download)
