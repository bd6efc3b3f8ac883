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

from accounts import sessions, users
from accounts.sessions import Browser as Device
from config import Settings
from tests.conftest import using
from tests.e2e.visits import Opener, Service, assert_accessible

ROOT = Path(__file__).parents[2]
QUIET = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"]
QUIET += ["--disable-component-update", "--disable-sync"]
HERE = Device("127.0.0.1", "Chromium")
PATIENCE = 20_000  # milliseconds; two busy cores


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
    return {"executable_path": shutil.which("chromium"), "args": QUIET}


@pytest.fixture
def signed_in_state(service: Service) -> dict[str, object]:
    """The cookies of an admin who has just signed in; older ones may have been renewed by a page."""
    with using(Settings(data=service.data)):
        given = sessions.begin(users.require("admin").id, "password", HERE)
    cookies = {"dx-access": given.access, "dx-refresh": given.refresh}
    place = {"domain": "localhost", "path": "/", "httpOnly": True, "sameSite": "Lax", "expires": -1}
    return {"cookies": [place | {"name": name, "value": value} for name, value in cookies.items()]}


@pytest.fixture
def visit(browser: Browser, service: Service, signed_in_state: dict[str, object]) -> Iterator[Opener]:
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
    assert complaints == []


def _complaint(message: ConsoleMessage) -> list[str]:
    """What the console says; a test that takes the network away makes it say so."""
    expected = "ERR_INTERNET_DISCONNECTED" in message.text
    said = f"{message.type}: {message.text} {message.location.get('url')}"
    return [said] if message.type in ("error", "warning") and not expected else []
