"""Presenting in browsers: two and three people on one live session, each with a page of their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from datasets import catalogue, shares
from datasets.shares import Terms
from db.tables import Resource, Role
from tests.e2e.browser_support import Arrive, Opener, assert_accessible
from tests.e2e.conftest import PATIENCE
from tests.e2e.duckdb_oracle import Truth, filters
from tests.e2e.explore_page import card, drag, plot, rows, settled
from tests.e2e.live_session_pages import agree, bar, path_of, present, same_rows
from tests.e2e.row_table import column, drawer, grid, open_rows, sort


@pytest.fixture
def stage(visit: Opener) -> Page:
    """The page of the admin, who has begun to present."""
    return present(visit("/explore/flights"))


def test_followers_see_the_brush_move_explore_alone_and_return(stage: Page, arrive: Arrive) -> None:
    page = arrive("finn", Role.ANALYST, path_of(stage))
    bar(page, "Following admin")
    expect(stage.get_by_role("button", name="1 follower: who is here")).to_be_visible()
    box = plot(stage, "distance")
    x, y = box["x"], box["y"] + box["height"] / 2
    stage.mouse.move(x + box["width"] * 0.2, y)
    stage.mouse.down()
    for part in (0.3, 0.4, 0.5):
        stage.mouse.move(x + box["width"] * part, y, steps=6)
        agree(stage, page)
    expect(page.locator(".dx-remote-pointer span")).to_be_visible()
    stage.mouse.up()
    assert same_rows(stage, page) < 3_000_000
    drag(page, "delay", (0.3, 0.5), (0.5, 0.5))
    bar(page, "Exploring alone; admin goes on presenting")
    assert rows(page) != rows(stage)
    stage.keyboard.press("Control+z")
    settled(stage)
    page.keyboard.press("f")
    bar(page, "Following admin")
    same_rows(stage, page)


def test_who_comes_late_or_comes_back_has_the_state_at_once(stage: Page, arrive: Arrive) -> None:
    drag(stage, "hour", (0.3, 0.5), (0.6, 0.5))
    count = rows(stage)
    phone = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark", "has_touch": True}
    page = arrive("gwen", Role.VIEWER, path_of(stage), **phone)
    bar(page, "Following admin")
    same_rows(stage, page)
    page.reload()
    bar(page, "Following admin")
    stage.reload()
    bar(stage, "You are presenting.")
    assert same_rows(stage, page) == count
    drag(stage, "hour", (0.2, 0.5), (0.4, 0.5))
    assert same_rows(stage, page) != count


@pytest.fixture
def californian(database: None) -> Iterator[str]:
    """Somebody who, as everyone but admins, sees flights from California only, and no delays."""
    id_ = catalogue.find("flights", None)[0].id or 0
    conditions = [{"column": "state", "filter": {"type": "members", "values": ["CA"]}}]
    shares.put(Resource.DATASET, id_, shares.EVERYONE, Terms(conditions=conditions, masked=("delay",)))
    yield "kira"
    shares.put(Resource.DATASET, id_, shares.EVERYONE, Terms())


def test_a_follower_with_fewer_rights_sees_their_own_numbers_and_the_page_says_so(
    californian: str, stage: Page, arrive: Arrive
) -> None:
    truth = Truth(catalogue.store("flights", catalogue.open("flights").version))
    page = arrive(californian, Role.VIEWER, path_of(stage))
    heard: list[str] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: heard.append(str(frame))))
    page.reload()
    bar(page, "Following admin")
    assert rows(page) == truth.count("state = 'CA'")
    drag(stage, "delay", (0.3, 0.5), (0.5, 0.5))
    drag(stage, "hour", (0.3, 0.5), (0.6, 0.5))
    settled(stage)
    bar(page, "Your numbers are of the rows you may see.")
    chosen = filters(stage.url)["hour"]
    expected = truth.count("state = 'CA'", f"hour >= {chosen['lo']}", f"hour < {chosen['hi']}")
    expect(page.locator(".dx-count")).to_have_text(f"{expected:,}")
    expect(card(page, "delay")).to_have_count(0)
    assert "hour" in "".join(heard)
    assert "delay" not in "".join(heard)


def test_whom_it_is_shared_with_follows_and_nobody_else(stage: Page, arrive: Arrive) -> None:
    path = path_of(stage)
    stage.get_by_role("button", name="Invite").click()
    dialog = stage.get_by_role("dialog")
    expect(dialog.get_by_label("Level")).to_be_hidden()
    dialog.get_by_role("button", name="Take away").click()
    expect(dialog.get_by_text("Shared with nobody")).to_be_visible()
    assert_accessible(stage)
    page = arrive("ines", Role.VIEWER, path)
    expect(page.get_by_text("There is no such live session here.")).to_be_visible()
    dialog.get_by_label("Person or group").fill("ines")
    dialog.get_by_role("button", name="Share", exact=True).click()
    expect(dialog.get_by_text("ines may view")).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    page.reload()
    bar(page, "Following admin")


def test_a_guest_follows_by_a_link_until_it_ends(stage: Page, visit: Opener) -> None:
    stage.get_by_role("button", name="Invite").click()
    dialog = stage.get_by_role("dialog")
    dialog.get_by_label("What the link is for").fill("The board")
    dialog.get_by_role("button", name="Create link").click()
    link = dialog.get_by_role("link", name="The board").get_attribute("href")
    assert link
    assert_accessible(stage)
    dialog.get_by_role("button", name="Close").click()
    guest = visit(link, signed_in=False)
    guest.wait_for_url("**/live/*")
    bar(guest, "Following admin")
    drag(stage, "hour", (0.3, 0.5), (0.6, 0.5))
    same_rows(stage, guest)
    expect(guest.get_by_role("button", name="Invite")).to_be_hidden()
    stage.get_by_role("button", name="1 follower: who is here").click()
    expect(stage.get_by_text("Guest of admin")).to_be_visible()
    stage.keyboard.press("Escape")
    stage.get_by_role("button", name="End", exact=True).click()
    expect(guest.get_by_text("The presentation has ended.")).to_be_visible()
    expect(guest.get_by_role("button", name="Watch again")).to_have_count(0)


def test_a_lost_network_is_told_and_made_up_for(stage: Page, arrive: Arrive) -> None:
    page = arrive("hugo", Role.ANALYST, path_of(stage))
    bar(page, "Following admin")
    page.context.set_offline(True)
    expect(page.locator(".dx-live-bar:not([data-status=live])")).to_be_visible()
    drag(stage, "hour", (0.3, 0.5), (0.6, 0.5))
    count = rows(stage)
    page.context.set_offline(False)
    bar(page, "Following admin")
    expect(page.locator(".dx-count")).to_have_text(f"{count:,}")


def test_presenting_is_handed_over_taken_back_and_ended_for_all(stage: Page, arrive: Arrive) -> None:
    page = arrive("iris", Role.PRESENTER, path_of(stage))
    third = arrive("jack", Role.VIEWER, path_of(stage))
    bar(page, "Following admin")
    bar(third, "Following admin")
    page.get_by_role("button", name="Ask to present").click()
    stage.get_by_text("iris asks to present.").wait_for()
    stage.get_by_role("button", name="Hand over").click()
    bar(page, "You are presenting.")
    bar(stage, "Following iris")
    bar(third, "Following iris")
    drag(page, "weekday", (0.3, 0.2), (0.6, 0.2))
    same_rows(page, stage, third)
    drag(third, "distance", (0.2, 0.5), (0.4, 0.5))
    third.get_by_role("button", name="Offer my view").click()
    page.get_by_text("jack offers what they see.").wait_for()
    page.get_by_role("button", name="Show it").click()
    assert same_rows(third, page, stage)
    stage.get_by_role("button", name="Take over").click()
    bar(stage, "You are presenting.")
    bar(page, "Following admin")
    stage.get_by_role("button", name="End", exact=True).click()
    for each in (stage, page, third):
        expect(each.get_by_text("The presentation has ended.")).to_be_visible()


def test_what_was_presented_is_watched_again(stage: Page, arrive: Arrive) -> None:
    everything = rows(stage)
    drag(stage, "hour", (0.3, 0.5), (0.6, 0.5))
    brushed = rows(stage)
    open_rows(stage)
    sort(stage, "Distance", "descending")
    longest = column(stage, "Distance (mi)")[1]
    stage.get_by_role("button", name="End", exact=True).click()
    stage.get_by_role("button", name="Watch again").click()
    expect(stage.get_by_label("Replay")).to_be_visible()
    expect(drawer(stage)).to_be_hidden()
    expect(stage.locator(".dx-replay-marks i").nth(1)).to_be_attached(timeout=PATIENCE)
    assert rows(stage) == everything
    stage.get_by_role("button", name="Invite").click()
    dialog = stage.get_by_role("dialog", name="Invite people to watch")
    expect(dialog.get_by_text("Everyone signed in may view")).to_be_visible()
    expect(dialog.get_by_text("Guest links")).to_have_count(0)
    dialog.get_by_role("button", name="Close").click()
    stage.get_by_label("Speed").select_option("8")
    stage.get_by_role("button", name="Play").click()
    expect(stage.locator(".dx-count")).to_have_text(f"{brushed:,}")
    expect(grid(stage).locator("[aria-sort=descending]")).to_contain_text("Distance")
    assert column(stage, "Distance (mi)")[1] == longest
    stage.get_by_role("button", name="Explore from here").click()
    stage.wait_for_url("**/explore/flights#**")
    assert rows(stage) == brushed
