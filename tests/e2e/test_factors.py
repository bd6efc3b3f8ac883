"""Signing in with an authenticator, and proving again that it is you, in a browser."""

import os
import re
import subprocess
import sys
from datetime import UTC, datetime

import pyotp
import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import ROOT

PHONE = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}
SET_UP = """
import sys
from accounts import totp, users
secret, _ = totp.propose(sys.argv[1])
totp.enable(users.require(sys.argv[1]).id, secret, sys.stdin.readline().strip() or __import__("pyotp").TOTP(secret).now())
print(secret)
"""


def run(service, *command):
    environment = os.environ | {"DATAXCHANGE_DATA": str(service.data)}
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def eve(service, request):
    """A new admin's name and password."""
    name = f"eve-{request.node.name[:30]}"
    return name, run(service, "-m", "accounts", "add", name, "--role", "admin")


def type_password(page, name, password):
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def next_code(secret):
    """The code of the next half minute: that of now may have been used."""
    return pyotp.TOTP(secret).at(datetime.now(UTC), counter_offset=1)


def test_an_admin_signs_in_with_a_code_and_confirms_with_another(visit, service, eve):
    name, password = eve
    secret = run(service, "-c", SET_UP, name)
    page = visit("/explore/flights#v=1&x=(on:delay)", signed_in=False, **PHONE)
    type_password(page, name, password)
    expect(page).to_have_title("Second step · DataXchange")
    expect(page.get_by_label("Code")).to_be_focused()
    page.keyboard.type(next_code(secret))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/explore/flights#v=1&x=\\("))


def test_wrong_passwords_lead_to_a_wait(visit, service, eve):
    name, _ = eve
    page = visit("/signin", signed_in=False)
    complaints = []
    for number in range(10):
        type_password(page, name, f"wrong {number}")
        expect(page.get_by_role("alert")).to_be_visible()
        complaints.append(page.get_by_role("alert").inner_text())
    assert complaints[0] == "Name or password is wrong."
    assert re.match(r"Too many tries\\. Wait \\d+ seconds?, then try again\\.", complaints[-1])
