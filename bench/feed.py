"""A feed into the sample: rows a second, and from publishing to what open pages are told."""

from __future__ import annotations

import argparse
import asyncio
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pyarrow as pa
from ably import AblyRealtime
from ably.types.message import Message
from ably.types.tokendetails import TokenDetails
from playwright.sync_api import sync_playwright

import config
from accounts import secrets, users
from accounts.principals import Principal
from bench.figures import table
from bench.machine import describe
from bench.service import SAMPLE, Service, data_folder, service
from config import Settings
from datasets import catalogue
from datasets.growing import parts
from realtime import tokens
from realtime.feeds import acts

NARROW = {"hour": pa.int8(), "delay": pa.int16(), "distance": pa.int16()}
BEAT = 1 / 45
"""Seconds between two messages: a channel takes 50 a second."""


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--each", type=int, default=1200, help="rows in one message")
    chosen = parser.parse_args(arguments)
    print("\n".join(describe()))
    with data_folder() as folder, service(folder) as running, sync_playwright() as playwright:
        config.use(Settings(data=folder))
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page()
        by = users.require(secrets.ADMIN)
        key = acts.create(by, SAMPLE, "bench")
        _open(page, running)
        with ThreadPoolExecutor(1) as pool:
            work = pool.submit(asyncio.run, _feed(running, by, key, chosen.seconds, chosen.each))
            while not work.done():
                page.wait_for_timeout(200)
            _print(*work.result(), page)


def _open(page: Any, running: Service) -> None:  # noqa: ANN401
    """Seven views of the sample in a real page."""
    page.goto(f"{running.url}/signin")
    page.get_by_label("Name").fill(secrets.ADMIN)
    page.get_by_label("Password", exact=True).fill(running.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/explore/**")
    page.goto(f"{running.url}/explore/{SAMPLE}")
    page.locator(".dx-card").nth(6).wait_for()


def _client(running: Service, token: str, by: Principal) -> AblyRealtime:
    async def show(_: object) -> TokenDetails:
        return TokenDetails(token, client_id=tokens.client_id(by))

    place = running.url.removeprefix("http://").replace("localhost", "127.0.0.1")
    return AblyRealtime(auth_callback=show, endpoint=f"{place}/", tls=False)


async def _feed(
    running: Service, by: Principal, key: str, seconds: int, each: int
) -> tuple[int, float, list[float]]:
    """Rows, the seconds from the first message to the last row announced, and each message's milliseconds."""
    writer = _client(running, tokens.of_publisher(by, key), by)
    reader = _client(running, tokens.of_reader(by, SAMPLE), by)
    data, began = _message(each), time.perf_counter()
    base = parts.total(catalogue.find(SAMPLE, None)[1])
    published: list[float] = []
    waits: list[float] = []

    def told(message: Any) -> None:  # noqa: ANN401
        moment, done = time.perf_counter(), (message.data["rows"] - base) // each
        waits.extend(1000 * (moment - sent) for sent in published[len(waits) : done])

    await reader.channels.get(tokens.grown(SAMPLE)).subscribe("grown", told)
    channel = writer.channels.get(tokens.feed(key))
    count = round(seconds / BEAT)
    began = time.perf_counter()
    for number in range(count):
        await asyncio.sleep(max(0, began + number * BEAT - time.perf_counter()))
        published.append(time.perf_counter())
        await channel.publish(Message(name="arrow", data=data, id=f"bench {number}:0"))
    while len(waits) < count:
        await asyncio.sleep(0.05)
    took = time.perf_counter() - began
    await writer.close()
    await reader.close()
    return count * each, took, waits


def _message(rows: int) -> bytes:
    """So many flights of the sample, as narrow as they are."""
    flights = next(catalogue.store(SAMPLE, catalogue.open(SAMPLE).version).parts()).slice(0, rows)
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


def _print(rows: int, took: float, waits: list[float], page: Any) -> None:  # noqa: ANN401
    p50, p95, most = np.percentile(waits, [50, 95, 100])
    lines = [
        ["rows a second, sustained", f"{rows / took:,.0f}"],
        ["from publishing to telling pages, ms: p50 / p95 / max", f"{p50:.0f} / {p95:.0f} / {most:.0f}"],
        ["what the page shows in the end", page.locator(".dx-rows").inner_text()],
    ]
    table(f"## {rows:,} rows in {took:.0f} s, a page with seven views open", ["", ""], lines)


if __name__ == "__main__":
    main()
