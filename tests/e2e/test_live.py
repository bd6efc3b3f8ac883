"""Presenting in browsers: two and three people on one live session, each with a page of their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from datasets import catalogue, shares
from datasets.shares import ShareTerms
from db.tables import Resource, Role
from tests.e2e.browser_support import PageOpener, UserPageOpener, assert_accessible
from tests.e2e.conftest import TIMEOUT_MS
from tests.e2e.duckdb_oracle import DuckDBOracle, parse_url_filters
from tests.e2e.explore_page import count_rows, drag_over, get_card, get_plot_box, wait_until_exact
from tests.e2e.live_session_pages import (
    end_session,
    expect_equal_row_counts,
    expect_live_bar,
    get_live_path,
    start_presenting,
    wait_for_equal_counts,
)
from tests.e2e.row_table import get_drawer, get_grid, open_row_table, read_column, sort_by_column


@pytest.fixture
def presenter_page(visit_page: PageOpener) -> Page:
    """The page of the admin, who has begun to present."""
    return start_presenting(visit_page("/explore/flights"))


def test_followers_see_the_brush_move_explore_alone_and_return(
    presenter_page: Page, visit_page_as: UserPageOpener
) -> None:
    page = visit_page_as("finn", Role.ANALYST, get_live_path(presenter_page))
    expect_live_bar(page, "Following admin")
    expect(presenter_page.get_by_role("button", name="1 follower: show participants")).to_be_visible()
    box = get_plot_box(presenter_page, "distance")
    x, y = box["x"], box["y"] + box["height"] / 2
    presenter_page.mouse.move(x + box["width"] * 0.2, y)
    presenter_page.mouse.down()
    for part in (0.3, 0.4, 0.5):
        presenter_page.mouse.move(x + box["width"] * part, y, steps=6)
        wait_for_equal_counts(presenter_page, page)
    expect(page.locator(".dx-remote-pointer span")).to_be_visible()
    presenter_page.mouse.up()
    assert expect_equal_row_counts(presenter_page, page) < 3_000_000
    drag_over(page, "delay", (0.3, 0.5), (0.5, 0.5))
    expect_live_bar(page, "Exploring on your own. admin is still presenting.")
    assert count_rows(page) != count_rows(presenter_page)
    presenter_page.keyboard.press("Control+z")
    wait_until_exact(presenter_page)
    page.keyboard.press("f")
    expect_live_bar(page, "Following admin")
    expect_equal_row_counts(presenter_page, page)


def test_who_comes_late_or_comes_back_has_the_state_at_once(
    presenter_page: Page, visit_page_as: UserPageOpener
) -> None:
    drag_over(presenter_page, "hour", (0.3, 0.5), (0.6, 0.5))
    count = count_rows(presenter_page)
    phone = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark", "has_touch": True}
    page = visit_page_as("gwen", Role.VIEWER, get_live_path(presenter_page), **phone)
    expect_live_bar(page, "Following admin")
    expect_equal_row_counts(presenter_page, page)
    page.reload()
    expect_live_bar(page, "Following admin")
    presenter_page.reload()
    expect_live_bar(presenter_page, "You are presenting.")
    assert expect_equal_row_counts(presenter_page, page) == count
    drag_over(presenter_page, "hour", (0.2, 0.5), (0.4, 0.5))
    assert expect_equal_row_counts(presenter_page, page) != count


@pytest.fixture
def californian(service_database: None) -> Iterator[str]:
    """Somebody who, as everyone but admins, sees flights from California only, and no delays."""
    id_ = catalogue.find_version("flights", None)[0].id or 0
    conditions = [{"column": "state", "filter": {"type": "members", "values": ["CA"]}}]
    shares.grant_as_system(
        Resource.DATASET, id_, shares.EVERYONE, ShareTerms(conditions=conditions, masked=("delay",))
    )
    yield "kira"
    shares.grant_as_system(Resource.DATASET, id_, shares.EVERYONE, ShareTerms())


def test_a_follower_with_fewer_rights_sees_their_own_numbers_and_the_page_says_so(
    californian: str, presenter_page: Page, visit_page_as: UserPageOpener
) -> None:
    truth = DuckDBOracle(catalogue.open_store("flights", catalogue.get_description("flights").version))
    page = visit_page_as(californian, Role.VIEWER, get_live_path(presenter_page))
    heard: list[str] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: heard.append(str(frame))))
    page.reload()
    expect_live_bar(page, "Following admin")
    assert count_rows(page) == truth.count_rows("state = 'CA'")
    drag_over(presenter_page, "delay", (0.3, 0.5), (0.5, 0.5))
    drag_over(presenter_page, "hour", (0.3, 0.5), (0.6, 0.5))
    wait_until_exact(presenter_page)
    expect_live_bar(page, "Numbers include only the rows you have access to.")
    chosen = parse_url_filters(presenter_page.url)["hour"]
    expected = truth.count_rows("state = 'CA'", f"hour >= {chosen['lo']}", f"hour < {chosen['hi']}")
    expect(page.locator(".dx-count")).to_have_text(f"{expected:,}")
    expect(get_card(page, "delay")).to_have_count(0)
    assert "hour" in "".join(heard)
    assert "delay" not in "".join(heard)


def test_whom_it_is_shared_with_follows_and_nobody_else(
    presenter_page: Page, visit_page_as: UserPageOpener
) -> None:
    path = get_live_path(presenter_page)
    presenter_page.get_by_role("button", name="Invite").click()
    dialog = presenter_page.get_by_role("dialog")
    expect(dialog.get_by_label("Access level")).to_be_hidden()
    dialog.get_by_role("button", name="Remove").click()
    presenter_page.get_by_role("button", name="Stop sharing").click()
    expect(dialog.get_by_text("Not shared yet")).to_be_visible()
    assert_accessible(presenter_page)
    page = visit_page_as("ines", Role.VIEWER, path)
    expect(page.get_by_text("This live session doesn't exist")).to_be_visible()
    dialog.get_by_label("Person or group").fill("ines")
    dialog.get_by_role("button", name="Share", exact=True).click()
    expect(dialog.get_by_text("ines can view")).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    page.reload()
    expect_live_bar(page, "Following admin")


def test_a_guest_follows_by_a_link_until_it_ends(presenter_page: Page, visit_page: PageOpener) -> None:
    presenter_page.get_by_role("button", name="Invite").click()
    dialog = presenter_page.get_by_role("dialog")
    dialog.get_by_label("Label").fill("The board")
    dialog.get_by_role("button", name="Create link").click()
    link = dialog.get_by_role("link", name="The board").get_attribute("href")
    assert link
    assert_accessible(presenter_page)
    dialog.get_by_role("button", name="Close").click()
    guest = visit_page(link, signed_in=False)
    guest.wait_for_url("**/live/*")
    expect_live_bar(guest, "Following admin")
    drag_over(presenter_page, "hour", (0.3, 0.5), (0.6, 0.5))
    expect_equal_row_counts(presenter_page, guest)
    expect(guest.get_by_role("button", name="Invite")).to_be_hidden()
    presenter_page.get_by_role("button", name="1 follower: show participants").click()
    expect(presenter_page.get_by_text("Guest of admin")).to_be_visible()
    presenter_page.keyboard.press("Escape")
    end_session(presenter_page)
    expect(guest.get_by_text("The presentation has ended.")).to_be_visible()
    expect(guest.get_by_role("button", name="Watch recording")).to_have_count(0)


def test_a_lost_network_is_shown_and_recovered_from(
    presenter_page: Page, visit_page_as: UserPageOpener
) -> None:
    page = visit_page_as("hugo", Role.ANALYST, get_live_path(presenter_page))
    expect_live_bar(page, "Following admin")
    page.context.set_offline(True)
    expect(page.locator(".dx-live-bar:not([data-status=live])")).to_be_visible()
    drag_over(presenter_page, "hour", (0.3, 0.5), (0.6, 0.5))
    count = count_rows(presenter_page)
    page.context.set_offline(False)
    expect_live_bar(page, "Following admin")
    expect(page.locator(".dx-count")).to_have_text(f"{count:,}")


def test_what_a_presenter_does_offline_is_shown_once_the_network_is_back(
    presenter_page: Page, visit_page_as: UserPageOpener
) -> None:
    page = visit_page_as("kim", Role.ANALYST, get_live_path(presenter_page))
    expect_live_bar(page, "Following admin")
    presenter_page.context.set_offline(True)
    drag_over(presenter_page, "hour", (0.3, 0.5), (0.6, 0.5))
    expect(presenter_page.get_by_text("Can't reach the server.")).to_be_visible()
    presenter_page.context.set_offline(False)
    expect(presenter_page.get_by_text("Can't reach the server.")).to_have_count(0)
    expect_equal_row_counts(presenter_page, page)


def test_presenting_is_handed_over_taken_back_and_ended_for_all(
    presenter_page: Page, visit_page_as: UserPageOpener
) -> None:
    page = visit_page_as("iris", Role.PRESENTER, get_live_path(presenter_page))
    third = visit_page_as("jack", Role.VIEWER, get_live_path(presenter_page))
    expect_live_bar(page, "Following admin")
    expect_live_bar(third, "Following admin")
    page.get_by_role("button", name="Ask to present").click()
    presenter_page.get_by_text("iris wants to present.").wait_for()
    presenter_page.get_by_role("button", name="Make presenter").click()
    expect_live_bar(page, "You are presenting.")
    expect_live_bar(presenter_page, "Following iris")
    expect_live_bar(third, "Following iris")
    drag_over(page, "weekday", (0.3, 0.2), (0.6, 0.2))
    expect_equal_row_counts(page, presenter_page, third)
    drag_over(third, "distance", (0.2, 0.5), (0.4, 0.5))
    third.get_by_role("button", name="Suggest my view").click()
    page.get_by_text("jack suggests their view.").wait_for()
    page.get_by_role("button", name="Show view").click()
    assert expect_equal_row_counts(third, page, presenter_page)
    presenter_page.get_by_role("button", name="Take over").click()
    expect_live_bar(presenter_page, "You are presenting.")
    expect_live_bar(page, "Following admin")
    end_session(presenter_page)
    for each in (presenter_page, page, third):
        expect(each.get_by_text("The presentation has ended.")).to_be_visible()


def test_what_was_presented_is_watched_again(presenter_page: Page, visit_page_as: UserPageOpener) -> None:
    everything = count_rows(presenter_page)
    drag_over(presenter_page, "hour", (0.3, 0.5), (0.6, 0.5))
    brushed = count_rows(presenter_page)
    open_row_table(presenter_page)
    sort_by_column(presenter_page, "Distance", "descending")
    longest = read_column(presenter_page, "Distance (mi)")[1]
    end_session(presenter_page)
    presenter_page.get_by_role("button", name="Watch recording").click()
    expect(presenter_page.get_by_label("Replay")).to_be_visible()
    expect(get_drawer(presenter_page)).to_be_hidden()
    expect(presenter_page.locator(".dx-replay-marks i").nth(1)).to_be_attached(timeout=TIMEOUT_MS)
    assert count_rows(presenter_page) == everything
    presenter_page.get_by_role("button", name="Invite").click()
    dialog = presenter_page.get_by_role("dialog", name="Invite people to watch")
    expect(dialog.get_by_text("Everyone signed in can view")).to_be_visible()
    expect(dialog.get_by_text("Guest links")).to_have_count(0)
    dialog.get_by_role("button", name="Close").click()
    presenter_page.get_by_label("Playback speed").select_option("8")
    presenter_page.get_by_role("button", name="Play").click()
    expect(presenter_page.locator(".dx-count")).to_have_text(f"{brushed:,}")
    expect(get_grid(presenter_page).locator("[aria-sort=descending]")).to_contain_text("Distance")
    assert read_column(presenter_page, "Distance (mi)")[1] == longest
    presenter_page.get_by_role("button", name="Explore from here").click()
    presenter_page.wait_for_url("**/explore/flights#**")
    assert count_rows(presenter_page) == brushed
