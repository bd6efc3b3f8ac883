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
from datasets.shares import ShareTerms
from db.tables import Resource, Role
from tests.conftest import temporary_settings
from tests.e2e.browser_support import PageOpener, RunningService, UserPageOpener, assert_accessible
from tests.e2e.duckdb_oracle import DuckDBOracle
from tests.e2e.growing_dataset import GrowingDataset

ROOT = Path(__file__).parents[2]
CHROMIUM_FLAGS = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"]
CHROMIUM_FLAGS += ["--disable-component-update", "--disable-sync"]
LOCAL_BROWSER = Device("127.0.0.1", "Chromium")
TIMEOUT_MS = 20_000  # milliseconds; two busy cores
NETWORK_ERRORS = (
    "ERR_INTERNET_DISCONNECTED",
    "ERR_CONNECTION_REFUSED",
    "ERR_CONNECTION_RESET",
    "ERR_EMPTY_RESPONSE",
    "ERR_SOCKET_NOT_CONNECTED",
)
TRUNCATED_RESPONSE_ERROR = "ERR_CONTENT_LENGTH_MISMATCH"  # in the middle of an answer, the service was killed
EMBEDDED_PATH = "/frame/"  # another's page in ours: it warns of how it is made
ABANDONED_SOCKET_ERROR = "closed before the connection is established"  # the page was, too


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """The service as `make run` starts it: sample prepared, empty database, any free port."""
    data = tmp_path_factory.mktemp("service")
    environment = os.environ | {"DATAXCHANGE_DATA": str(data)}
    subprocess.run([sys.executable, "-m", "cli", "datasets", "sample"], cwd=ROOT, env=environment, check=True)
    with run_service(data) as running:
        yield running


@contextmanager
def run_service(data: Path, **settings: str) -> Iterator[RunningService]:
    """The service in a process of its own over this data folder, with these variables set."""
    environment = os.environ | {"DATAXCHANGE_DATA": str(data), "PORT": "0"} | settings
    app = [sys.executable, "app.py"]
    with subprocess.Popen(app, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        yield _wait_until_announced(process, data)
        process.terminate()


def _wait_until_announced(process: subprocess.Popen[str], data: Path) -> RunningService:
    assert process.stdout
    printed = ""
    for line in process.stdout:
        printed += line
        link = re.search(r"(http://[^/\s]+)/signin/link/\S+", printed)
        if link:
            return RunningService(link[1], link[0], data)
    raise AssertionError(f"the service ended: {printed}")


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """Chromium without what draws windows, which takes a quarter of the time; else the whole of it."""
    found = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    return {"executable_path": found, "args": CHROMIUM_FLAGS}


@pytest.fixture
def admin_storage_state(service: RunningService) -> dict[str, object]:
    """The cookies of an admin who has just signed in; older ones may have been renewed by a page."""
    with temporary_settings(Settings(data=service.data)):
        given = sessions.start_session(users.require_principal("admin").id, "password", LOCAL_BROWSER)
    cookies = {"dx-access": given.access, "dx-refresh": given.refresh}
    place = {"domain": "localhost", "path": "/", "httpOnly": True, "sameSite": "Lax", "expires": -1}
    return {"cookies": [place | {"name": name, "value": value} for name, value in cookies.items()]}


@pytest.fixture
def visit_page(
    browser: Browser,
    service: RunningService,
    admin_storage_state: dict[str, object],
    request: pytest.FixtureRequest,
) -> Iterator[PageOpener]:
    """``visit_page(path, **options)``: a signed-in page that must leave a clean console, no axe violation."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(path: str = "/", signed_in: bool = True, **options: object) -> Page:
        options.setdefault("viewport", {"width": 1440, "height": 900})
        context = browser.new_context(storage_state=admin_storage_state if signed_in else None, **options)
        context.set_default_timeout(TIMEOUT_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.extend(_list_complaints(message)))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path if path.startswith("http") else service.url + path)
        return page

    expect.set_options(timeout=TIMEOUT_MS)
    yield open_page
    for context in contexts:
        for page in context.pages:
            assert_accessible(page)
        context.close()
    if request.node.get_closest_marker("kills"):
        complaints = [each for each in complaints if TRUNCATED_RESPONSE_ERROR not in each]
    assert complaints == []


@pytest.fixture
def service_database(service: RunningService) -> Iterator[None]:
    """The database of the running service, in which everyone sees the flights."""
    before = config.override_settings(Settings(data=service.data))
    shares.grant_as_system(
        Resource.DATASET, catalogue.find_version("flights", None)[0].id or 0, shares.EVERYONE, ShareTerms()
    )
    yield
    config.override_settings(before)


@pytest.fixture
def visit_page_as(service_database: None, service: RunningService, visit_page: PageOpener) -> UserPageOpener:
    """``visit_page_as(name, role, path)``: the page of somebody who has just signed in and goes there."""

    def open_page(name: str, role: Role, path: str, **looks: object) -> Page:
        if users.find_by_name(name) is None:
            users.create_user(name, "correct horse battery", role)
        page = visit_page(f"/signin/link/{one_time_links.create_link_token(name)}", signed_in=False, **looks)
        page.wait_for_url("**/explore**")
        page.goto(service.url + path)
        return page

    return open_page


@pytest.fixture(scope="module")
def oracle(service: RunningService) -> DuckDBOracle:
    """DuckDB over the flights of the running service."""
    with temporary_settings(Settings(data=service.data)):
        return DuckDBOracle(catalogue.open_store("flights", catalogue.get_description("flights").version))


@pytest.fixture
def growing_dataset(service: RunningService, tmp_path: Path) -> GrowingDataset:
    return GrowingDataset(service, tmp_path)


def _list_complaints(message: ConsoleMessage) -> list[str]:
    """What the console says; a test that takes the network, the service or a sign-in away makes it say so."""
    place = str(message.location.get("url"))
    said = f"{message.type}: {message.text} {place}"
    signed_out = "401" in message.text and said.endswith("/api/session")
    expected = signed_out or any(
        reason in message.text for reason in (*NETWORK_ERRORS, ABANDONED_SOCKET_ERROR)
    )
    grave = ("error",) if EMBEDDED_PATH in place else ("error", "warning")
    return [said] if message.type in grave and not expected else []
