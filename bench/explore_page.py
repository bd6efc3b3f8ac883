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
from bench.service_process import Service

HERTZ = 125
"""How often an ordinary USB mouse reports."""
VIEWPORT = {"width": 1440, "height": 900}
OUTSIDE = (720.0, 10.0)
PATIENCE = 30_000  # milliseconds
PROBE = (Path(__file__).parent / "frame-probe.js").read_text()
FLAGS = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
CODED = ("content-encoding", "content-length", "transfer-encoding")
"""Headers of a body as it travels; it is handed on as it was before."""
SETTLED = """() => document.querySelector('.dx-filter-bar[data-status=exact]') !== null
  && document.querySelector('.dx-card:not([data-status=exact])') === null"""
ACTIVATED = "before => dxProbe.activations.length > before"

Point = tuple[float, float]
Entered = tuple[str, str, int]
"""A view made active, the address at that moment, and which of the probe's activations it was."""


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which(CHROMIUM), args=FLAGS)
        yield browser
        await browser.close()


async def signed_in(browser: Browser, service: Service) -> dict[str, Any]:
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
async def explorer(browser: Browser, service: Service, cookies: dict[str, Any]) -> AsyncIterator[Explorer]:
    """An opened dashboard with the probe in it."""
    context = await browser.new_context(storage_state=cookies, viewport=VIEWPORT)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()
    await page.add_init_script("localStorage.setItem('dx:timing', '1');" + PROBE)
    session = await context.new_cdp_session(page)
    await _isolate(session)
    await page.goto(service.url)
    await page.wait_for_function(SETTLED)
    yield Explorer(page, session)
    await context.close()


async def _isolate(session: CDPSession) -> None:
    """Let the page be isolated from others: its clock then has steps of 5 microseconds, else of 100."""

    async def answer(event: dict[str, Any]) -> None:
        request = {"requestId": event["requestId"]}
        if event["responseStatusCode"] != HTTPStatus.OK:
            await session.send("Fetch.continueResponse", request)
            return
        body = (await session.send("Fetch.getResponseBody", request))["body"]
        headers = [each for each in event["responseHeaders"] if each["name"].lower() not in CODED]
        headers.append({"name": "Cross-Origin-Embedder-Policy", "value": "require-corp"})
        answered = {"responseCode": HTTPStatus.OK, "responseHeaders": headers, "body": body}
        await session.send("Fetch.fulfillRequest", request | answered)

    session.on("Fetch.requestPaused", lambda event: asyncio.ensure_future(answer(event)))
    documents = {"urlPattern": "*", "resourceType": "Document", "requestStage": "Response"}
    await session.send("Fetch.enable", {"patterns": [documents]})


@dataclass
class Explorer:
    """Hands and eyes of a person on the page."""

    page: Page
    session: CDPSession
    entered: list[Entered] = field(default_factory=list)

    def chart(self, view: str) -> Locator:
        return self.page.locator(f"[data-view={view}] .dx-card-chart")

    async def views(self) -> dict[str, str]:
        """Kinds of the views that can be brushed, by id, as they stand on the page."""
        found = await self.page.locator(".dx-card").evaluate_all(
            "cards => cards.map(({ dataset }) => [dataset.view, dataset.kind])"
        )
        return {view: kind for view, kind in found if kind != "figure"}

    async def place(self, view: str) -> FloatRect:
        """Where a chart is, scrolled into sight."""
        await self.chart(view).scroll_into_view_if_needed()
        box = await self.chart(view).bounding_box()
        if box is None:
            raise RuntimeError(f"{view} is not on the page")
        return box

    async def mouse(self, kind: str, point: Point, *, held: bool = False) -> None:
        """One report of the mouse, as the operating system would deliver it to the browser."""
        buttons = int(held and kind != "mouseReleased")
        event = {"type": kind, "x": point[0], "y": point[1], "button": "left" if held else "none"}
        await self.session.send(
            "Input.dispatchMouseEvent", event | {"buttons": buttons, "clickCount": int(held)}
        )

    async def drag(self, path: Iterable[Point]) -> Point:
        """Press, move along the points at the rate of a mouse, whether the page keeps up or not, let go."""
        first, *points = path
        await self.mouse("mouseMoved", first)
        await self.mouse("mousePressed", first, held=True)
        clock = asyncio.get_running_loop().time
        start, reports = clock(), []
        for number, point in enumerate(points, start=1):
            await asyncio.sleep(start + number / HERTZ - clock())
            reports.append(asyncio.ensure_future(self.mouse("mouseMoved", point, held=True)))
        await asyncio.gather(*reports)
        await self.mouse("mouseReleased", points[-1], held=True)
        return points[-1]

    async def enter(self, view: str) -> None:
        """Lead the pointer into a chart and wait until it can be brushed and every picture is exact."""
        if self.entered and self.entered[-1][0] == view:
            return
        await self.mouse("mouseMoved", OUTSIDE)  # scrolling must not bring another chart below the pointer
        box = await self.place(view)
        before = await self.page.evaluate("dxProbe.activations.length")
        await self.mouse("mouseMoved", (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2))
        await self.page.wait_for_function(ACTIVATED, arg=before)
        self.entered.append((view, self.page.url, before))
        await self.settled()

    async def open(self, address: str) -> None:
        """Follow a link to another exploration of the dataset on the page."""
        await self.page.evaluate("hash => { location.hash = hash; }", "#" + address.partition("#")[2])
        await self.page.wait_for_function("() => history.state?.dx !== undefined")
        await self.settled()

    async def settled(self) -> None:
        await self.page.wait_for_function(SETTLED)

    async def clear(self) -> None:
        """Take every filter away."""
        button = self.page.get_by_role("button", name="Clear all")
        if await button.is_visible():
            await button.click()
        await self.settled()


def swing(start: Point, end: Point, seconds: float, swings: int = 3) -> list[Point]:
    """There, back and there again, ``swings`` ways in all, slower at the turns as a hand is."""
    steps = round(seconds * HERTZ)
    parts = [(1 - math.cos(math.pi * swings * step / steps)) / 2 for step in range(steps + 1)]
    return [(start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part) for part in parts]
