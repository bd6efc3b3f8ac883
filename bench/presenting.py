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
from bench.explore_page import (
    IS_EXACT_SCRIPT,
    MOUSE_HERTZ,
    VIEWPORT,
    ExplorePage,
    launch_chromium,
    sign_in_admin,
)
from bench.report import compute_quantiles, print_table
from bench.service_process import BenchService, prepare_data_folder, run_service
from db.tables import Role

WATCH_SCRIPT = (Path(__file__).parent / "audience-probe.js").read_text()
VIEWS = ("distance", "hour", "date", "delay")
SECONDS = 4
SETTLING_SECONDS = 1.0
"""Seconds that the last frames get to arrive."""

ShownCounts = list[dict[str, float]]


def main() -> None:
    """Measure over the sample."""
    with prepare_data_folder() as folder, run_service(folder) as running:
        asyncio.run(measure_presenting(running))


async def measure_presenting(service_process: BenchService) -> None:
    """Brush one page, watch the other."""
    async with launch_chromium() as browser:
        cookies = await sign_in_admin(browser, service_process)
        presenter = await open_page(browser, cookies, f"{service_process.url}/explore/flights")
        await presenter.get_by_role("button", name="Present", exact=True).click()
        await presenter.get_by_role("dialog").get_by_role("button", name="Close").click()
        await presenter.wait_for_function(IS_EXACT_SCRIPT)
        follower = await open_page(
            browser, None, f"{service_process.url}/signin/link/{make_signin_link(service_process)}"
        )
        await follower.goto(presenter.url.partition("#")[0])
        await follower.get_by_text("Following admin").wait_for()
        await follower.wait_for_function(IS_EXACT_SCRIPT)
        print_report([await brush_and_watch(presenter, follower, view) for view in VIEWS])


def make_signin_link(service_process: BenchService) -> str:
    """A link by which somebody signs in who is to follow."""
    before = config.override_settings(
        config.get_settings().model_copy(update={"data": service_process.data, "database_url": ""})
    )
    name = f"follower-{token_hex(4)}"
    users.create_user(name, None, Role.VIEWER)
    made = one_time_links.create_link_token(name)
    config.override_settings(before)
    return made


async def open_page(browser: Browser, cookies: dict[str, Any] | None, address: str) -> Page:
    context = await browser.new_context(storage_state=cookies, viewport=VIEWPORT)  # type: ignore[arg-type]
    page = await context.new_page()
    await page.add_init_script(WATCH_SCRIPT)
    await page.goto(address)
    await page.wait_for_function(IS_EXACT_SCRIPT)
    return page


async def brush_and_watch(
    presenter: Page, follower: Page, view: str
) -> tuple[str, ShownCounts, ShownCounts, list[float]]:
    """What both pages have shown while a brush grew over a view, never smaller: each count once."""
    person = ExplorePage(presenter, await presenter.context.new_cdp_session(presenter))
    box = await person.get_chart_box(view)
    x, y, width = box["x"], box["y"] + box["height"] / 2, box["width"]
    await presenter.mouse.move(x + 0.15 * width, y)
    for page in (presenter, follower):
        await page.wait_for_function(IS_EXACT_SCRIPT)
        await page.evaluate("dxWatch.start()")
    steps = SECONDS * MOUSE_HERTZ
    await person.drag_along([(x + (0.15 + 0.7 * step / steps) * width, y) for step in range(steps + 1)])
    await asyncio.sleep(SETTLING_SECONDS)
    told, seen = [await page.evaluate("dxWatch") for page in (presenter, follower)]
    await presenter.get_by_role("button", name="Clear filters").click()
    await presenter.wait_for_function(IS_EXACT_SCRIPT)
    return view, told["shown"], seen["shown"], seen["beats"]


def compute_latencies(presented: ShownCounts, followed: ShownCounts) -> list[float]:
    """Milliseconds from the pointer that made a count until the follower's frame with it is painted."""
    made = {each["count"]: each["pointer"] for each in reversed(presented) if each["pointer"]}
    painted = {each["count"]: each["painted"] for each in reversed(followed)}
    return [painted[count] - pointer for count, pointer in made.items() if count in painted]


def print_report(measurements: list[tuple[str, ShownCounts, ShownCounts, list[float]]]) -> None:
    rows: list[list[str | float]] = []
    for view, told, seen, beats in measurements:
        late = compute_latencies(told, seen)
        intervals = [after - before for before, after in pairwise(beats)]
        rows.append(
            [
                view,
                str(len(late)),
                *compute_quantiles(late, 0.5, 0.95, 1),
                *compute_quantiles(intervals, 0.5, 0.95, 0.99),
            ]
        )
    print_table(
        "Presenter's pointer to follower's paint, ms (p50 <= 40, p95 <= 100); follower's frames (p95 <= 17)",
        ["view", "brushes", "p50", "p95", "max", "interval p50", "p95", "p99"],
        rows,
    )


if __name__ == "__main__":
    main()
