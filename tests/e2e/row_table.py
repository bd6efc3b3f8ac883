"""The drawer of rows: how a person opens, sorts and scrolls it, and what stands in it."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect


def get_drawer(page: Page) -> Locator:
    return page.get_by_role("region", name="Matching rows")


def get_grid(page: Page) -> Locator:
    return get_drawer(page).get_by_role("grid")


def wait_for_rows(page: Page) -> None:
    """Until the rows on screen are those of the state on screen, all of them."""
    expect(page.locator(".dx-drawer[data-status=exact]")).to_be_visible()
    expect(page.locator(".dx-virtual-table-body [data-waiting]")).to_have_count(0)


def open_row_table(page: Page) -> None:
    page.get_by_role("button", name="Rows", exact=True).click()
    wait_for_rows(page)


def sort_by_column(page: Page, column: str, order: str) -> None:
    """Click the head of a column until it says this order."""
    head = get_grid(page).get_by_role("columnheader", name=column)
    while head.get_attribute("aria-sort") != order:
        head.get_by_role("button").click()
    wait_for_rows(page)


def read_visible_range(page: Page) -> tuple[int, int, int]:
    """The first and last row on screen, and how many there are, as the bar says."""
    wait_for_rows(page)
    numbers = re.findall(r"[\d,]+", get_drawer(page).get_by_role("heading").inner_text())
    first, last, total = (int(each.replace(",", "")) for each in numbers)
    return first, last, total


def read_column(page: Page, name: str) -> dict[int, str]:
    """The number of each row that is drawn, counted from 1, and what it says in a column."""
    wait_for_rows(page)
    return read_drawn_cells(page, name)


def read_drawn_cells(page: Page, name: str) -> dict[int, str]:
    """The same, whether it is up to date or not."""
    heads = get_grid(page).get_by_role("columnheader").all_inner_texts()
    lines = page.locator(".dx-virtual-table-body [role=row]").evaluate_all(
        "(rows, index) => rows.map(row => [Number(row.ariaRowIndex) - 1, row.children[index].textContent])",
        heads.index(name),
    )
    return dict(lines)
