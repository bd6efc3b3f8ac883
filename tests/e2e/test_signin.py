"""Signing in and out in a browser."""

import re

from playwright.sync_api import expect

PHONE = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}


def test_a_shared_link_survives_signing_in_and_out(visit_page, service):
    page = visit_page("/explore/flights#v=1&x=(on:delay)", signed_in=False, **PHONE)
    expect(page).to_have_title("Sign in · DataXchange")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.get_by_label("Name").fill("admin")
    page.get_by_label("Password", exact=True).fill(service.password)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/explore/flights#v=1&x=\("))
    expect(page.get_by_role("main")).to_be_visible()

    page.get_by_label("Account of admin").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/signin$"))
    page.goto(f"{service.url}/explore/flights")
    expect(page).to_have_url(re.compile("/signin[?]next="))


def test_the_printed_link_opens_the_first_dataset_once(visit_page, service):
    page = visit_page(service.link, signed_in=False)
    expect(page).to_have_url(re.compile("/explore/flights"))
    expect(page.get_by_role("heading", level=1)).to_be_attached()
    expect(page.locator(".dx-rows")).to_contain_text("3,000,000 rows")
    stranger = visit_page("/signin", signed_in=False)
    assert stranger.request.get(service.link).status == 410
