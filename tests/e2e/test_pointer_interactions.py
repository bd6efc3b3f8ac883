"""What hands do by the way: double clicks, wheels, menus that stay open."""

from __future__ import annotations

from playwright.sync_api import Page, Route, expect

from tests.e2e.browser_support import PageOpener
from tests.e2e.explore_page import count_rows, drag_over, get_card, get_plot_box, wait_until_exact

WAIT_FOR_SCROLL = (
    "new Promise(done => (function look() { scrollY ? done(1) : requestAnimationFrame(look) })())"
)


def point_at_view(page: Page, view: str) -> None:
    box = get_plot_box(page, view)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def double_click_view(page: Page, view: str) -> None:
    box = get_plot_box(page, view)
    page.mouse.dblclick(box["x"] + box["width"] * 0.4, box["y"] + box["height"] / 2)


def test_a_double_click_leaves_at_most_the_clear(visit_page: PageOpener) -> None:
    page = visit_page()
    wait_until_exact(page)
    undo = page.get_by_role("button", name="Undo")
    double_click_view(page, "delay")
    expect(undo).to_be_disabled()
    assert count_rows(page) == 3_000_000
    drag_over(page, "delay", (0.3, 0.5), (0.5, 0.5))
    passing = count_rows(page)
    double_click_view(page, "delay")
    expect(page.locator(".dx-chip")).to_have_count(0)
    undo.click()
    expect(page.locator(".dx-chip")).to_have_count(1)
    assert count_rows(page) == passing
    undo.click()
    expect(undo).to_be_disabled()


def test_the_wheel_scrolls_past_a_chart_and_says_how_it_zooms(visit_page: PageOpener) -> None:
    page = visit_page()
    wait_until_exact(page)
    point_at_view(page, "delay")
    page.mouse.wheel(0, 120)
    expect(get_card(page, "delay").locator("[data-wheel]")).to_have_count(1)
    assert page.evaluate(WAIT_FOR_SCROLL)
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    point_at_view(page, "delay")
    page.keyboard.down("Control")
    page.mouse.wheel(0, -240)
    page.keyboard.up("Control")
    expect(page.get_by_role("button", name="Undo")).to_be_enabled()


def test_a_double_click_on_a_header_renames(visit_page: PageOpener) -> None:
    page = visit_page()
    wait_until_exact(page)
    get_card(page, "date").get_by_role("heading").dblclick()
    page.keyboard.type("Before summer")
    page.keyboard.press("Enter")
    expect(get_card(page, "date").get_by_role("heading")).to_have_text("Before summer")


def test_many_filters_leave_the_charts_where_they_are(visit_page: PageOpener) -> None:
    page = visit_page(viewport={"width": 1024, "height": 768})
    wait_until_exact(page)
    before = page.locator(".dx-cards").bounding_box()
    kept = "(type:interval,lo:0)"
    days = "(type:members,values:!(Mon,Tue,Wed,Thu,Fri))"
    page.goto(f"{page.url.split('#')[0]}#v=1&x=(f:(delay:{kept},distance:{kept},hour:{kept},weekday:{days}))")
    expect(page.locator(".dx-chip")).to_have_count(4)
    wait_until_exact(page)
    assert page.locator(".dx-cards").bounding_box() == before


def test_a_menu_follows_what_it_changes(visit_page: PageOpener) -> None:
    page = visit_page()
    wait_until_exact(page)
    get_card(page, "date").get_by_role("button", name="Options for").click()
    menu = page.locator("#dx-menu-date")
    menu.get_by_label("Bins").select_option("Week")
    wait_until_exact(page)
    expect(menu.get_by_label("Bins").locator("option:checked")).to_have_text("Week")
    menu.get_by_label("Measure").select_option("Mean")
    expect(menu.get_by_label("Measured column").locator("option:checked")).to_have_text("Delay (min)")


def test_the_same_link_opens_again_after_brushing(visit_page: PageOpener) -> None:
    link = "#v=1&x=(f:(hour:(type:interval,lo:6,hi:9)))"
    page = visit_page("/explore/flights" + link)
    morning = count_rows(page)
    drag_over(page, "delay", (0.3, 0.5), (0.5, 0.5))
    assert count_rows(page) < morning
    page.evaluate("hash => { location.hash = hash }", link)
    expect(page.locator(".dx-chip")).to_have_count(1)
    assert count_rows(page) == morning


def test_a_long_first_load_is_announced(visit_page: PageOpener) -> None:
    page = visit_page()
    wait_until_exact(page)
    held: list[Route] = []

    def hold_first_request(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route("**/cubes?*", hold_first_request)
    page.reload()
    expect(page.get_by_text("Loading 3,000,000 rows")).to_be_visible()
    held[0].continue_()
    wait_until_exact(page)
    expect(page.get_by_text("Loading 3,000,000 rows")).to_have_count(0)
