"""The drawer of rows: how a person opens, sorts and scrolls it, and what stands in it."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect


def drawer(page: Page) -> Locator:
    return page.get_by_role("region", name="Rows that pass")


def grid(page: Page) -> Locator:
    return drawer(page).get_by_role("grid")


def shown(page: Page) -> None:
    """Until the rows on screen are those of the state on screen, all of them."""
    expect(page.locator(".dx-drawer[data-status=exact]")).to_be_visible()
    expect(page.locator(".dx-virtual-table-body [data-waiting]")).to_have_count(0)


def open_rows(page: Page) -> None:
    page.get_by_role("button", name="Rows", exact=True).click()
    shown(page)


def sort(page: Page, column: str, order: str) -> None:
    """Click the head of a column until it says this order."""
    head = grid(page).get_by_role("columnheader", name=column)
    while head.get_attribute("aria-sort") != order:
        head.get_by_role("button").click()
    shown(page)


def place(page: Page) -> tuple[int, int, int]:
    """The first and last row on screen, and how many there are, as the bar says."""
    shown(page)
    numbers = re.findall(r"[\d,]+", drawer(page).get_by_role("heading").inner_text())
    first, last, total = (int(each.replace(",", "")) for each in numbers)
    return first, last, total


def column(page: Page, name: str) -> dict[int, str]:
    """The number of each row that is drawn, counted from 1, and what it says in a column."""
    shown(page)
    return drawn(page, name)


def drawn(page: Page, name: str) -> dict[int, str]:
    """The same, whether it is up to date or not."""
    heads = grid(page).get_by_role("columnheader").all_inner_texts()
    lines = page.locator(".dx-virtual-table-body [role=row]").evaluate_all(
        "(rows, index) => rows.map(row => [Number(row.ariaRowIndex) - 1, row.children[index].textContent])",
        heads.index(name),
    )
    return dict(lines)
