"""Signing in at a real OpenID provider in a browser."""

import re
import socket
import subprocess

import pytest
from playwright.sync_api import expect

from tests.e2e.browser_support import assert_accessible
from tests.e2e.conftest import ROOT, run_service


@pytest.fixture(scope="module")
def port():
    """A free one: the provider must know the service's address before the service starts."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.fixture(scope="module")
def issuer(port):
    callback = f"http://localhost:{port}/signin/oidc/callback"
    command = ["node", "tests/oidc/provider.mjs", callback]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as provider:
        yield provider.stdout.readline().strip()
        provider.terminate()


@pytest.fixture(scope="module")
def empty_service(tmp_path_factory, port, issuer):
    """A service without a dataset that uses the provider."""
    settings = {
        "PORT": str(port),
        "DATAXCHANGE_PUBLIC_URL": f"http://localhost:{port}",
        "DATAXCHANGE_OIDC_ISSUER": issuer,
        "DATAXCHANGE_OIDC_CLIENT_ID": "dataxchange",
        "DATAXCHANGE_OIDC_CLIENT_SECRET": "a secret of the tests",
        "DATAXCHANGE_OIDC_NAME": "Example ID",
        "DATAXCHANGE_OIDC_ROLE": "analyst",
    }
    with run_service(tmp_path_factory.mktemp("oidc"), **settings) as service:
        yield service


@pytest.fixture
def page(browser, empty_service):
    context = browser.new_context()
    yield context.new_page()
    context.close()


def sign_in_at_provider(page, name):
    page.get_by_placeholder("Enter any login").fill(name)
    page.get_by_placeholder("and password").fill("anything")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()


def test_somebody_new_signs_in_and_gets_where_they_wanted_to(page, empty_service):
    wanted = f"{empty_service.url}/explore/flights#v=1"
    page.goto(wanted)
    assert_accessible(page)
    page.get_by_role("link", name="Sign in with Example ID").click()
    sign_in_at_provider(page, "grace")
    expect(page).to_have_url(wanted)
    expect(page.get_by_label("Account of grace")).to_be_visible()


def test_whoever_goes_back_is_told_so(page, empty_service):
    page.goto(f"{empty_service.url}/signin")
    page.get_by_role("link", name="Sign in with Example ID").click()
    page.get_by_role("link", name="Cancel").click()
    refusal = "Example ID refused the sign-in, or you cancelled it."
    expect(page.get_by_role("alert").first).to_have_text(refusal)


def test_an_account_here_is_linked_by_signing_in_there(page, browser, empty_service):
    page.goto(f"{empty_service.url}/signin")
    page.get_by_label("Name").fill("admin")
    page.get_by_label("Password", exact=True).fill(empty_service.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(re.compile("/explore"))
    page.evaluate("async () => (await import('/assets/oidc.js')).linkProvider()")
    sign_in_at_provider(page, "the-admin-there")
    expect(page).to_have_url(re.compile("/account$"))
    page.goto("about:blank")  # a page without its session leads to signing in by itself
    page.context.clear_cookies()
    page.goto(f"{empty_service.url}/signin")
    page.get_by_role("link", name="Sign in with Example ID").click()
    sign_in_at_provider(page, "the-admin-there")
    expect(page.get_by_label("Account of admin")).to_be_visible()
