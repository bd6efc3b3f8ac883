"""The real service in its own process over the real sample, and a browser that must not complain."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

import config
from accounts import one_time_links, sessions, users
from accounts.sessions import Browser as Device
from config import Settings
from datasets import catalogue, shares
from datasets.shares import Terms
from db.tables import Resource, Role
from tests.conftest import using
from tests.e2e.browser_support import Arrive, Opener, Service, assert_accessible
from tests.e2e.growing_dataset import Growing

ROOT = Path(__file__).parents[2]
QUIET = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"]
QUIET += ["--disable-component-update", "--disable-sync"]
HERE = Device("127.0.0.1", "Chromium")
PATIENCE = 20_000  # milliseconds; two busy cores
AWAY = ("ERR_INTERNET_DISCONNECTED", "ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET", "ERR_EMPTY_RESPONSE")
CUT = "ERR_CONTENT_LENGTH_MISMATCH"  # in the middle of an answer, the service was killed
FRAMED = "/frame/"  # another's page in ours: it warns of how it is made
LEFT = "closed before the connection is established"  # the page was, too


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service as `make run` starts it: sample prepared, empty database, any free port."""
    data = tmp_path_factory.mktemp("service")
    environment = os.environ | {"DATAXCHANGE_DATA": str(data)}
    subprocess.run([sys.executable, "-m", "datasets", "sample"], cwd=ROOT, env=environment, check=True)
    with started(data) as running:
        yield running


@contextmanager
def started(data: Path, **settings: str) -> Iterator[Service]:
    """The service in a process of its own over this data folder, with these variables set."""
    environment = os.environ | {"DATAXCHANGE_DATA": str(data), "PORT": "0"} | settings
    app = [sys.executable, "app.py"]
    with subprocess.Popen(app, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        yield _announced(process, data)
        process.terminate()


def _announced(process: subprocess.Popen[str], data: Path) -> Service:
    assert process.stdout
    printed = ""
    for line in process.stdout:
        printed += line
        link = re.search(r"(http://[^/\s]+)/signin/link/\S+", printed)
        if link:
            return Service(link[1], link[0], data)
    raise AssertionError(f"the service ended: {printed}")


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """Chromium without what draws windows, which takes a quarter of the time; else the whole of it."""
    found = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    return {"executable_path": found, "args": QUIET}


@pytest.fixture
def signed_in_state(service: Service) -> dict[str, object]:
    """The cookies of an admin who has just signed in; older ones may have been renewed by a page."""
    with using(Settings(data=service.data)):
        given = sessions.begin(users.require("admin").id, "password", HERE)
    cookies = {"dx-access": given.access, "dx-refresh": given.refresh}
    place = {"domain": "localhost", "path": "/", "httpOnly": True, "sameSite": "Lax", "expires": -1}
    return {"cookies": [place | {"name": name, "value": value} for name, value in cookies.items()]}


@pytest.fixture
def visit(
    browser: Browser, service: Service, signed_in_state: dict[str, object], request: pytest.FixtureRequest
) -> Iterator[Opener]:
    """``visit(path, **options)``: a signed-in page, which must leave a clean console and no axe violation."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(path: str = "/", signed_in: bool = True, **options: object) -> Page:
        options.setdefault("viewport", {"width": 1440, "height": 900})
        context = browser.new_context(storage_state=signed_in_state if signed_in else None, **options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.extend(_complaint(message)))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path if path.startswith("http") else service.url + path)
        return page

    expect.set_options(timeout=PATIENCE)
    yield open_page
    for context in contexts:
        for page in context.pages:
            assert_accessible(page)
        context.close()
    if request.node.get_closest_marker("kills"):
        complaints = [each for each in complaints if CUT not in each]
    assert complaints == []


@pytest.fixture
def database(service: Service) -> Iterator[None]:
    """The database of the running service, in which everyone sees the flights."""
    before = config.use(Settings(data=service.data))
    shares.put(Resource.DATASET, catalogue.find("flights", None)[0].id or 0, shares.EVERYONE, Terms())
    yield
    config.use(before)


@pytest.fixture
def arrive(database: None, service: Service, visit: Opener) -> Arrive:
    """``arrive(name, role, path)``: the page of somebody who has just signed in and goes there."""

    def open_page(name: str, role: Role, path: str, **looks: object) -> Page:
        if users.of_name(name) is None:
            users.create(name, "correct horse battery", role)
        page = visit(f"/signin/link/{one_time_links.issue(name)}", signed_in=False, **looks)
        page.wait_for_url("**/explore**")
        page.goto(service.url + path)
        return page

    return open_page


@pytest.fixture
def growing(service: Service, tmp_path: Path) -> Growing:
    return Growing(service, tmp_path)


def _complaint(message: ConsoleMessage) -> list[str]:
    """What the console says; a test that takes the network, the service or a sign-in away makes it say so."""
    place = str(message.location.get("url"))
    said = f"{message.type}: {message.text} {place}"
    signed_out = "401" in message.text and said.endswith("/api/session")
    expected = signed_out or any(reason in message.text for reason in (*AWAY, LEFT))
    grave = ("error",) if FRAMED in place else ("error", "warning")
    return [said] if message.type in grave and not expected else []
