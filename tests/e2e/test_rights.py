"""Rights in browsers: a group sees its own numbers, a view is shared, a guest comes and goes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

import config
from accounts import groups, one_time_links, users
from config import Settings
from datasets import catalogue, shares
from datasets.shares import Subject, Terms
from db.tables import Resource, Role
from tests.e2e.browser_support import Opener, Service, assert_accessible
from tests.e2e.duckdb_oracle import Truth
from tests.e2e.explore_page import card, rows, settled

CALIFORNIA = [{"column": "state", "filter": {"type": "members", "values": ["CA"]}}]


@pytest.fixture
def database(service: Service) -> Iterator[None]:
    """The database of the running service."""
    before = config.use(Settings(data=service.data))
    yield
    config.use(before)


@pytest.fixture
def californians(database: None, service: Service) -> Iterator[str]:
    """Somebody whose group sees flights from California only, and no delays; but for admins nobody else."""
    person = users.of_name("cora") or users.create("cora", "correct horse battery", Role.VIEWER)
    admin = users.of_password("admin", service.password)
    assert admin
    id_ = catalogue.find("flights", None)[0].id or 0
    for share, _ in shares.of(admin, Resource.DATASET, id_):
        shares.take(admin, share.id or 0)
    group = groups.create(admin, "California")
    groups.add(admin, group, person.id)
    terms = Terms(conditions=CALIFORNIA, masked=("delay",))
    shares.give(admin, Resource.DATASET, id_, Subject(group_id=group), terms)
    yield "cora"
    groups.delete(admin, group)
    shares.put(Resource.DATASET, id_, shares.EVERYONE, Terms())


def cut_off(dialog: Locator) -> list[str]:
    """The buttons of a dialog that reach beyond it."""
    within = "(all, edge) => all.filter(e => e.getBoundingClientRect().right > edge).map(e => e.textContent)"
    box = dialog.bounding_box()
    assert box
    return list(dialog.get_by_role("button").evaluate_all(within, box["x"] + box["width"]))


def test_a_group_sees_its_rows_a_view_is_shared_and_a_guest_comes_and_goes(
    californians: str, visit: Opener, service: Service
) -> None:
    truth = Truth(catalogue.store("flights", catalogue.open("flights").version))
    cora = visit(f"/signin/link/{one_time_links.issue(californians)}", signed_in=False)
    assert rows(cora) == truth.count("state = 'CA'")
    expect(cora.get_by_text("Delay")).to_have_count(0)

    admin = visit("/explore/flights")
    assert rows(admin) == 3_000_000
    admin.get_by_role("button", name="Share", exact=True).click()
    expect(admin.get_by_role("button", name="Take away")).to_have_count(1)
    assert cut_off(admin.get_by_role("dialog")) == []
    admin.get_by_role("button", name="Close").click()
    admin.get_by_role("button", name="Saved views").click()
    admin.get_by_label("Name").fill("All flights")
    admin.get_by_role("button", name="Save as new").click()
    admin.wait_for_url("**/view/*")
    settled(admin)
    admin.get_by_role("button", name="Share", exact=True).click()
    dialog = admin.get_by_role("dialog")
    dialog.get_by_label("Person or group").fill("Cali")
    expect(dialog.locator("datalist option[value=California]")).to_be_attached()
    dialog.get_by_label("Person or group").fill("California")
    dialog.get_by_role("button", name="Share", exact=True).click()
    expect(dialog.get_by_text("California (group)")).to_be_visible()
    dialog.get_by_label("What the link is for").fill("The board")
    dialog.get_by_label("Rights of").fill(californians)
    dialog.get_by_role("button", name="Create link").click()
    link = dialog.get_by_role("link", name="The board").get_attribute("href")
    assert link

    cora.goto(admin.url.partition("#")[0])
    assert rows(cora) == truth.count("state = 'CA'")
    expect(cora.get_by_text("Parts of this view are left out")).to_be_visible()

    guest = visit(link, signed_in=False)
    guest.wait_for_url("**/view/*")
    assert rows(guest) == truth.count("state = 'CA'")
    expect(guest.get_by_text("Guest", exact=True)).to_be_visible()
    expect(card(guest, "delay")).to_have_count(0)

    dialog.get_by_role("button", name="Revoke").click()
    expect(dialog.get_by_role("link", name="The board")).to_have_count(0)
    assert guest.request.get(guest.url).url.startswith(f"{service.url}/signin")
    assert guest.request.get(link).status == 410
    dialog.get_by_role("button", name="Close").click()


@pytest.mark.usefixtures("visit")
def test_a_right_taken_away_clears_the_page(californians: str, browser: Browser, service: Service) -> None:
    """In a browser whose console may say that an answer was not found."""
    context = browser.new_context()
    cora = context.new_page()
    cora.goto(f"{service.url}/signin/link/{one_time_links.issue(californians)}")
    settled(cora)
    person = users.require(californians)
    for group in groups.of(person.id):
        groups.remove(users.require("admin"), group.id or 0, person.id)
    card(cora, "weekday").hover()
    expect(cora.get_by_role("alert")).to_contain_text("no longer shared with you")
    expect(cora.locator("canvas")).to_have_count(0)
    expect(cora.get_by_role("link", name="Open what you may see")).to_have_attribute("href", "/")
    assert_accessible(cora)
    context.close()


def test_a_saved_view_is_renamed_and_deleted(visit: Opener) -> None:
    page = visit("/explore/flights", color_scheme="dark")
    settled(page)
    page.get_by_role("button", name="Saved views").click()
    page.get_by_label("Name", exact=True).fill("Mondays")
    page.get_by_role("button", name="Save as new").click()
    page.wait_for_url("**/view/*")
    settled(page)
    page.get_by_role("button", name="Saved views").click()
    mine = page.locator("li", has_text="Mondays")
    mine.get_by_role("button", name="Rename").press("Enter")
    dialog = page.get_by_role("dialog", name="Rename view")
    expect(dialog.get_by_label("New name")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(mine.get_by_role("button", name="Rename")).to_be_focused()
    page.keyboard.press("Enter")
    assert_accessible(page)
    page.keyboard.type("Tuesdays")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("dialog", name="Saved views").locator(".dx-dialog-body")).to_be_focused()
    tuesdays = page.locator("li", has_text="Tuesdays")
    tuesdays.get_by_role("button", name="Delete").press("Enter")
    sure = page.get_by_role("dialog", name="Delete view")
    expect(sure).to_contain_text("Delete “Tuesdays” with its links?")
    sure.get_by_role("button", name="Delete").press("Enter")
    expect(page.get_by_role("dialog", name="Delete view")).to_have_count(0)
    expect(tuesdays).to_have_count(0)
