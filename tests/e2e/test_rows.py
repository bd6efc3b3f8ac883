"""The rows themselves, below the charts: DuckDB's, in its order, wherever a person scrolls."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Locator, Page, expect

from config import Settings
from datasets import catalogue
from db.tables import Role
from tests.conftest import using
from tests.e2e.browser_support import Arrive, Opener, Service, assert_accessible
from tests.e2e.duckdb_oracle import Truth, between, filters
from tests.e2e.explore_page import drag, plot, rows, settled
from tests.e2e.growing_dataset import Growing
from tests.e2e.live_session_pages import bar, path_of, present, same_rows
from tests.e2e.row_table import column, drawer, drawn, grid, open_rows, place, shown, sort

SHOTS = Path(__file__).parents[2] / "test-results"
DELAY = "Delay (min)"
NONE = "#v=1&x=(d:flights,f:(delay:(type:interval,lo:90000)),t:())"


@pytest.fixture(scope="module")
def truth(service: Service) -> Truth:
    with using(Settings(data=service.data)):
        return Truth(catalogue.store("flights", catalogue.open("flights").version))


def assert_delays(page: Page, truth: Truth, order: str, where: str = "true") -> None:
    """Every delay on screen is the one that DuckDB has at this place of the order."""
    delays = column(page, DELAY)
    first, last = min(delays), max(delays)
    wanted = (
        truth.rows.filter(where).order(f"delay {order} NULLS LAST").limit(last - first + 1, offset=first - 1)
    )
    told = [
        "–" if delay is None else f"{delay:,}".replace("-", "−")
        for (delay,) in wanted.select("delay").fetchall()
    ]
    assert [delays[index] for index in range(first, last + 1)] == told


def test_rows_are_sorted_and_follow_what_is_brushed(visit: Opener, truth: Truth) -> None:
    page = visit()
    settled(page)
    open_rows(page)
    assert place(page)[::2] == (1, 3_000_000)
    sort(page, DELAY, "ascending")
    assert_delays(page, truth, "ASC")
    sort(page, DELAY, "descending")
    drag(page, "date", (0.3, 0.5), (0.6, 0.5))
    assert rows(page) < 3_000_000
    spring = between("epoch_ms(date)", filters(page.url)["date"])
    assert place(page)[2] == rows(page) == truth.count(spring)
    assert_delays(page, truth, "DESC", spring)
    page.get_by_role("button", name="Undo").click()
    expect(drawer(page).get_by_role("heading")).to_contain_text("of 3,000,000")
    assert_delays(page, truth, "DESC")


def test_a_place_in_the_rows_is_kept_and_steps_are_undone(visit: Opener, truth: Truth) -> None:
    page = visit()
    settled(page)
    open_rows(page)
    sort(page, DELAY, "descending")
    grid(page).evaluate("grid => { grid.scrollTop = 4e6; }")
    expect(page).to_have_url(re.compile(r"t:\(sort:delay,descending:!t,at:\d{7}\)"))
    assert_delays(page, truth, "DESC")
    first, *_ = place(page)
    assert abs(first - 1_500_000) < 20_000
    page.reload()
    settled(page)
    assert abs(place(page)[0] - first) <= 1
    assert_delays(page, truth, "DESC")
    for _ in range(3):
        page.get_by_role("button", name="Undo").click()
    expect(drawer(page)).to_be_hidden()
    page.get_by_role("button", name="Redo").click()
    shown(page)
    assert place(page)[0] == 1


def test_the_rows_are_opened_as_they_were_left(visit: Opener, truth: Truth) -> None:
    page = visit()
    settled(page)
    open_rows(page)
    sort(page, DELAY, "descending")
    grid(page).evaluate("grid => { grid.scrollTop = 200 * 28; }")
    expect(page).to_have_url(re.compile("at:200"))
    left = page.url
    page.keyboard.press("r")
    expect(drawer(page)).to_be_hidden()
    page.keyboard.press("r")
    expect(page).to_have_url(left)
    assert place(page)[0] == 201
    assert_delays(page, truth, "DESC")
    page.keyboard.press("Control+z")
    expect(drawer(page)).to_be_hidden()
    drag(page, "date", (0.3, 0.5), (0.6, 0.5))
    settled(page)
    page.keyboard.press("r")
    assert place(page)[::2] == (1, rows(page))
    assert_delays(page, truth, "DESC", between("epoch_ms(date)", filters(page.url)["date"]))


def test_a_saved_view_opens_with_its_rows(visit: Opener) -> None:
    page = visit()
    settled(page)
    open_rows(page)
    sort(page, "Distance (mi)", "ascending")
    grid(page).hover()
    page.mouse.wheel(0, 5600)
    expect(page).to_have_url(re.compile("at:200"))
    page.get_by_role("button", name="Saved views").click()
    page.get_by_label("Name", exact=True).fill("Short flights")
    page.get_by_role("button", name="Save as new").click()
    page.wait_for_url("**/view/*")
    settled(page)
    assert place(page)[0] == 201
    head = grid(page).get_by_role("columnheader", name="Distance (mi)")
    expect(head).to_have_attribute("aria-sort", "ascending")


def test_by_keys_alone(visit: Opener, truth: Truth) -> None:
    page = visit()
    settled(page)
    page.keyboard.press("r")
    shown(page)
    expect(grid(page)).to_be_focused()
    cursor = page.locator("#dx-cursor")
    page.keyboard.press("Control+End")
    shown(page)
    assert place(page)[1:] == (3_000_000, 3_000_000)
    expect(grid(page)).to_have_attribute("aria-activedescendant", "dx-cursor")
    expect(cursor.locator("..")).to_have_attribute("aria-rowindex", "3000001")
    page.keyboard.press("PageUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Home")
    expect(cursor).to_have_attribute("aria-colindex", "1")
    page.keyboard.press("Control+Home")
    assert place(page)[0] == 1
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(grid(page).get_by_role("columnheader").first).to_have_attribute("aria-sort", "ascending")
    assert "Jan 1, 2001" in column(page, "Date")[1]
    assert_accessible(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    page.keyboard.press("Control+End")
    shown(page)
    page.keyboard.press("Control+z")
    expect(grid(page).get_by_role("columnheader").first).to_have_attribute("aria-sort", "none")
    assert place(page)[0] == 1
    expect(cursor.locator("..")).to_have_attribute("aria-rowindex", "2")
    page.keyboard.press("ArrowDown")
    expect(cursor.locator("..")).to_have_attribute("aria-rowindex", "3")
    expect(cursor).to_have_attribute("aria-colindex", str(grid(page).get_attribute("aria-colcount")))
    page.keyboard.press("r")
    expect(drawer(page)).to_be_hidden()
    expect(page.get_by_role("button", name="Rows", exact=True)).to_be_focused()
    page.keyboard.press("r")
    expect(grid(page)).to_be_focused()
    page.keyboard.press("Control+z")
    expect(drawer(page)).to_be_hidden()
    expect(page.get_by_role("button", name="Rows", exact=True)).to_be_focused()
    page.keyboard.press("?")
    page.keyboard.press("r")
    expect(drawer(page)).to_be_hidden()
    page.keyboard.press("Escape")


def test_the_keys_go_on_where_a_hand_was(visit: Opener, truth: Truth) -> None:
    page = visit()
    settled(page)
    open_rows(page)
    grid(page).get_by_role("columnheader", name=DELAY).get_by_role("button").click()
    expect(grid(page)).to_be_focused()
    expect(page.locator("#dx-cursor")).to_have_css("outline-style", "none")
    page.keyboard.press("Space")
    expect(page.locator("#dx-cursor")).to_have_css("outline-style", "solid")
    expect(grid(page).get_by_role("columnheader", name=DELAY)).to_have_attribute("aria-sort", "descending")
    assert_delays(page, truth, "DESC")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#dx-cursor")).to_have_attribute("data-kind", "number")
    expect(page.locator("#dx-cursor").locator("..")).to_have_attribute("aria-rowindex", "2")


def test_heads_are_reached_before_any_row_has_come(visit: Opener) -> None:
    page = visit()
    settled(page)
    page.route("**/rows?**", lambda _: None)
    page.keyboard.press("r")
    expect(grid(page)).to_be_focused()
    expect(page.locator("#dx-cursor")).to_have_role("gridcell")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#dx-cursor")).to_have_role("columnheader")
    page.keyboard.press("Enter")
    expect(page.locator("#dx-cursor")).to_have_attribute("aria-sort", "ascending")


def test_what_has_the_focus_is_seen_in_forced_colours(visit: Opener) -> None:
    page = visit(forced_colors="active")
    settled(page)
    page.keyboard.press("r")
    shown(page)
    expect(page.locator("#dx-cursor")).to_have_css("outline-style", "solid")
    edge = drawer(page).get_by_role("separator")
    edge.focus()
    expect(edge).to_have_css("outline-style", "solid")


def test_the_drawer_is_as_tall_as_somebody_made_it(visit: Opener) -> None:
    page = visit()
    settled(page)
    open_rows(page)
    edge = drawer(page).get_by_role("separator")
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
    shown(page)
    expect(edge).to_have_attribute("aria-valuenow", taller)


def test_the_edge_of_the_drawer_can_be_reached_on_a_small_phone(visit: Opener) -> None:
    late = "#v=1&x=(d:flights,f:(delay:(type:interval,lo:10)),t:())"
    page = visit(f"/explore/flights{late}", viewport={"width": 320, "height": 568})
    settled(page)
    edge = drawer(page).get_by_role("separator")
    edge.press("End")
    expect(edge).to_have_attribute("aria-valuenow", "85")
    bar, top = page.locator(".dx-bar").bounding_box(), edge.bounding_box()
    assert bar
    assert top
    assert top["y"] > bar["y"] + bar["height"]


def span(part: Locator) -> tuple[float, float]:
    """From where to where down the page."""
    box = part.bounding_box()
    assert box
    return box["y"], box["y"] + box["height"]


@pytest.mark.parametrize(("width", "height"), [(390, 844), (320, 568)])
def test_the_first_steps_are_seen_whole(visit: Opener, width: int, height: int) -> None:
    """However tall the drawer is; what it says of its rows is seen, too."""
    page = visit(viewport={"width": width, "height": height})
    settled(page)
    open_rows(page)
    hint = page.get_by_role("complementary", name="First steps")
    for key in ("Home", "End") * 3:
        drawer(page).get_by_role("separator").press(key)
        (top, bottom), (first, last) = span(hint), span(drawer(page).get_by_role("heading"))
        assert span(page.locator(".dx-bar"))[1] <= top
        assert bottom <= span(page.locator(".dx-filter-bar"))[0]
        assert bottom <= first or last <= top
        if key == "End":
            hint.get_by_role("button", name=re.compile("Next|Done")).click()
    expect(hint).to_be_hidden()


def test_none_pass_and_a_network_that_is_away(visit: Opener, truth: Truth) -> None:
    page = visit(f"/explore/flights{NONE}")
    settled(page)
    note = drawer(page).get_by_role("status")
    expect(note).to_contain_text("No rows pass these filters.")
    assert_accessible(page)
    note.get_by_role("button", name="Clear all").press("Enter")
    settled(page)
    assert place(page)[2] == 3_000_000
    expect(grid(page)).to_be_focused()
    page.context.set_offline(True)
    grid(page).get_by_role("columnheader", name=DELAY).get_by_role("button").click()
    expect(note).to_contain_text("The server cannot be reached.")
    page.context.set_offline(False)
    note.get_by_role("button", name="Try again").click()
    assert_delays(page, truth, "ASC")


def test_all_that_pass_are_downloaded_as_shown(visit: Opener, truth: Truth, tmp_path: Path) -> None:
    page = visit()
    settled(page)
    open_rows(page)
    drag(page, "date", (0.5, 0.5), (0.55, 0.5))
    settled(page)
    few = between("epoch_ms(date)", filters(page.url)["date"])
    sort(page, DELAY, "descending")
    with page.expect_download() as download:
        drawer(page).get_by_role("link", name="Download CSV").click()
    download.value.save_as(tmp_path / "rows.csv")
    delays = duckdb.read_csv(str(tmp_path / "rows.csv")).select("delay").fetchall()
    assert delays == truth.rows.filter(few).order("delay DESC NULLS LAST").select("delay").fetchall()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_file_that_is_not_sorted_as_shown_is_told(visit: Opener, scheme: str) -> None:
    page = visit(color_scheme=scheme)
    settled(page)
    open_rows(page)
    about = page.get_by_text("CSV as stored: more than 1,048,576 rows are not sorted")
    expect(about).to_be_hidden()
    sort(page, DELAY, "descending")
    for width in (1440, 900, 390):
        page.set_viewport_size({"width": width, "height": 844})
        expect(about).to_be_in_viewport(ratio=1)
        assert page.evaluate("document.querySelector('.dx-drawer-bar').scrollWidth") <= width
        assert_accessible(page)
    expect(drawer(page).get_by_role("link", name="Download CSV")).to_have_accessible_description(
        "CSV as stored: more than 1,048,576 rows are not sorted"
    )
    drag(page, "date", (0.5, 0.5), (0.55, 0.5))
    settled(page)
    expect(about).to_be_hidden()


def test_a_brush_that_moves_leaves_the_rows_and_marks_them(visit: Opener) -> None:
    page = visit()
    settled(page)
    open_rows(page)
    before = column(page, DELAY)
    box = plot(page, "date")
    x, y = box["x"], box["y"] + box["height"] / 2
    page.mouse.move(x + box["width"] * 0.3, y)
    page.mouse.down()
    page.mouse.move(x + box["width"] * 0.4, y, steps=6)
    expect(page.locator(".dx-drawer[data-status=moving]")).to_be_visible()
    assert drawn(page, DELAY) == before
    assert page.evaluate("document.querySelector('.dx-drawer').getAnimations({subtree: true}).length") == 0
    page.mouse.up()
    shown(page)
    assert column(page, DELAY) != before


def test_a_window_that_grows_is_no_hand_that_scrolls(visit: Opener) -> None:
    page = visit()
    settled(page)
    page.keyboard.press("r")
    shown(page)
    page.keyboard.press("Control+End")
    expect(page).to_have_url(re.compile(r"at:\d{7}\)"))
    first, address = place(page)[0], page.url
    page.set_viewport_size({"width": 1440, "height": 1200})
    expect(drawer(page).get_by_role("heading")).not_to_contain_text(f"Rows {first:,}")
    assert place(page)[1] == 3_000_000
    page.wait_for_timeout(400)
    assert page.url == address


def test_rows_that_come_to_rest_leave_the_brush_in_the_hand(visit: Opener) -> None:
    page = visit()
    settled(page)
    open_rows(page)
    box = plot(page, "date")
    x, y = box["x"], box["y"] + box["height"] / 2
    page.mouse.move(x + box["width"] * 0.3, y)
    page.mouse.down()
    page.mouse.move(x + box["width"] * 0.4, y, steps=6)
    filters_in_words = page.get_by_role("list", name="Filters")
    before = filters_in_words.inner_text()
    grid(page).evaluate("grid => { grid.scrollTop = 3000; }")
    page.wait_for_timeout(400)
    assert filters_in_words.inner_text() == before
    page.mouse.up()
    assert place(page)[::2] == (1, rows(page))
    assert rows(page) < 3_000_000


def test_rows_arrive_below_those_on_screen(visit: Opener, growing: Growing) -> None:
    page = visit("/explore/growing")
    settled(page)
    open_rows(page)
    before = column(page, "Value")
    growing.append(3300, 3900)
    expect(drawer(page).get_by_role("heading")).to_contain_text("of 3,900")
    assert column(page, "Value") == before
    page.get_by_role("button", name="Pause").click()
    growing.append(3900, 4000)
    expect(page.locator(".dx-as-of-words")).to_have_text("paused, +100 rows waiting")
    grid(page).focus()
    page.keyboard.press("Control+End")
    assert place(page)[1:] == (3900, 3900)


def test_no_row_on_screen_goes_while_others_arrive(visit: Opener, growing: Growing) -> None:
    page = visit("/explore/growing")
    settled(page)
    open_rows(page)
    grid(page).evaluate("grid => { grid.scrollTop = 195 * 28; }")
    expect(page).to_have_url(re.compile("at:195"))
    shown(page)
    page.evaluate("""() => {
      window.gone = 0;
      const goes = ({ target }) => target.dataset.waiting !== undefined;
      const watch = (changes) => { window.gone += changes.filter(goes).length; };
      const options = { subtree: true, attributeFilter: ["data-waiting"] };
      new MutationObserver(watch).observe(document.querySelector(".dx-virtual-table-body"), options);
    }""")
    growing.append(3300, 3900)
    expect(drawer(page).get_by_role("heading")).to_contain_text("of 3,900")
    shown(page)
    assert page.evaluate("window.gone") == 0


def test_a_place_behind_the_last_row(visit: Opener) -> None:
    late = "f:(delay:(type:interval,lo:1000)),t:(at:2000000,descending:!t,sort:delay)"
    page = visit(f"/explore/flights#v=1&x=(d:flights,{late})")
    settled(page)
    _, last, total = place(page)
    assert last == total == rows(page)
    assert "2001" in column(page, "Date")[total]


def test_rows_that_arrive_are_asked_for_again_after_a_failure(visit: Opener, growing: Growing) -> None:
    page = visit("/explore/growing")
    settled(page)
    open_rows(page)
    page.route("**/rows?*", lambda route: route.abort("connectionrefused"))
    growing.append(3300, 3900)
    expect(drawer(page).get_by_role("status")).to_contain_text("The server cannot be reached.")
    page.unroute("**/rows?*")
    growing.append(3900, 4000)
    expect(drawer(page).get_by_role("heading")).to_contain_text("of 4,000")
    shown(page)


def test_followers_see_the_rows_that_are_presented(visit: Opener, arrive: Arrive) -> None:
    stage = present(visit("/explore/flights"))
    page = arrive("rosa", Role.ANALYST, path_of(stage))
    bar(page, "Following admin")
    open_rows(stage)
    sort(stage, DELAY, "descending")
    grid(stage).evaluate("grid => { grid.scrollTop = 2e6; }")
    expect(stage).to_have_url(re.compile(r"at:\d{6}\)"))
    first, *_ = place(stage)
    expect(drawer(page).get_by_role("heading")).to_contain_text(f"Rows {first:,}")
    bar(page, "Following admin")
    assert column(page, DELAY).items() & column(stage, DELAY).items()
    grid(page).hover()
    page.mouse.wheel(0, 600)
    bar(page, "Exploring alone; admin goes on presenting")
    drag(stage, "date", (0.3, 0.5), (0.6, 0.5))
    settled(stage)
    page.keyboard.press("f")
    bar(page, "Following admin")
    assert place(page)[::2] == (1, same_rows(stage, page))
    stage.keyboard.press("r")
    expect(drawer(page)).to_be_hidden()


@pytest.mark.parametrize(
    ("name", "width"), [("light", 1440), ("dark", 1440), ("phone", 390), ("phone-dark", 390)]
)
def test_looks_of_rows(visit: Opener, name: str, width: int) -> None:
    """Nothing overflows sideways; the pictures are there to look at."""
    scheme = "dark" if name.endswith("dark") else "light"
    page = visit(color_scheme=scheme, viewport={"width": width, "height": 844 if width < 500 else 900})
    page.get_by_role("button", name="Dismiss the first steps").click()
    settled(page)
    drag(page, "delay", (0.3, 0.5), (0.6, 0.5))
    settled(page)
    open_rows(page)
    sort(page, DELAY, "descending")
    page.evaluate("scrollTo(0, 0)")
    page.mouse.move(1, 1)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"rows-{name}.png")
