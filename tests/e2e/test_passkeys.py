"""Passkeys in a browser, with a device that Chromium simulates."""

import re
import sqlite3

import pytest
from playwright.sync_api import Error, expect

from tests.e2e.browser_support import assert_accessible
from tests.e2e.conftest import run_service

AUTHENTICATOR_OPTIONS = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}
DISABLE_SUGGESTIONS_SCRIPT = "PublicKeyCredential.isConditionalMediationAvailable = async () => false"
"""Without it the simulated device answers a suggestion by itself, before any button is pressed."""
FAILING_SUGGESTIONS_SCRIPT = """PublicKeyCredential.isConditionalMediationAvailable = async () => true;
navigator.credentials.get = async () => {
  window.asked = true;
  throw new DOMException("Resident credentials are not supported.", "NotSupportedError");
};"""
CALL_PASSKEYS_SCRIPT = """async ([name, ...given]) => (await import("/assets/passkeys.js"))[name](...given)"""


@pytest.fixture(scope="module")
def empty_service(tmp_path_factory):
    """A service without a dataset, at a host that has a name."""
    with run_service(tmp_path_factory.mktemp("passkeys")) as service:
        yield service


class PasskeyDevice:
    """A person's device: their browser, and what keeps their passkeys."""

    def __init__(self, page, service):
        self.page, self.service = page, service
        self.session = page.context.new_cdp_session(page)
        self.session.send("WebAuthn.enable")
        answer = self.session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR_OPTIONS})
        self.id = {"authenticatorId": answer["authenticatorId"]}

    def call_passkeys(self, *call):
        """What a function of the passkey module gives on the page as it stands."""
        return self.page.evaluate(CALL_PASSKEYS_SCRIPT, list(call))

    def set_user_verified(self, whether):
        self.session.send("WebAuthn.setUserVerified", {**self.id, "isUserVerified": whether})

    def list_passkeys(self):
        return self.session.send("WebAuthn.getCredentials", self.id)["credentials"]

    def sign_in(self):
        self.enter_password()
        expect(self.page).to_have_url(re.compile("/explore"))

    def enter_password(self):
        self.page.goto(f"{self.service.url}/signin")
        self.page.get_by_label("Name").fill("admin")
        self.page.get_by_label("Password", exact=True).fill(self.service.password)
        self.page.get_by_role("button", name="Sign in", exact=True).click()

    def sign_out(self):
        self.page.get_by_label("Account of admin").click()
        with self.page.expect_navigation(url=re.compile("/signin")):
            self.page.get_by_role("button", name="Sign out").click()


@pytest.fixture
def device(suggesting_device):
    suggesting_device.page.add_init_script(DISABLE_SUGGESTIONS_SCRIPT)
    return suggesting_device


@pytest.fixture
def suggesting_device(browser, empty_service):
    """A device whose browser suggests passkeys for the name."""
    context = browser.new_context()
    yield PasskeyDevice(context.new_page(), empty_service)
    context.close()
    with sqlite3.connect(empty_service.data / "dataxchange.sqlite") as database:
        database.execute("DELETE FROM passkeys")


def run_sql(service, statement):
    with sqlite3.connect(service.data / "dataxchange.sqlite") as database:
        return database.execute(statement).fetchall()


def test_a_passkey_signs_in_and_opens_where_one_wanted_to_go(device, empty_service):
    device.sign_in()
    assert device.call_passkeys("registerPasskey", "Laptop")["name"] == "Laptop"
    (passkey,) = device.list_passkeys()
    assert passkey["isResidentCredential"]
    assert passkey["rpId"] == "localhost"
    device.sign_out()
    device.page.goto(f"{empty_service.url}/explore/flights#v=1")
    device.page.get_by_role("button", name="Sign in with a passkey").click()
    expect(device.page).to_have_url(f"{empty_service.url}/explore/flights#v=1")
    expect(device.page.get_by_label("Account of admin")).to_be_visible()
    assert run_sql(empty_service, "SELECT method FROM sessions ORDER BY created DESC")[0] == ("passkey",)


def test_a_passkey_chosen_from_the_suggestions_signs_in(suggesting_device, empty_service):
    suggesting_device.sign_in()
    suggesting_device.call_passkeys("registerPasskey", "Laptop")
    suggesting_device.sign_out()
    expect(suggesting_device.page.get_by_label("Account of admin")).to_be_visible()


def test_a_browser_that_cannot_suggest_passkeys_says_nothing_of_them(browser, empty_service):
    page = browser.new_page()
    page.add_init_script(FAILING_SUGGESTIONS_SCRIPT)
    page.goto(f"{empty_service.url}/signin")
    page.wait_for_function("() => window.asked")
    page.evaluate("() => new Promise((done) => setTimeout(done))")  # what it was answered has been dealt with
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("not supported")
    page.context.close()


def test_after_the_password_a_passkey_is_the_second_step(device, empty_service):
    device.sign_in()
    device.call_passkeys("registerPasskey", "Laptop")
    device.sign_out()
    device.enter_password()
    device.page.get_by_role("button", name="Use a passkey").click()
    expect(device.page.get_by_label("Account of admin")).to_be_visible()


def test_a_passkey_confirms_who_is_there(device, empty_service):
    device.sign_in()
    device.call_passkeys("registerPasskey", "Laptop")
    run_sql(empty_service, "UPDATE sessions SET confirmed = '2020-01-01 00:00:00'")
    refused = device.page.request.post(f"{empty_service.url}/passkeys/registration/options", data={})
    assert refused.headers["x-step-up"] == "required"
    device.call_passkeys("confirmWithPasskey")
    allowed = device.page.request.post(f"{empty_service.url}/passkeys/registration/options", data={})
    assert allowed.status == 200


def test_one_device_makes_one_passkey_for_an_account(device):
    device.sign_in()
    device.call_passkeys("registerPasskey", "Laptop")
    with pytest.raises(Error, match="already has a passkey for this account"):
        device.call_passkeys("registerPasskey", "Laptop again")
    assert len(device.list_passkeys()) == 1


def test_a_passkey_that_was_removed_here_is_refused(device, empty_service):
    device.sign_in()
    device.call_passkeys("registerPasskey", "Laptop")
    device.sign_out()
    run_sql(empty_service, "DELETE FROM passkeys")
    device.page.get_by_role("button", name="Sign in with a passkey").click()
    expect(device.page.get_by_role("alert")).to_have_text("This passkey is unknown or has been removed.")
    assert device.page.request.get(f"{empty_service.url}/_dash-layout").status == 401


def test_a_device_that_does_not_verify_who_holds_it_is_refused(device):
    device.sign_in()
    device.call_passkeys("registerPasskey", "Laptop")
    device.sign_out()
    device.set_user_verified(False)
    device.page.get_by_role("button", name="Sign in with a passkey").click()
    expect(device.page.get_by_role("alert")).to_have_text("No passkey was used. Please try again.")


def test_at_an_ip_address_passkeys_are_not_offered(open_signin_page):
    page = open_signin_page("127.0.0.1")
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_offers_passkeys_accessibly(open_signin_page, scheme):
    page = open_signin_page("localhost", viewport={"width": 390, "height": 844}, color_scheme=scheme)
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_visible()
    assert_accessible(page)


@pytest.fixture
def open_signin_page(browser, empty_service):
    """``open_signin_page(host, **options)``: the sign-in page as seen at this host."""
    contexts = []

    def open_page(host, **options):
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.goto(empty_service.url.replace("localhost", host) + "/signin")
        return page

    yield open_page
    for context in contexts:
        context.close()
