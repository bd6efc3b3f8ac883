"""The rows themselves, below the charts: DuckDB's, in its order, wherever a person scrolls."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Locator, Page, expect

from db.tables import Role
from tests.e2e.browser_support import PageOpener, UserPageOpener, assert_accessible
from tests.e2e.duckdb_oracle import DuckDBOracle, interval_to_sql, parse_url_filters
from tests.e2e.explore_page import count_rows, drag_over, get_plot_box, wait_until_exact
from tests.e2e.growing_dataset import GrowingDataset
from tests.e2e.live_session_pages import (
    expect_equal_row_counts,
    expect_live_bar,
    get_live_path,
    start_presenting,
)
from tests.e2e.row_table import (
    get_drawer,
    get_grid,
    open_row_table,
    read_column,
    read_drawn_cells,
    read_visible_range,
    sort_by_column,
    wait_for_rows,
)

SCREENSHOT_FOLDER = Path(__file__).parents[2] / "test-results"
DELAY_LABEL = "Delay (min)"
# Before the position on screen is recorded, a fifth of a second after scrolling has ended.
PRESS_KEYS_AT_ONCE = """(grid, keys) => keys.forEach(([key, ctrlKey]) =>
    grid.dispatchEvent(new KeyboardEvent("keydown", { key, ctrlKey, bubbles: true, cancelable: true })))"""
NO_ROWS_HASH = "#v=1&x=(d:flights,f:(delay:(type:interval,lo:90000)),t:())"


def assert_delays_equal_oracle(page: Page, oracle: DuckDBOracle, order: str, where: str = "true") -> None:
    """Every delay on screen is the one that DuckDB has at this place of the order."""
    delays = read_column(page, DELAY_LABEL)
    first, last = min(delays), max(delays)
    wanted = (
        oracle.rows.filter(where).order(f"delay {order} NULLS LAST").limit(last - first + 1, offset=first - 1)
    )
    told = [
        "–" if delay is None else f"{delay:,}".replace("-", "−")
        for (delay,) in wanted.select("delay").fetchall()
    ]
    assert [delays[index] for index in range(first, last + 1)] == told


def test_rows_are_sorted_and_follow_what_is_brushed(visit_page: PageOpener, oracle: DuckDBOracle) -> None:
    page = visit_page()
    wait_until_exact(page)
    open_row_table(page)
    assert read_visible_range(page)[::2] == (1, 3_000_000)
    sort_by_column(page, DELAY_LABEL, "ascending")
    assert_delays_equal_oracle(page, oracle, "ASC")
    sort_by_column(page, DELAY_LABEL, "descending")
    drag_over(page, "date", (0.3, 0.5), (0.6, 0.5))
    assert count_rows(page) < 3_000_000
    spring = interval_to_sql("epoch_ms(date)", parse_url_filters(page.url)["date"])
    assert read_visible_range(page)[2] == count_rows(page) == oracle.count_rows(spring)
    assert_delays_equal_oracle(page, oracle, "DESC", spring)
    page.get_by_role("button", name="Undo").click()
    expect(get_drawer(page).get_by_role("heading")).to_contain_text("of 3,000,000")
    assert_delays_equal_oracle(page, oracle, "DESC")


def test_a_place_in_the_rows_is_kept_and_steps_are_undone(
    visit_page: PageOpener, oracle: DuckDBOracle
) -> None:
    page = visit_page()
    wait_until_exact(page)
    open_row_table(page)
    sort_by_column(page, DELAY_LABEL, "descending")
    get_grid(page).evaluate("grid => { grid.scrollTop = 4e6; }")
    expect(page).to_have_url(re.compile(r"t:\(sort:delay,descending:!t,at:\d{7}\)"))
    assert_delays_equal_oracle(page, oracle, "DESC")
    first, *_ = read_visible_range(page)
    assert abs(first - 1_500_000) < 20_000
    page.reload()
    wait_until_exact(page)
    assert abs(read_visible_range(page)[0] - first) <= 1
    assert_delays_equal_oracle(page, oracle, "DESC")
    for _ in range(3):
        page.get_by_role("button", name="Undo").click()
    expect(get_drawer(page)).to_be_hidden()
    page.get_by_role("button", name="Redo").click()
    wait_for_rows(page)
    assert read_visible_range(page)[0] == 1


def test_the_rows_are_opened_as_they_were_left(visit_page: PageOpener, oracle: DuckDBOracle) -> None:
    page = visit_page()
    wait_until_exact(page)
    open_row_table(page)
    sort_by_column(page, DELAY_LABEL, "descending")
    get_grid(page).evaluate("grid => { grid.scrollTop = 200 * 28; }")
    expect(page).to_have_url(re.compile("at:200"))
    left = page.url
    page.keyboard.press("r")
    expect(get_drawer(page)).to_be_hidden()
    page.keyboard.press("r")
    expect(page).to_have_url(left)
    assert read_visible_range(page)[0] == 201
    assert_delays_equal_oracle(page, oracle, "DESC")
    page.keyboard.press("Control+z")
    expect(get_drawer(page)).to_be_hidden()
    drag_over(page, "date", (0.3, 0.5), (0.6, 0.5))
    wait_until_exact(page)
    page.keyboard.press("r")
    assert read_visible_range(page)[::2] == (1, count_rows(page))
    assert_delays_equal_oracle(
        page, oracle, "DESC", interval_to_sql("epoch_ms(date)", parse_url_filters(page.url)["date"])
    )


def test_a_saved_view_opens_with_its_rows(visit_page: PageOpener) -> None:
    page = visit_page()
    wait_until_exact(page)
    open_row_table(page)
    sort_by_column(page, "Distance (mi)", "ascending")
    get_grid(page).hover()
    page.mouse.wheel(0, 5600)
    expect(page).to_have_url(re.compile("at:200"))
    page.get_by_role("button", name="Saved views").click()
    page.get_by_label("Name", exact=True).fill("Short flights")
    page.get_by_role("button", name="Save as new view").click()
    page.wait_for_url("**/view/*")
    wait_until_exact(page)
    assert read_visible_range(page)[0] == 201
    head = get_grid(page).get_by_role("columnheader", name="Distance (mi)")
    expect(head).to_have_attribute("aria-sort", "ascending")


def test_undoing_an_order_returns_to_the_row_that_was_on_top(visit_page: PageOpener) -> None:
    page = visit_page()
    open_row_table(page)
    get_grid(page).focus()
    page.keyboard.press("Control+End")
    expect(page).to_have_url(re.compile("at:29999"))  # the position has been recorded
    get_grid(page).evaluate(PRESS_KEYS_AT_ONCE, [["Home", True], ["ArrowUp", False], ["Enter", False]])
    head = get_grid(page).get_by_role("columnheader").first
    expect(head).to_have_attribute("aria-sort", "ascending")
    wait_for_rows(page)
    page.keyboard.press("Control+z")
    expect(head).to_have_attribute("aria-sort", "none")
    assert read_visible_range(page)[0] == 1


def test_rows_by_keyboard_alone(visit_page: PageOpener, oracle: DuckDBOracle) -> None:
    page = visit_page()
    wait_until_exact(page)
    page.keyboard.press("r")
    wait_for_rows(page)
    expect(get_grid(page)).to_be_focused()
    cursor = page.locator("#dx-cursor")
    page.keyboard.press("Control+End")
    wait_for_rows(page)
    assert read_visible_range(page)[1:] == (3_000_000, 3_000_000)
    expect(get_grid(page)).to_have_attribute("aria-activedescendant", "dx-cursor")
    expect(cursor.locator("..")).to_have_attribute("aria-rowindex", "3000001")
    page.keyboard.press("PageUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Home")
    expect(cursor).to_have_attribute("aria-colindex", "1")
    page.keyboard.press("Control+Home")
    assert read_visible_range(page)[0] == 1
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(get_grid(page).get_by_role("columnheader").first).to_have_attribute("aria-sort", "ascending")
    assert "Jan 1, 2001" in read_column(page, "Date")[1]
    assert_accessible(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    page.keyboard.press("Control+End")
    wait_for_rows(page)
    page.keyboard.press("Control+z")
    expect(get_grid(page).get_by_role("columnheader").first).to_have_attribute("aria-sort", "none")
    assert read_visible_range(page)[0] == 1
    expect(cursor.locator("..")).to_have_attribute("aria-rowindex", "2")
    page.keyboard.press("ArrowDown")
    expect(cursor.locator("..")).to_have_attribute("aria-rowindex", "3")
    expect(cursor).to_have_attribute("aria-colindex", str(get_grid(page).get_attribute("aria-colcount")))
    page.keyboard.press("r")
    expect(get_drawer(page)).to_be_hidden()
    expect(page.get_by_role("button", name="Rows", exact=True)).to_be_focused()
    page.keyboard.press("r")
    expect(get_grid(page)).to_be_focused()
    page.keyboard.press("Control+z")
    expect(get_drawer(page)).to_be_hidden()
    expect(page.get_by_role("button", name="Rows", exact=True)).to_be_focused()
    page.keyboard.press("?")
    page.keyboard.press("r")
    expect(get_drawer(page)).to_be_hidden()
    page.keyboard.press("Escape")


def test_keyboard_continues_where_the_pointer_was(visit_page: PageOpener, oracle: DuckDBOracle) -> None:
    page = visit_page()
    wait_until_exact(page)
    open_row_table(page)
    get_grid(page).get_by_role("columnheader", name=DELAY_LABEL).get_by_role("button").click()
    expect(get_grid(page)).to_be_focused()
    expect(page.locator("#dx-cursor")).to_have_css("outline-style", "none")
    page.keyboard.press("Space")
    expect(page.locator("#dx-cursor")).to_have_css("outline-style", "solid")
    expect(get_grid(page).get_by_role("columnheader", name=DELAY_LABEL)).to_have_attribute(
        "aria-sort", "descending"
    )
    assert_delays_equal_oracle(page, oracle, "DESC")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#dx-cursor")).to_have_attribute("data-kind", "number")
    expect(page.locator("#dx-cursor").locator("..")).to_have_attribute("aria-rowindex", "2")


def test_headers_are_focusable_before_rows_arrive(visit_page: PageOpener) -> None:
    page = visit_page()
    wait_until_exact(page)
    page.route("**/rows?**", lambda _: None)
    page.keyboard.press("r")
    expect(get_grid(page)).to_be_focused()
    expect(page.locator("#dx-cursor")).to_have_role("gridcell")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#dx-cursor")).to_have_role("columnheader")
    page.keyboard.press("Enter")
    expect(page.locator("#dx-cursor")).to_have_attribute("aria-sort", "ascending")


def test_what_has_the_focus_is_seen_in_forced_colours(visit_page: PageOpener) -> None:
    page = visit_page(forced_colors="active")
    wait_until_exact(page)
    page.keyboard.press("r")
    wait_for_rows(page)
    expect(page.locator("#dx-cursor")).to_have_css("outline-style", "solid")
    edge = get_drawer(page).get_by_role("separator")
    edge.focus()
    expect(edge).to_have_css("outline-style", "solid")


def test_the_drawer_is_as_tall_as_somebody_made_it(visit_page: PageOpener) -> None:
    page = visit_page()
    wait_until_exact(page)
    open_row_table(page)
    edge = get_drawer(page).get_by_role("separator")
    edge.focus()
    page.keyboard.press("ArrowUp")
    expect(edge).to_have_attribute("aria-valuenow", "45")
    box = edge.bounding_box()
    assert box
    page.mouse.move(box["x"] + 300, box["y"] + 4)
    page.mouse.down()
    page.mouse.move(box["x"] + 300, box["y"] - 120, steps=5)
    page.mouse.up()
    page.mouse.down(button="right")
    page.mouse.move(box["x"] + 300, box["y"] + 60, steps=5)
    page.mouse.up(button="right")
    taller = edge.get_attribute("aria-valuenow") or ""
    assert int(taller) > 55
    page.reload()
    wait_for_rows(page)
    expect(edge).to_have_attribute("aria-valuenow", taller)


def test_the_edge_of_the_drawer_can_be_reached_on_a_small_phone(visit_page: PageOpener) -> None:
    late = "#v=1&x=(d:flights,f:(delay:(type:interval,lo:10)),t:())"
    page = visit_page(f"/explore/flights{late}", viewport={"width": 320, "height": 568})
    wait_until_exact(page)
    edge = get_drawer(page).get_by_role("separator")
    edge.press("End")
    expect(edge).to_have_attribute("aria-valuenow", "85")
    bar, top = page.locator(".dx-bar").bounding_box(), edge.bounding_box()
    assert bar
    assert top
    assert top["y"] > bar["y"] + bar["height"]


def get_vertical_span(part: Locator) -> tuple[float, float]:
    """From where to where down the page."""
    box = part.bounding_box()
    assert box
    return box["y"], box["y"] + box["height"]


@pytest.mark.parametrize(("width", "height"), [(390, 844), (320, 568)])
def test_onboarding_steps_are_fully_visible(visit_page: PageOpener, width: int, height: int) -> None:
    """However tall the drawer is; what it says of its rows is seen, too."""
    page = visit_page(viewport={"width": width, "height": height})
    wait_until_exact(page)
    open_row_table(page)
    hint = page.get_by_role("complementary", name="Getting started")
    for key in ("Home", "End") * 3:
        get_drawer(page).get_by_role("separator").press(key)
        (top, bottom), (first, last) = (
            get_vertical_span(hint),
            get_vertical_span(get_drawer(page).get_by_role("heading")),
        )
        assert get_vertical_span(page.locator(".dx-bar"))[1] <= top
        assert bottom <= get_vertical_span(page.locator(".dx-filter-bar"))[0]
        assert bottom <= first or last <= top
        if key == "End":
            hint.get_by_role("button", name=re.compile("Next|Done")).click()
    expect(hint).to_be_hidden()


def test_no_rows_pass_and_the_network_is_lost(visit_page: PageOpener, oracle: DuckDBOracle) -> None:
    page = visit_page(f"/explore/flights{NO_ROWS_HASH}")
    wait_until_exact(page)
    note = get_drawer(page).get_by_role("status")
    expect(note).to_contain_text("No rows match these filters.")
    assert_accessible(page)
    note.get_by_role("button", name="Clear filters").press("Enter")
    wait_until_exact(page)
    assert read_visible_range(page)[2] == 3_000_000
    expect(get_grid(page)).to_be_focused()
    page.context.set_offline(True)
    get_grid(page).get_by_role("columnheader", name=DELAY_LABEL).get_by_role("button").click()
    expect(note).to_contain_text("Can't reach the server.")
    page.context.set_offline(False)
    note.get_by_role("button", name="Try again").click()
    assert_delays_equal_oracle(page, oracle, "ASC")


def test_all_that_pass_are_downloaded_as_shown(
    visit_page: PageOpener, oracle: DuckDBOracle, tmp_path: Path
) -> None:
    page = visit_page()
    wait_until_exact(page)
    open_row_table(page)
    drag_over(page, "date", (0.5, 0.5), (0.55, 0.5))
    wait_until_exact(page)
    few = interval_to_sql("epoch_ms(date)", parse_url_filters(page.url)["date"])
    sort_by_column(page, DELAY_LABEL, "descending")
    with page.expect_download() as download:
        get_drawer(page).get_by_role("link", name="Download CSV").click()
    download.value.save_as(tmp_path / "rows.csv")
    delays = duckdb.read_csv(str(tmp_path / "rows.csv")).select("delay").fetchall()
    assert delays == oracle.rows.filter(few).order("delay DESC NULLS LAST").select("delay").fetchall()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_download_in_another_order_is_announced(visit_page: PageOpener, scheme: str) -> None:
    page = visit_page(color_scheme=scheme)
    wait_until_exact(page)
    open_row_table(page)
    about = page.get_by_text("The CSV is not sorted: more than 1,048,576 rows")
    expect(about).to_be_hidden()
    sort_by_column(page, DELAY_LABEL, "descending")
    for width in (1440, 900, 390):
        page.set_viewport_size({"width": width, "height": 844})
        expect(about).to_be_in_viewport(ratio=1)
        assert page.evaluate("document.querySelector('.dx-drawer-bar').scrollWidth") <= width
        assert_accessible(page)
    expect(get_drawer(page).get_by_role("link", name="Download CSV")).to_have_accessible_description(
        "The CSV is not sorted: more than 1,048,576 rows"
    )
    drag_over(page, "date", (0.5, 0.5), (0.55, 0.5))
    wait_until_exact(page)
    expect(about).to_be_hidden()


def test_a_brush_that_moves_leaves_the_rows_and_marks_them(visit_page: PageOpener) -> None:
    page = visit_page()
    wait_until_exact(page)
    open_row_table(page)
    before = read_column(page, DELAY_LABEL)
    box = get_plot_box(page, "date")
    x, y = box["x"], box["y"] + box["height"] / 2
    page.mouse.move(x + box["width"] * 0.3, y)
    page.mouse.down()
    page.mouse.move(x + box["width"] * 0.4, y, steps=6)
    expect(page.locator(".dx-drawer[data-status=moving]")).to_be_visible()
    assert read_drawn_cells(page, DELAY_LABEL) == before
    assert page.evaluate("document.querySelector('.dx-drawer').getAnimations({subtree: true}).length") == 0
    page.mouse.up()
    wait_for_rows(page)
    assert read_column(page, DELAY_LABEL) != before


def test_a_growing_window_does_not_count_as_scrolling(visit_page: PageOpener) -> None:
    page = visit_page()
    wait_until_exact(page)
    page.keyboard.press("r")
    wait_for_rows(page)
    page.keyboard.press("Control+End")
    expect(page).to_have_url(re.compile(r"at:\d{7}\)"))
    first, address = read_visible_range(page)[0], page.url
    page.set_viewport_size({"width": 1440, "height": 1200})
    expect(get_drawer(page).get_by_role("heading")).not_to_contain_text(f"Rows {first:,}")
    assert read_visible_range(page)[1] == 3_000_000
    page.wait_for_timeout(400)
    assert page.url == address


def test_settled_rows_do_not_interrupt_a_brush(visit_page: PageOpener) -> None:
    page = visit_page()
    wait_until_exact(page)
    open_row_table(page)
    box = get_plot_box(page, "date")
    x, y = box["x"], box["y"] + box["height"] / 2
    page.mouse.move(x + box["width"] * 0.3, y)
    page.mouse.down()
    page.mouse.move(x + box["width"] * 0.4, y, steps=6)
    filters_in_words = page.get_by_role("list", name="Filters")
    before = filters_in_words.inner_text()
    get_grid(page).evaluate("grid => { grid.scrollTop = 3000; }")
    page.wait_for_timeout(400)
    assert filters_in_words.inner_text() == before
    page.mouse.up()
    assert read_visible_range(page)[::2] == (1, count_rows(page))
    assert count_rows(page) < 3_000_000


def test_rows_arrive_below_those_on_screen(visit_page: PageOpener, growing_dataset: GrowingDataset) -> None:
    page = visit_page("/explore/growing")
    wait_until_exact(page)
    open_row_table(page)
    before = read_column(page, "Value")
    growing_dataset.append(3300, 3900)
    expect(get_drawer(page).get_by_role("heading")).to_contain_text("of 3,900")
    assert read_column(page, "Value") == before
    page.get_by_role("button", name="Pause").click()
    growing_dataset.append(3900, 4000)
    expect(page.locator(".dx-as-of-words")).to_have_text("Paused · 100 new rows")
    get_grid(page).focus()
    page.keyboard.press("Control+End")
    assert read_visible_range(page)[1:] == (3900, 3900)


def test_no_row_on_screen_goes_while_others_arrive(
    visit_page: PageOpener, growing_dataset: GrowingDataset
) -> None:
    page = visit_page("/explore/growing")
    wait_until_exact(page)
    open_row_table(page)
    get_grid(page).evaluate("grid => { grid.scrollTop = 195 * 28; }")
    expect(page).to_have_url(re.compile("at:195"))
    wait_for_rows(page)
    page.evaluate("""() => {
      window.gone = 0;
      const goes = ({ target }) => target.dataset.waiting !== undefined;
      const watch = (changes) => { window.gone += changes.filter(goes).length; };
      const options = { subtree: true, attributeFilter: ["data-waiting"] };
      new MutationObserver(watch).observe(document.querySelector(".dx-virtual-table-body"), options);
    }""")
    growing_dataset.append(3300, 3900)
    expect(get_drawer(page).get_by_role("heading")).to_contain_text("of 3,900")
    wait_for_rows(page)
    assert page.evaluate("window.gone") == 0


def test_a_place_behind_the_last_row(visit_page: PageOpener) -> None:
    late = "f:(delay:(type:interval,lo:1000)),t:(at:2000000,descending:!t,sort:delay)"
    page = visit_page(f"/explore/flights#v=1&x=(d:flights,{late})")
    wait_until_exact(page)
    _, last, total = read_visible_range(page)
    assert last == total == count_rows(page)
    assert "2001" in read_column(page, "Date")[total]


def test_rows_that_arrive_are_asked_for_again_after_a_failure(
    visit_page: PageOpener, growing_dataset: GrowingDataset
) -> None:
    page = visit_page("/explore/growing")
    wait_until_exact(page)
    open_row_table(page)
    page.route("**/rows?*", lambda route: route.abort("connectionrefused"))
    growing_dataset.append(3300, 3900)
    expect(get_drawer(page).get_by_role("status")).to_contain_text("Can't reach the server.")
    page.unroute("**/rows?*")
    growing_dataset.append(3900, 4000)
    expect(get_drawer(page).get_by_role("heading")).to_contain_text("of 4,000")
    wait_for_rows(page)


def test_followers_see_the_rows_that_are_presented(
    visit_page: PageOpener, visit_page_as: UserPageOpener
) -> None:
    stage = start_presenting(visit_page("/explore/flights"))
    page = visit_page_as("rosa", Role.ANALYST, get_live_path(stage))
    expect_live_bar(page, "Following admin")
    open_row_table(stage)
    sort_by_column(stage, DELAY_LABEL, "descending")
    get_grid(stage).evaluate("grid => { grid.scrollTop = 2e6; }")
    expect(stage).to_have_url(re.compile(r"at:\d{6}\)"))
    first, *_ = read_visible_range(stage)
    expect(get_drawer(page).get_by_role("heading")).to_contain_text(f"Rows {first:,}")
    expect_live_bar(page, "Following admin")
    assert read_column(page, DELAY_LABEL).items() & read_column(stage, DELAY_LABEL).items()
    get_grid(page).hover()
    page.mouse.wheel(0, 600)
    expect_live_bar(page, "Exploring on your own. admin is still presenting.")
    drag_over(stage, "date", (0.3, 0.5), (0.6, 0.5))
    wait_until_exact(stage)
    page.keyboard.press("f")
    expect_live_bar(page, "Following admin")
    assert read_visible_range(page)[::2] == (1, expect_equal_row_counts(stage, page))
    stage.keyboard.press("r")
    expect(get_drawer(page)).to_be_hidden()


@pytest.mark.parametrize(
    ("name", "width"), [("light", 1440), ("dark", 1440), ("phone", 390), ("phone-dark", 390)]
)
def test_looks_of_rows(visit_page: PageOpener, name: str, width: int) -> None:
    """Nothing overflows sideways; the pictures are there to look at."""
    scheme = "dark" if name.endswith("dark") else "light"
    page = visit_page(color_scheme=scheme, viewport={"width": width, "height": 844 if width < 500 else 900})
    page.get_by_role("complementary", name="Getting started").get_by_role("button", name="Dismiss").click()
    wait_until_exact(page)
    drag_over(page, "delay", (0.3, 0.5), (0.6, 0.5))
    wait_until_exact(page)
    open_row_table(page)
    sort_by_column(page, DELAY_LABEL, "descending")
    page.evaluate("scrollTo(0, 0)")
    page.mouse.move(1, 1)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    SCREENSHOT_FOLDER.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOT_FOLDER / f"rows-{name}.png")
