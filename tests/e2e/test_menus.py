"""Every menu closes by Esc and by a click elsewhere, gives the focus back, and stays in the window."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from db.tables import Role
from tests.e2e.browser_support import PageOpener, UserPageOpener
from tests.e2e.explore_page import wait_until_exact
from tests.e2e.live_session_pages import end_session, start_presenting

PHONE = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}
LOW = {"viewport": {"width": 800, "height": 320}}
IS_OUTSIDE = """menu => {
    const { left, top, right, bottom } = menu.getBoundingClientRect();
    return left < 0 || top < 0 || right > innerWidth || bottom > innerHeight;
}"""


def check_menu(page: Page, button: Locator, menu: Locator) -> None:
    """Open a menu twice, and close it in both ways."""
    for close in (lambda: page.keyboard.press("Escape"), lambda: page.mouse.click(3, 3)):
        button.click()
        expect(menu).to_be_visible()
        assert not menu.evaluate(IS_OUTSIDE)
        close()
        expect(menu).to_be_hidden()
        expect(button).to_be_focused()


@pytest.mark.parametrize("options", [{}, PHONE, LOW], ids=["desktop", "phone", "low"])
def test_the_menus_of_a_page_close_and_stay_in_the_window(visit_page: PageOpener, options: object) -> None:
    page = visit_page("/explore/flights", **options)
    wait_until_exact(page)
    check_menu(page, page.get_by_label("Account of admin"), page.locator(".dx-account-menu"))
    for button in page.get_by_label("Options for").all():
        check_menu(page, button, page.locator(".dx-menu:popover-open"))


def test_handing_over_is_offered_for_whom_the_role_allows_it(
    visit_page: PageOpener, visit_page_as: UserPageOpener
) -> None:
    presenter_page = start_presenting(visit_page("/explore/flights"))
    path = presenter_page.url.partition("#")[0]
    visit_page_as("nina", Role.ANALYST, path[path.index("/live/") :])
    visit_page_as("olaf", Role.PRESENTER, path[path.index("/live/") :])
    count = presenter_page.get_by_role("button", name="2 followers: show participants")
    count.click()
    people = presenter_page.locator(".dx-roster li")
    expect(people.filter(has_text="olaf").get_by_role("button", name="Make presenter")).to_be_visible()
    expect(people.filter(has_text="nina").get_by_role("button")).to_have_count(0)
    presenter_page.keyboard.press("Escape")
    check_menu(presenter_page, count, presenter_page.locator("#dx-roster"))
    end_session(presenter_page)
