"""The account page in a browser: its owner changes password, factors, sessions and tokens."""

import json
import re
import urllib.error
import urllib.request

import pyotp
import pytest
from playwright.sync_api import expect

from tests.e2e.browser_support import assert_accessible
from tests.e2e.conftest import TIMEOUT_MS, run_service
from tests.e2e.test_passkeys import PasskeyDevice
from tests.e2e.test_second_factor import BrowserUser, compute_code

NEW_PASSWORD = "staple the blue giraffe"


@pytest.fixture(scope="module")
def empty_service(tmp_path_factory):
    """A service without a dataset, at a host that has a name, which passkeys need."""
    with run_service(tmp_path_factory.mktemp("account")) as service:
        service.url = service.url.replace("127.0.0.1", "localhost")
        yield service


@pytest.fixture
def fay(empty_service, request):
    return BrowserUser(empty_service, f"fay-{abs(hash(request.node.name))}")


@pytest.fixture
def open_signed_in_page(browser, fay):
    """``open_signed_in_page(path, **looks)``: Fay signs in in a new browser: its console stays clean."""
    contexts, complaints = [], []

    def open_page(path="/account", password=None, **looks):
        context = browser.new_context(base_url=fay.service.url, **looks)
        context.set_default_timeout(TIMEOUT_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.extend(list_complaints(said)))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"/signin?next={path}")
        with page.expect_navigation():  # to its end: scripts that come when the session is over are refused
            fay.sign_in(page, password)
        return page

    expect.set_options(timeout=TIMEOUT_MS)
    yield open_page
    for context in contexts:
        for page in context.pages:
            assert_accessible(page)
        context.close()
    assert complaints == []


def list_complaints(message):
    """What the console says; that a session has ended is no fault of the page."""
    return [message.text] if message.type in ("error", "warning") and "401" not in message.text else []


def fill_dialog_field(page, label, value):
    page.get_by_role("dialog").get_by_label(label, exact=True).fill(value)


def press_dialog_button(page, name):
    page.get_by_role("dialog").get_by_role("button", name=name).click()


def test_a_new_password_signs_out_the_other_browser_and_signs_in_from_then_on(fay, open_signed_in_page):
    page, other = open_signed_in_page(), open_signed_in_page()
    page.get_by_label(f"Account of {fay.name}").click()
    expect(page.get_by_role("link", name="Account", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Change password…").click()
    fill_dialog_field(page, "Current password", fay.password)
    fill_dialog_field(page, "New password", NEW_PASSWORD)
    fill_dialog_field(page, "Confirm new password", NEW_PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Password changed")).to_be_visible()
    other.evaluate("() => void setTimeout(() => dispatchEvent(new Event('focus')))")  # the page goes away
    expect(other).to_have_url(re.compile("/signin.*ended"))
    fay.sign_in(other, NEW_PASSWORD)
    expect(other.get_by_role("heading", name="API tokens")).to_be_visible()


def test_an_ended_session_signs_out_an_open_page(fay, open_signed_in_page):
    page, other = (
        open_signed_in_page(viewport={"width": 390, "height": 844}, color_scheme="dark"),
        open_signed_in_page(),
    )
    page.reload()
    page.get_by_role("button", name="End…").click()
    press_dialog_button(page, "End")
    expect(page.get_by_text("Session ended.")).to_be_visible()
    expect(page.get_by_role("button", name="End…")).to_have_count(0)
    other.evaluate("() => void setTimeout(() => dispatchEvent(new Event('focus')))")
    expect(other).to_have_url(re.compile("/signin.*ended"))
    expect(page).to_have_url(re.compile("/account"))


def test_an_authenticator_is_set_up_and_asked_for(fay, open_signed_in_page):
    page = open_signed_in_page()
    page.get_by_role("button", name="Set up…").click()
    picture = page.get_by_alt_text("QR code of the secret")
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("(image) => image.naturalWidth") > 0
    secret = page.get_by_role("dialog").get_by_label("Or enter this secret").input_value()
    fill_dialog_field(page, "Code from the app", pyotp.TOTP(secret).now())
    press_dialog_button(page, "Turn on")
    codes = page.get_by_role("dialog").locator("code").inner_text().split()
    assert len(codes) == 10
    page.keyboard.press("Escape")
    expect(page.get_by_text("10 recovery codes left")).to_be_visible()
    other = open_signed_in_page()
    other.get_by_label("Code").fill(compute_code(secret, 1))
    other.get_by_role("button", name="Continue").click()
    expect(other.get_by_role("heading", name="API tokens")).to_be_visible()


def test_a_passkey_is_added_renamed_and_removed(fay, open_signed_in_page):
    page = open_signed_in_page()
    device = PasskeyDevice(page, fay.service)
    page.get_by_label("Name of the new passkey").fill("Laptop")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("Never used")).to_be_visible()
    assert len(device.list_passkeys()) == 1
    page.get_by_role("button", name="Rename…").click()
    fill_dialog_field(page, "Name", "Desk")
    press_dialog_button(page, "Rename")
    expect(page.get_by_text("Desk")).to_be_visible()
    page.locator("li", has_text="Desk").get_by_role("button", name="Remove…").click()
    press_dialog_button(page, "Remove")
    expect(
        page.get_by_text("You must have a second factor.").or_(page.get_by_text("None yet."))
    ).to_be_visible()


def test_a_token_lets_a_program_in_until_it_is_revoked(fay, open_signed_in_page):
    page = open_signed_in_page()
    page.get_by_role("button", name="New token…").click()
    fill_dialog_field(page, "Name", "nightly report")
    press_dialog_button(page, "Create token")
    token = page.get_by_role("dialog").locator("code").inner_text()
    assert request_session(fay.service, token) == (200, {"kind": "program"})
    page.keyboard.press("Escape")
    page.locator("li", has_text="nightly report").get_by_role("button", name="Revoke…").click()
    press_dialog_button(page, "Revoke")
    expect(page.get_by_text("Token revoked.")).to_be_visible()
    assert request_session(fay.service, token)[0] == 401


def request_session(service, token):
    """The status and the JSON that a program is answered."""
    request = urllib.request.Request(
        f"{service.url}/api/session", headers={"Authorization": f"Bearer {token}"}
    )
    try:
        with urllib.request.urlopen(request) as answered:
            return answered.status, json.load(answered)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)
