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
from bench.environment import CHROMIUM, describe_environment
from bench.explore_page import CHROMIUM_FLAGS, IS_EXACT_SCRIPT, VIEWPORT
from bench.report import print_table
from bench.service_process import SAMPLE, BenchService, prepare_data_folder, run_dataset_command, run_service
from config import Settings
from datasets import catalogue
from datasets.ingest.resample import format_row_count
from datasets.storage import appended_files
from realtime.feeds import actions
from realtime.live import tokens

WATCH_SCRIPT = (Path(__file__).parent / "audience-probe.js").read_text()
NARROW_TYPES = {"hour": pa.int8(), "delay": pa.int16(), "distance": pa.int16()}
MESSAGE_INTERVAL = 1 / 45
"""Seconds between two messages: a channel takes 50 a second."""
ALL_SHOWN_SCRIPT = "rows => dxWatch.shown.at(-1)?.count >= rows"


@dataclass(frozen=True)
class FeedMeasurements:
    """What became of the messages: when each was published, and when pages were told of it, in seconds."""

    initial_rows: int
    rows_per_message: int
    published_at: list[float]
    notified_at: list[float]

    @property
    def rows_per_second(self) -> float:
        """Rows a second, from the first message to the last row told of."""
        return self.rows_per_message * len(self.published_at) / (self.notified_at[-1] - self.published_at[0])


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, help="rows to begin with; without it, those of the sample")
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--each", type=int, default=1200, help="rows in one message")
    chosen = parser.parse_args(arguments)
    with prepare_data_folder() as folder:
        slug = make_larger_dataset(folder, chosen.rows) if chosen.rows else SAMPLE
        with run_service(folder) as running, sync_playwright() as playwright:
            config.override_settings(Settings(data=folder))
            browser = playwright.chromium.launch(executable_path=shutil.which(CHROMIUM), args=CHROMIUM_FLAGS)
            by = users.require_principal(first_run.ADMIN_NAME)
            key = actions.create_feed(by, slug, "bench")
            page = _open_explorer(browser.new_page(), running, slug)
            with ThreadPoolExecutor(1) as pool:
                work = pool.submit(asyncio.run, _publish_messages(running, by, slug, key, chosen))
                while not work.done():
                    page.wait_for_timeout(200)
            fed = work.result()
            page.wait_for_function(
                ALL_SHOWN_SCRIPT, arg=fed.initial_rows + fed.rows_per_message * len(fed.published_at)
            )
            _print_table(fed, page)


def make_larger_dataset(folder: Path, rows: int) -> str:
    """A dataset of so many flights in this folder."""
    run_dataset_command(folder, "resample", "--rows", str(rows))
    return f"{SAMPLE}-{format_row_count(rows)}"


def _open_explorer(page: Page, running: BenchService, slug: str) -> Page:
    """Explore as it opens, with all its charts, noting what is on screen when."""
    page.set_viewport_size(VIEWPORT)  # type: ignore[arg-type]
    page.goto(f"{running.url}/signin")
    page.get_by_label("Name").fill(first_run.ADMIN_NAME)
    page.get_by_label("Password", exact=True).fill(running.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/explore/**")
    page.add_init_script(WATCH_SCRIPT)
    page.goto(f"{running.url}/explore/{slug}")
    page.wait_for_function(IS_EXACT_SCRIPT)
    page.evaluate("dxWatch.start()")
    return page


def _make_client(running: BenchService, token: str, by: Principal) -> AblyRealtime:
    async def get_token_details(_: object) -> TokenDetails:
        return TokenDetails(token, client_id=tokens.client_id_of(by))

    place = running.url.removeprefix("http://").replace("localhost", "127.0.0.1")
    return AblyRealtime(auth_callback=get_token_details, endpoint=f"{place}/", tls=False)


async def _publish_messages(
    running: BenchService, by: Principal, slug: str, key: str, chosen: argparse.Namespace
) -> FeedMeasurements:
    """Publish on the beat, until all has been told of."""
    writer = _make_client(running, tokens.issue_publisher_token(by, key), by)
    reader = _make_client(running, tokens.issue_reader_token(by, slug), by)
    data, count = _make_message(slug, chosen.each), round(chosen.seconds / MESSAGE_INTERVAL)
    fed = FeedMeasurements(
        appended_files.count_rows(catalogue.find_version(slug, None)[1]), chosen.each, [], []
    )

    def note_growth(message: Any) -> None:  # noqa: ANN401
        done = (message.data["rows"] - fed.initial_rows) // fed.rows_per_message
        fed.notified_at.extend([time.time()] * (done - len(fed.notified_at)))

    await reader.channels.get(tokens.growth_channel(slug)).subscribe("grown", note_growth)
    channel = writer.channels.get(tokens.feed_channel(key))
    began = time.perf_counter()
    for number in range(count):
        await asyncio.sleep(max(0, began + number * MESSAGE_INTERVAL - time.perf_counter()))
        fed.published_at.append(time.time())
        await channel.publish(Message(name="arrow", data=data, id=f"bench {number}:0"))
    while len(fed.notified_at) < count:
        await asyncio.sleep(0.05)
    await writer.close()
    await reader.close()
    return fed


def _make_message(slug: str, rows: int) -> bytes:
    """So many flights of the dataset, as narrow as they are."""
    flights = next(
        catalogue.open_store(slug, catalogue.get_description(slug).version).read_imported_files()
    ).slice(0, rows)
    for name, type_ in NARROW_TYPES.items():
        place = flights.column_names.index(name)
        flights = flights.set_column(place, name, flights[name].cast(type_))
    for place, name in enumerate(flights.column_names):
        if pa.types.is_string(flights[name].type) or pa.types.is_large_string(flights[name].type):
            flights = flights.set_column(place, name, flights[name].dictionary_encode())
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, flights.combine_chunks().schema) as stream:
        stream.write_table(flights.combine_chunks())
    return bytes(sink.getvalue())


def _list_paint_times(fed: FeedMeasurements, shown: list[dict[str, float]]) -> list[float]:
    """When a page had painted the rows of each message, in seconds."""
    counts = [each["count"] for each in shown]
    wanted = fed.initial_rows + fed.rows_per_message * np.arange(1, len(fed.published_at) + 1)
    return [shown[place]["painted"] / 1000 for place in np.searchsorted(counts, wanted)]


def _print_table(fed: FeedMeasurements, page: Page) -> None:
    painted = _list_paint_times(fed, page.evaluate("dxWatch.shown"))
    views = page.locator(".dx-card").count()
    lines = [
        ["rows a second, sustained", f"{fed.rows_per_second:,.0f}"],
        [
            "from publishing to telling pages, ms: p50 / p95 / max",
            _format_quantiles(fed.published_at, fed.notified_at),
        ],
        [
            "from publishing to the paint of the charts, ms: p50 / p95 / max",
            _format_quantiles(fed.published_at, painted),
        ],
    ]
    rows = fed.rows_per_message * len(fed.published_at)
    print_table(
        f"## {rows:,} rows into {fed.initial_rows:,}, a page with {views} views open", ["", ""], lines
    )


def _format_quantiles(begins: list[float], ends: list[float]) -> str:
    waits = 1000 * (np.array(ends) - np.array(begins))
    return " / ".join(f"{wait:.0f}" for wait in np.percentile(waits, [50, 95, 100]))


if __name__ == "__main__":
    print("\n".join(describe_environment()))
    main()
