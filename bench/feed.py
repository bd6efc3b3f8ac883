"""A feed into flights: rows a second, and from publishing to what an open page is told and shows."""

from __future__ import annotations

import argparse
import asyncio
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from ably import AblyRealtime
from ably.types.message import Message
from ably.types.tokendetails import TokenDetails
from playwright.sync_api import Page, sync_playwright

import config
from accounts import first_run, users
from accounts.principals import Principal
from bench.environment import CHROMIUM, describe
from bench.explore_page import FLAGS, SETTLED, VIEWPORT
from bench.report import table
from bench.service_process import SAMPLE, Service, data_folder, prepare, service
from config import Settings
from datasets import catalogue
from datasets.ingest.resample import short
from datasets.storage import appended_files
from realtime.feeds import actions
from realtime.live import tokens

WATCH = (Path(__file__).parent / "audience-probe.js").read_text()
NARROW = {"hour": pa.int8(), "delay": pa.int16(), "distance": pa.int16()}
BEAT = 1 / 45
"""Seconds between two messages: a channel takes 50 a second."""
ALL_SHOWN = "rows => dxWatch.shown.at(-1)?.count >= rows"


@dataclass(frozen=True)
class Fed:
    """What became of the messages: when each was published, and when pages were told of it, in seconds."""

    before: int
    each: int
    published: list[float]
    told: list[float]

    @property
    def rate(self) -> float:
        """Rows a second, from the first message to the last row told of."""
        return self.each * len(self.published) / (self.told[-1] - self.published[0])


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, help="rows to begin with; without it, those of the sample")
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--each", type=int, default=1200, help="rows in one message")
    chosen = parser.parse_args(arguments)
    with data_folder() as folder:
        slug = enlarged(folder, chosen.rows) if chosen.rows else SAMPLE
        with service(folder) as running, sync_playwright() as playwright:
            config.use(Settings(data=folder))
            browser = playwright.chromium.launch(executable_path=shutil.which(CHROMIUM), args=FLAGS)
            by = users.require(first_run.ADMIN)
            key = actions.create(by, slug, "bench")
            page = _opened(browser.new_page(), running, slug)
            with ThreadPoolExecutor(1) as pool:
                work = pool.submit(asyncio.run, _feed(running, by, slug, key, chosen))
                while not work.done():
                    page.wait_for_timeout(200)
            fed = work.result()
            page.wait_for_function(ALL_SHOWN, arg=fed.before + fed.each * len(fed.published))
            _print(fed, page)


def enlarged(folder: Path, rows: int) -> str:
    """A dataset of so many flights in this folder."""
    prepare(folder, "resample", "--rows", str(rows))
    return f"{SAMPLE}-{short(rows)}"


def _opened(page: Page, running: Service, slug: str) -> Page:
    """Explore as it opens, with all its charts, noting what is on screen when."""
    page.set_viewport_size(VIEWPORT)  # type: ignore[arg-type]
    page.goto(f"{running.url}/signin")
    page.get_by_label("Name").fill(first_run.ADMIN)
    page.get_by_label("Password", exact=True).fill(running.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/explore/**")
    page.add_init_script(WATCH)
    page.goto(f"{running.url}/explore/{slug}")
    page.wait_for_function(SETTLED)
    page.evaluate("dxWatch.start()")
    return page


def _client(running: Service, token: str, by: Principal) -> AblyRealtime:
    async def show(_: object) -> TokenDetails:
        return TokenDetails(token, client_id=tokens.client_id(by))

    place = running.url.removeprefix("http://").replace("localhost", "127.0.0.1")
    return AblyRealtime(auth_callback=show, endpoint=f"{place}/", tls=False)


async def _feed(running: Service, by: Principal, slug: str, key: str, chosen: argparse.Namespace) -> Fed:
    """Publish on the beat, until all has been told of."""
    writer = _client(running, tokens.of_publisher(by, key), by)
    reader = _client(running, tokens.of_reader(by, slug), by)
    data, count = _message(slug, chosen.each), round(chosen.seconds / BEAT)
    fed = Fed(appended_files.total(catalogue.find(slug, None)[1]), chosen.each, [], [])

    def told(message: Any) -> None:  # noqa: ANN401
        done = (message.data["rows"] - fed.before) // fed.each
        fed.told.extend([time.time()] * (done - len(fed.told)))

    await reader.channels.get(tokens.grown(slug)).subscribe("grown", told)
    channel = writer.channels.get(tokens.feed(key))
    began = time.perf_counter()
    for number in range(count):
        await asyncio.sleep(max(0, began + number * BEAT - time.perf_counter()))
        fed.published.append(time.time())
        await channel.publish(Message(name="arrow", data=data, id=f"bench {number}:0"))
    while len(fed.told) < count:
        await asyncio.sleep(0.05)
    await writer.close()
    await reader.close()
    return fed


def _message(slug: str, rows: int) -> bytes:
    """So many flights of the dataset, as narrow as they are."""
    flights = next(catalogue.store(slug, catalogue.open(slug).version).parts()).slice(0, rows)
    for name, type_ in NARROW.items():
        place = flights.column_names.index(name)
        flights = flights.set_column(place, name, flights[name].cast(type_))
    for place, name in enumerate(flights.column_names):
        if pa.types.is_string(flights[name].type) or pa.types.is_large_string(flights[name].type):
            flights = flights.set_column(place, name, flights[name].dictionary_encode())
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, flights.combine_chunks().schema) as stream:
        stream.write_table(flights.combine_chunks())
    return bytes(sink.getvalue())


def _painted(fed: Fed, shown: list[dict[str, float]]) -> list[float]:
    """When a page had painted the rows of each message, in seconds."""
    counts = [each["count"] for each in shown]
    wanted = fed.before + fed.each * np.arange(1, len(fed.published) + 1)
    return [shown[place]["painted"] / 1000 for place in np.searchsorted(counts, wanted)]


def _print(fed: Fed, page: Page) -> None:
    painted = _painted(fed, page.evaluate("dxWatch.shown"))
    views = page.locator(".dx-card").count()
    lines = [
        ["rows a second, sustained", f"{fed.rate:,.0f}"],
        ["from publishing to telling pages, ms: p50 / p95 / max", _quantiles(fed.published, fed.told)],
        [
            "from publishing to the paint of the charts, ms: p50 / p95 / max",
            _quantiles(fed.published, painted),
        ],
    ]
    rows = fed.each * len(fed.published)
    table(f"## {rows:,} rows into {fed.before:,}, a page with {views} views open", ["", ""], lines)


def _quantiles(begins: list[float], ends: list[float]) -> str:
    waits = 1000 * (np.array(ends) - np.array(begins))
    return " / ".join(f"{wait:.0f}" for wait in np.percentile(waits, [50, 95, 100]))


if __name__ == "__main__":
    print("\n".join(describe()))
    main()
