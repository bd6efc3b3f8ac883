"""Signing in with an authenticator, proving again that it is you, and sessions that end, in a browser."""

import os
import re
import subprocess
import sys
from datetime import UTC, datetime

import pyotp
import pytest
from playwright.sync_api import expect

from tests.e2e.browser_support import assert_accessible
from tests.e2e.conftest import ROOT, TIMEOUT_MS

PHONE = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}
ENABLE_TOTP_SCRIPT = """
import sys, pyotp
from accounts import totp, users
secret, _ = totp.propose_secret(sys.argv[1])
totp.enable_totp(users.require_principal(sys.argv[1]).id, secret, pyotp.TOTP(secret).now())
print(secret)
"""
END_SESSIONS_SCRIPT = """
import sys
from accounts import sessions, users
sessions.end_user_sessions(users.require_principal(sys.argv[1]).id)
"""
DANGEROUS_REQUEST = (
    "fetch('/api/danger', { method: 'POST', body: 'once more' }).then((answer) => answer.text())"
)


class BrowserUser:
    """Somebody with an account, and what they do in a browser."""

    def __init__(self, service, name):
        self.service, self.name = service, name
        self.password = self.run_command("-m", "cli", "accounts", "add", name, "--role", "admin")

    def run_command(self, *command):
        environment = os.environ | {"DATAXCHANGE_DATA": str(self.service.data)}
        line = [sys.executable, *command]
        done = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def sign_in(self, page, password=None):
        page.get_by_label("Name").fill(self.name)
        page.get_by_label("Password", exact=True).fill(password or self.password)
        page.get_by_role("button", name="Sign in", exact=True).click()


def compute_code(secret, steps):
    return pyotp.TOTP(secret).at(datetime.now(UTC), counter_offset=steps)


@pytest.fixture
def eve(service, request):
    """An admin of this test alone: other journeys count on there being one admin."""
    eve = BrowserUser(service, f"eve-{abs(hash(request.node.name))}")
    yield eve
    eve.run_command("-m", "cli", "accounts", "disable", eve.name)


@pytest.fixture
def page(browser, service):
    """A browser of its own; a refused password is no fault of the page, whatever the console says of it."""
    context = browser.new_context(base_url=service.url, **PHONE)
    context.set_default_timeout(TIMEOUT_MS)
    expect.set_options(timeout=TIMEOUT_MS)
    yield context.new_page()
    context.close()


def test_an_admin_signs_in_with_a_code_and_confirms_by_another(page, eve):
    secret = eve.run_command("-c", ENABLE_TOTP_SCRIPT, eve.name)
    page.goto("/explore/flights#v=1&x=(on:delay)")
    eve.sign_in(page)
    expect(page.get_by_label("Code")).to_be_focused()
    assert_accessible(page)
    page.keyboard.type(compute_code(secret, 1))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/explore/flights#v=1&x=\("))
    expect(page.locator(".dx-rows")).to_contain_text("rows")  # its scripts are there

    asked = []

    def answer(route):
        asked.append(route.request.post_data)
        told = {"json": {"ways": ["code"]}, "status": 403, "headers": {"X-Step-Up": "required"}}
        route.fulfill(**(told if len(asked) != 3 else {"body": "done"}))

    page.route("**/api/danger", answer)
    page.evaluate(f"() => {{ window.refused = {DANGEROUS_REQUEST}; }}")
    expect(page.get_by_role("dialog", name="Confirm your identity")).to_be_visible()
    page.keyboard.press("Escape")
    assert "ways" in page.evaluate("window.refused")

    page.evaluate(f"() => {{ window.done = {DANGEROUS_REQUEST}; }}")
    field = page.get_by_label("Code from your authenticator app, or a recovery code")
    expect(field).to_be_focused()
    page.keyboard.type("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("This code is wrong or was already used.")
    assert_accessible(page)
    page.get_by_role("button", name="Close").click()
    assert asked == ["once more"] * 2


def test_the_password_confirms_who_has_no_second_factor(page, eve):
    page.goto("/signin")
    eve.sign_in(page)
    page.wait_for_url("**/explore/**")
    expect(page.locator(".dx-rows")).to_contain_text("rows")
    asked = []

    def answer(route):
        asked.append(route.request.post_data)
        told = {"json": {"ways": ["password"]}, "status": 403, "headers": {"X-Step-Up": "required"}}
        route.fulfill(**(told if len(asked) == 1 else {"body": "done"}))

    page.route("**/api/danger", answer)
    page.evaluate(f"() => {{ window.done = {DANGEROUS_REQUEST}; }}")
    page.get_by_label("Password").fill(eve.password)
    page.keyboard.press("Enter")
    assert page.evaluate("window.done") == "done"
    assert asked == ["once more"] * 2
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_session_that_is_ended_elsewhere_leads_to_signing_in_and_back(page, eve):
    page.goto("/explore/flights#v=1&x=(on:delay)")
    eve.sign_in(page)
    expect(page.locator(".dx-rows")).to_contain_text("rows")
    here = page.url
    eve.run_command("-c", END_SESSIONS_SCRIPT, eve.name)
    page.evaluate("() => void setTimeout(() => dispatchEvent(new Event('focus')))")
    expect(page.get_by_role("alert")).to_contain_text("You have been signed out")
    assert_accessible(page)
    eve.sign_in(page)
    expect(page).to_have_url(here)


def test_wrong_passwords_lead_to_a_wait(page, eve):
    page.goto("/signin")
    told = []
    for number in range(10):
        eve.sign_in(page, f"wrong {number}")
        told.append(page.get_by_role("alert").inner_text())
    assert told[0] == "The name or password is wrong."
    waits = re.compile(r"Too many attempts\. Wait \d+ seconds?, then try again\.")
    assert any(map(waits.fullmatch, told))  # the last one may come after its wait on a slow machine
    assert_accessible(page)
