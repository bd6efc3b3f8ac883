"""From the presenter's pointer to a follower's screen, in two real pages: ``python -m bench.presenting``.

docs/bench.md says how each figure is taken.
"""

from __future__ import annotations

import asyncio
from itertools import pairwise
from pathlib import Path
from secrets import token_hex
from typing import Any

from playwright.async_api import Browser, Page

import config
from accounts import one_time_links, users
from bench.explore_page import HERTZ, SETTLED, VIEWPORT, Explorer, chromium, signed_in
from bench.report import quantiles, table
from bench.service_process import Service, data_folder, service
from db.tables import Role

WATCH = (Path(__file__).parent / "audience-probe.js").read_text()
VIEWS = ("distance", "hour", "date", "delay")
SECONDS = 4
MORE = 1.0
"""Seconds that the last frames get to arrive."""

Shown = list[dict[str, float]]


def main() -> None:
    """Measure over the sample."""
    with data_folder() as folder, service(folder) as running:
        asyncio.run(measure(running))


async def measure(running: Service) -> None:
    """Brush one page, watch the other."""
    async with chromium() as browser:
        cookies = await signed_in(browser, running)
        presenter = await opened(browser, cookies, f"{running.url}/explore/flights")
        await presenter.get_by_role("button", name="Present", exact=True).click()
        await presenter.get_by_role("dialog").get_by_role("button", name="Close").click()
        await presenter.wait_for_function(SETTLED)
        follower = await opened(browser, None, f"{running.url}/signin/link/{link(running)}")
        await follower.goto(presenter.url.partition("#")[0])
        await follower.get_by_text("Following admin").wait_for()
        await follower.wait_for_function(SETTLED)
        report([await brushed(presenter, follower, view) for view in VIEWS])


def link(running: Service) -> str:
    """A link by which somebody signs in who is to follow."""
    before = config.use(config.settings().model_copy(update={"data": running.data, "database_url": ""}))
    name = f"follower-{token_hex(4)}"
    users.create(name, None, Role.VIEWER)
    made = one_time_links.issue(name)
    config.use(before)
    return made


async def opened(browser: Browser, cookies: dict[str, Any] | None, address: str) -> Page:
    context = await browser.new_context(storage_state=cookies, viewport=VIEWPORT)  # type: ignore[arg-type]
    page = await context.new_page()
    await page.add_init_script(WATCH)
    await page.goto(address)
    await page.wait_for_function(SETTLED)
    return page


async def brushed(presenter: Page, follower: Page, view: str) -> tuple[str, Shown, Shown, list[float]]:
    """What both pages have shown while a brush grew over a view, never smaller: each count once."""
    person = Explorer(presenter, await presenter.context.new_cdp_session(presenter))
    box = await person.place(view)
    x, y, width = box["x"], box["y"] + box["height"] / 2, box["width"]
    await presenter.mouse.move(x + 0.15 * width, y)
    for page in (presenter, follower):
        await page.wait_for_function(SETTLED)
        await page.evaluate("dxWatch.start()")
    steps = SECONDS * HERTZ
    await person.drag([(x + (0.15 + 0.7 * step / steps) * width, y) for step in range(steps + 1)])
    await asyncio.sleep(MORE)
    told, seen = [await page.evaluate("dxWatch") for page in (presenter, follower)]
    await presenter.get_by_role("button", name="Clear all").click()
    await presenter.wait_for_function(SETTLED)
    return view, told["shown"], seen["shown"], seen["beats"]


def latencies(told: Shown, seen: Shown) -> list[float]:
    """Milliseconds from the pointer that made a count until the follower's frame with it is painted."""
    made = {each["count"]: each["pointer"] for each in reversed(told) if each["pointer"]}
    painted = {each["count"]: each["painted"] for each in reversed(seen)}
    return [painted[count] - pointer for count, pointer in made.items() if count in painted]


def report(found: list[tuple[str, Shown, Shown, list[float]]]) -> None:
    rows: list[list[str | float]] = []
    for view, told, seen, beats in found:
        late = latencies(told, seen)
        intervals = [after - before for before, after in pairwise(beats)]
        rows.append(
            [view, str(len(late)), *quantiles(late, 0.5, 0.95, 1), *quantiles(intervals, 0.5, 0.95, 0.99)]
        )
    table(
        "Presenter's pointer to follower's paint, ms (p50 <= 40, p95 <= 100); follower's frames (p95 <= 17)",
        ["view", "brushes", "p50", "p95", "max", "interval p50", "p95", "p99"],
        rows,
    )


if __name__ == "__main__":
    main()
