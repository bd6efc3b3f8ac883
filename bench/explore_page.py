"""The Explore page in a headless Chromium, moved by a real mouse."""

from __future__ import annotations

import asyncio
import math
import shutil
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, CDPSession, FloatRect, Locator, Page, async_playwright

from bench.environment import CHROMIUM
from bench.service_process import BenchService

MOUSE_HERTZ = 125
"""How often an ordinary USB mouse reports."""
VIEWPORT = {"width": 1440, "height": 900}
OUTSIDE_CHARTS = (720.0, 10.0)
TIMEOUT_MS = 30_000  # milliseconds
PROBE_SCRIPT = (Path(__file__).parent / "frame-probe.js").read_text()
CHROMIUM_FLAGS = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"]
CHROMIUM_FLAGS += ["--disable-component-update", "--disable-sync"]
ENCODING_HEADERS = ("content-encoding", "content-length", "transfer-encoding")
"""Headers of a body as it travels; it is handed on as it was before."""
IS_EXACT_SCRIPT = """() => document.querySelector('.dx-filter-bar[data-status=exact]') !== null
  && document.querySelector('.dx-card:not([data-status=exact])') === null"""
WAS_ACTIVATED_SCRIPT = "before => dxProbe.activations.length > before"

Point = tuple[float, float]
ActivatedView = tuple[str, str, int]
"""A view made active, the address at that moment, and which of the probe's activations it was."""


@asynccontextmanager
async def launch_chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which(CHROMIUM), args=CHROMIUM_FLAGS
        )
        yield browser
        await browser.close()


async def sign_in_admin(browser: Browser, service: BenchService) -> dict[str, Any]:
    """The cookies of an admin who signed in with the password."""
    page = await browser.new_page()
    await page.goto(f"{service.url}/signin")
    await page.get_by_label("Name").fill("admin")
    await page.get_by_label("Password", exact=True).fill(service.password)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.wait_for_url("**/explore/**")
    state = await page.context.storage_state()
    await page.context.close()
    return dict(state)


@asynccontextmanager
async def open_explore_page(
    browser: Browser, service: BenchService, cookies: dict[str, Any]
) -> AsyncIterator[ExplorePage]:
    """An opened dashboard with the probe in it."""
    context = await browser.new_context(storage_state=cookies, viewport=VIEWPORT)  # type: ignore[arg-type]
    context.set_default_timeout(TIMEOUT_MS)
    page = await context.new_page()
    await page.add_init_script("localStorage.setItem('dx:timing', '1');" + PROBE_SCRIPT)
    session = await context.new_cdp_session(page)
    await _isolate_page(session)
    await page.goto(service.url)
    await page.wait_for_function(IS_EXACT_SCRIPT)
    yield ExplorePage(page, session)
    await context.close()


async def _isolate_page(session: CDPSession) -> None:
    """Let the page be isolated from others: its clock then has steps of 5 microseconds, else of 100."""

    async def add_isolation_header(event: dict[str, Any]) -> None:
        request = {"requestId": event["requestId"]}
        if event["responseStatusCode"] != HTTPStatus.OK:
            await session.send("Fetch.continueResponse", request)
            return
        body = (await session.send("Fetch.getResponseBody", request))["body"]
        headers = [each for each in event["responseHeaders"] if each["name"].lower() not in ENCODING_HEADERS]
        headers.append({"name": "Cross-Origin-Embedder-Policy", "value": "require-corp"})
        answered = {"responseCode": HTTPStatus.OK, "responseHeaders": headers, "body": body}
        await session.send("Fetch.fulfillRequest", request | answered)

    session.on("Fetch.requestPaused", lambda event: asyncio.ensure_future(add_isolation_header(event)))
    documents = {"urlPattern": "*", "resourceType": "Document", "requestStage": "Response"}
    await session.send("Fetch.enable", {"patterns": [documents]})


@dataclass
class ExplorePage:
    """Hands and eyes of a person on the page."""

    page: Page
    session: CDPSession
    activated_views: list[ActivatedView] = field(default_factory=list)

    def get_chart(self, view: str) -> Locator:
        return self.page.locator(f"[data-view={view}] .dx-card-chart")

    async def list_brushable_views(self) -> dict[str, str]:
        """Kinds of the views that can be brushed, by id, as they stand on the page."""
        found = await self.page.locator(".dx-card").evaluate_all(
            "cards => cards.map(({ dataset }) => [dataset.view, dataset.kind])"
        )
        return {view: kind for view, kind in found if kind != "figure"}

    async def get_chart_box(self, view: str) -> FloatRect:
        """Where a chart is, scrolled into sight."""
        await self.get_chart(view).scroll_into_view_if_needed()
        box = await self.get_chart(view).bounding_box()
        if box is None:
            raise RuntimeError(f"{view} is not on the page")
        return box

    async def send_mouse_event(self, kind: str, point: Point, *, pressed: bool = False) -> None:
        """One report of the mouse, as the operating system would deliver it to the browser."""
        buttons = int(pressed and kind != "mouseReleased")
        event = {"type": kind, "x": point[0], "y": point[1], "button": "left" if pressed else "none"}
        await self.session.send(
            "Input.dispatchMouseEvent", event | {"buttons": buttons, "clickCount": int(pressed)}
        )

    async def drag_along(self, path: Iterable[Point]) -> Point:
        """Press, move along the points at the rate of a mouse, whether the page keeps up or not, let go."""
        first, *points = path
        await self.send_mouse_event("mouseMoved", first)
        await self.send_mouse_event("mousePressed", first, pressed=True)
        clock = asyncio.get_running_loop().time
        start, reports = clock(), []
        for number, point in enumerate(points, start=1):
            await asyncio.sleep(start + number / MOUSE_HERTZ - clock())
            reports.append(asyncio.ensure_future(self.send_mouse_event("mouseMoved", point, pressed=True)))
        await asyncio.gather(*reports)
        await self.send_mouse_event("mouseReleased", points[-1], pressed=True)
        return points[-1]

    async def activate_view(self, view: str) -> None:
        """Lead the pointer into a chart and wait until it can be brushed and every picture is exact."""
        if self.activated_views and self.activated_views[-1][0] == view:
            return
        await self.send_mouse_event(
            "mouseMoved", OUTSIDE_CHARTS
        )  # scrolling must not bring another chart below the pointer
        box = await self.get_chart_box(view)
        before = await self.page.evaluate("dxProbe.activations.length")
        await self.send_mouse_event("mouseMoved", (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2))
        await self.page.wait_for_function(WAS_ACTIVATED_SCRIPT, arg=before)
        self.activated_views.append((view, self.page.url, before))
        await self.wait_until_exact()

    async def open_url(self, url: str) -> None:
        """Follow a link to another exploration of the dataset on the page."""
        await self.page.evaluate("hash => { location.hash = hash; }", "#" + url.partition("#")[2])
        await self.page.wait_for_function("() => history.state?.dx !== undefined")
        await self.wait_until_exact()

    async def wait_until_exact(self) -> None:
        await self.page.wait_for_function(IS_EXACT_SCRIPT)

    async def clear_filters(self) -> None:
        """Take every filter away."""
        button = self.page.get_by_role("button", name="Clear filters")
        if await button.is_visible():
            await button.click()
        await self.wait_until_exact()


def make_swing(start: Point, end: Point, seconds: float, swings: int = 3) -> list[Point]:
    """There, back and there again, ``swings`` ways in all, slower at the turns as a hand is."""
    steps = round(seconds * MOUSE_HERTZ)
    parts = [(1 - math.cos(math.pi * swings * step / steps)) / 2 for step in range(steps + 1)]
    return [(start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part) for part in parts]
