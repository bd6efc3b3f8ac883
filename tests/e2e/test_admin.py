"""An admin in a browser: every page opens, people are kept, and a table of any length is scrolled through."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser_support import assert_accessible
from tests.e2e.conftest import TIMEOUT_MS
from tests.e2e.explore_page import wait_until_exact

PHONE = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}
FILLED = {
    "people": "admin",
    "groups": "group",
    "datasets": "Flights 2001",
    "feeds": "feed",
    "sessions": "session",
    "audit": "entr",
    "health": "Signs sessions",
    "settings": "DATAXCHANGE_DATA",
}


def select_row(page: Page, name: str) -> None:
    page.get_by_role("gridcell", name=name, exact=True).first.click()
    expect(page.locator(".dx-panel").get_by_role("heading", name=name)).to_be_visible()


def confirm_action(page: Page, button: str, confirm_label: str) -> None:
    page.get_by_role("button", name=button).click()
    page.get_by_role("dialog").get_by_role("button", name=confirm_label, exact=True).click()


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desktop", "phone"])
def test_every_page_opens_from_the_account_menu(visit_page, options):
    page = visit_page("/explore", **options)
    page.get_by_label("Account of admin").click()
    page.get_by_role("link", name="Administration").click()
    rail = page.get_by_role("navigation", name="Administration")
    for name, words in FILLED.items():
        link = rail.locator(f"a[href='/admin/{name}']")
        link.click()
        expect(link).to_have_attribute("aria-current", "page")
        expect(page.get_by_role("main")).to_contain_text(words)


def test_a_person_is_invited_given_a_role_and_a_group_and_kept_out(visit_page):
    groups = visit_page("/admin/groups")
    groups.get_by_role("button", name="New group…").click()
    groups.get_by_role("dialog").get_by_label("Name").fill("Operations")
    groups.keyboard.press("Enter")
    expect(groups.get_by_role("gridcell", name="Operations")).to_be_visible()

    page = visit_page("/admin/people")
    page.get_by_role("button", name="Invite a person…").click()
    page.get_by_role("dialog").get_by_label("Name").fill("ada")
    page.get_by_role("button", name="Create invitation").click()
    expect(page.get_by_role("dialog").locator("code")).to_contain_text("/invitation/")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()

    select_row(page, "ada")
    page.get_by_role("button", name="Change role…").click()
    page.get_by_role("dialog").get_by_label("Role").select_option("presenter")
    page.get_by_role("dialog").get_by_role("button", name="Change role").click()
    expect(page.locator(".dx-panel")).to_contain_text("Presenter")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".dx-panel")).to_contain_text("Analyst")
    confirm_action(page, "Add to a group…", "Add")
    expect(page.locator(".dx-panel .dx-lines")).to_contain_text("Operations")
    confirm_action(page, "Disable…", "Disable")
    expect(page.locator(".dx-panel .dx-badge")).to_have_text("disabled")
    confirm_action(page, "Delete…", "Delete")
    expect(page.locator(".dx-panel")).to_be_hidden()
    expect(page.get_by_role("gridcell", name="ada", exact=True)).to_have_count(0)


def test_the_last_admin_is_told_why_they_stay(visit_page):
    page = visit_page("/admin/people")
    select_row(page, "admin")
    confirm_action(page, "Disable…", "Disable")
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("last admin")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Close").first.click()
    expect(page.locator(".dx-panel")).to_be_hidden()


def test_a_dataset_is_shared_in_part(visit_page):
    page = visit_page("/admin/datasets")
    select_row(page, "Flights 2001")
    page.get_by_role("button", name="Share…").click()
    page.get_by_label("Share with").select_option("everyone")
    page.get_by_role("button", name="Add condition").click()
    page.get_by_label("Column of condition 1").select_option("delay")
    page.get_by_label("From of condition 1").fill("60")
    page.get_by_role("group", name="Hidden columns").get_by_label("Distance").check()
    page.get_by_role("button", name="Share", exact=True).click()
    expect(page.locator(".dx-panel")).to_contain_text("rows where Delay")
    expect(page.locator(".dx-panel")).to_contain_text("hidden columns: Distance")
    confirm_action(page, "Stop sharing…", "Stop sharing")
    expect(page.locator(".dx-panel")).to_contain_text("Not shared yet. The owner and admins have access.")


def test_a_saved_view_is_given_to_somebody_else(visit_page, service):
    page = visit_page("/explore/flights")
    wait_until_exact(page)
    page.get_by_role("button", name="Saved views").click()
    page.get_by_label("Name").fill("Late flights")
    page.get_by_role("button", name="Save as new view").click()
    page.wait_for_url("**/view/*")
    admin = visit_page("/admin/people")
    admin.get_by_role("button", name="Invite a person…").click()
    admin.get_by_role("dialog").get_by_label("Name").fill("heiress")
    admin.get_by_role("button", name="Create invitation").click()
    expect(admin.get_by_role("dialog").locator("code")).to_be_visible()
    admin.goto(f"{service.url}/admin/datasets")
    admin.get_by_role("link", name="Saved views").click()
    select_row(admin, "Late flights")
    admin.get_by_role("button", name="Change owner…").click()
    field = admin.get_by_role("dialog").get_by_label("New owner")
    field.fill("heir")
    expect(admin.locator("datalist option[value=heiress]")).to_be_attached()
    field.fill("heiress")
    admin.get_by_role("dialog").get_by_role("button", name="Change owner").click()
    expect(admin.locator(".dx-panel .dx-facts")).to_contain_text("heiress")


def test_a_table_whose_rows_do_not_come_says_what_to_do(browser, service, admin_storage_state):
    context = browser.new_context(storage_state=admin_storage_state)
    context.set_default_timeout(TIMEOUT_MS)
    page = context.new_page()
    page.goto(f"{service.url}/admin/people")
    expect(page.get_by_role("gridcell", name="admin").first).to_be_visible()
    problem, find = page.locator(".dx-grid-problem"), page.get_by_label("Find by name")
    context.set_offline(True)
    find.fill("adm")
    expect(problem).to_contain_text("Can't reach the server. Check your connection and try again.")
    assert_accessible(page)
    context.set_offline(False)
    problem.get_by_role("button", name="Try again").click()
    expect(problem).to_be_hidden()
    expect(page.get_by_role("gridcell", name="admin").first).to_be_visible()
    asking = re.compile("_dash-update-component")
    page.route(asking, lambda route: route.fulfill(status=500))
    find.fill("admi")
    expect(problem).to_contain_text("The server returned an error.")
    page.unroute(asking)
    find.fill("admin")
    expect(problem).to_be_hidden()
    expect(page.locator(".dx-count-line")).to_have_text("1 person")
    context.close()


def test_the_log_is_verified_and_read_by_keyboard(visit_page):
    page = visit_page("/admin/audit")
    page.get_by_role("button", name="Verify now").click()
    expect(page.locator(".dx-verdict")).to_contain_text("are unchanged")
    page.get_by_role("gridcell", name="done").first.click()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.locator(".dx-panel")).to_contain_text("Hash")
