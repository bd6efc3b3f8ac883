"""Rights in browsers: a group sees its own numbers, a view is shared, a guest comes and goes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

import config
from accounts import groups, one_time_links, users
from config import Settings
from datasets import catalogue, shares
from datasets.shares import ShareTarget, ShareTerms
from db.tables import Resource, Role
from tests.e2e.browser_support import PageOpener, RunningService, assert_accessible
from tests.e2e.duckdb_oracle import DuckDBOracle
from tests.e2e.explore_page import count_rows, get_card, wait_until_exact

CALIFORNIA = [{"column": "state", "filter": {"type": "members", "values": ["CA"]}}]


@pytest.fixture
def service_database(service: RunningService) -> Iterator[None]:
    """The database of the running service."""
    before = config.override_settings(Settings(data=service.data))
    yield
    config.override_settings(before)


@pytest.fixture
def californian(service_database: None, service: RunningService) -> Iterator[str]:
    """Somebody whose group sees flights from California only, and no delays; but for admins nobody else."""
    person = users.find_by_name("cora") or users.create_user("cora", "correct horse battery", Role.VIEWER)
    admin = users.authenticate_user("admin", service.password)
    assert admin
    id_ = catalogue.find_version("flights", None)[0].id or 0
    for share, _ in shares.list_shares(admin, Resource.DATASET, id_):
        shares.revoke_share(admin, share.id or 0)
    group = groups.create_group(admin, "California")
    groups.add_member(admin, group, person.id)
    terms = ShareTerms(conditions=CALIFORNIA, masked=("delay",))
    shares.grant_share(admin, Resource.DATASET, id_, ShareTarget(group_id=group), terms)
    yield "cora"
    groups.delete_group(admin, group)
    shares.grant_as_system(Resource.DATASET, id_, shares.EVERYONE, ShareTerms())


def list_cut_off_buttons(dialog: Locator) -> list[str]:
    """The buttons of a dialog that reach beyond it."""
    within = "(all, edge) => all.filter(e => e.getBoundingClientRect().right > edge).map(e => e.textContent)"
    box = dialog.bounding_box()
    assert box
    return list(dialog.get_by_role("button").evaluate_all(within, box["x"] + box["width"]))


def test_a_group_sees_its_rows_a_view_is_shared_and_a_guest_comes_and_goes(
    californian: str, visit_page: PageOpener, service: RunningService
) -> None:
    truth = DuckDBOracle(catalogue.open_store("flights", catalogue.get_description("flights").version))
    cora = visit_page(f"/signin/link/{one_time_links.create_link_token(californian)}", signed_in=False)
    assert count_rows(cora) == truth.count_rows("state = 'CA'")
    expect(cora.get_by_text("Delay")).to_have_count(0)

    admin = visit_page("/explore/flights")
    assert count_rows(admin) == 3_000_000
    admin.get_by_role("button", name="Share", exact=True).click()
    expect(admin.get_by_role("button", name="Remove", exact=True)).to_have_count(1)
    assert list_cut_off_buttons(admin.get_by_role("dialog")) == []
    admin.get_by_role("button", name="Close").click()
    admin.get_by_role("button", name="Saved views").click()
    admin.get_by_label("Name").fill("All flights")
    admin.get_by_role("button", name="Save as new view").click()
    admin.wait_for_url("**/view/*")
    wait_until_exact(admin)
    admin.get_by_role("button", name="Share", exact=True).click()
    dialog = admin.get_by_role("dialog")
    dialog.get_by_label("Person or group").fill("Cali")
    dialog.get_by_role("option", name="California").click()
    dialog.get_by_role("button", name="Share", exact=True).click()
    expect(dialog.get_by_text("California (group)")).to_be_visible()
    dialog.get_by_label("Label").fill("The board")
    dialog.get_by_label("Sees what this person sees").fill(californian)
    dialog.get_by_role("button", name="Create link").click()
    link = dialog.get_by_role("link", name="The board").get_attribute("href")
    assert link

    cora.goto(admin.url.partition("#")[0])
    assert count_rows(cora) == truth.count_rows("state = 'CA'")
    expect(cora.get_by_text("Parts of this view are left out")).to_be_visible()

    guest = visit_page(link, signed_in=False)
    guest.wait_for_url("**/view/*")
    assert count_rows(guest) == truth.count_rows("state = 'CA'")
    expect(guest.get_by_text("Guest", exact=True)).to_be_visible()
    expect(get_card(guest, "delay")).to_have_count(0)

    dialog.get_by_role("button", name="Revoke").click()
    admin.get_by_role("dialog", name="Revoke this guest link?").get_by_role("button", name="Revoke").click()
    expect(dialog.get_by_role("link", name="The board")).to_have_count(0)
    assert guest.request.get(guest.url).url.startswith(f"{service.url}/signin")
    assert guest.request.get(link).status == 410
    dialog.get_by_role("button", name="Close").click()


@pytest.mark.usefixtures("visit_page")
def test_a_right_taken_away_clears_the_page(
    californian: str, browser: Browser, service: RunningService
) -> None:
    """In a browser whose console may say that an answer was not found."""
    context = browser.new_context()
    cora = context.new_page()
    cora.goto(f"{service.url}/signin/link/{one_time_links.create_link_token(californian)}")
    wait_until_exact(cora)
    person = users.require_principal(californian)
    for group in groups.list_user_groups(person.id):
        groups.remove_member(users.require_principal("admin"), group.id or 0, person.id)
    get_card(cora, "weekday").hover()
    expect(cora.get_by_role("alert")).to_contain_text("no longer shared with you")
    expect(cora.locator("canvas")).to_have_count(0)
    expect(cora.get_by_role("link", name="Go to your datasets")).to_have_attribute("href", "/")
    assert_accessible(cora)
    context.close()


def test_a_saved_view_is_renamed_and_deleted(visit_page: PageOpener) -> None:
    page = visit_page("/explore/flights", color_scheme="dark")
    wait_until_exact(page)
    page.get_by_role("button", name="Saved views").click()
    page.get_by_label("Name", exact=True).fill("Mondays")
    page.get_by_role("button", name="Save as new view").click()
    page.wait_for_url("**/view/*")
    wait_until_exact(page)
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
    expect(sure).to_contain_text("Delete “Tuesdays”?")
    sure.get_by_role("button", name="Delete").press("Enter")
    expect(page.get_by_role("dialog", name="Delete view")).to_have_count(0)
    expect(tuesdays).to_have_count(0)
