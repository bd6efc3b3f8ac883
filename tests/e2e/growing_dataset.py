"""A dataset of the running service that grows: by the command, and by a program that publishes to a feed."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from playwright.sync_api import Page, expect

from accounts.principals import Principal
from realtime.live import tokens
from tests.e2e.browser_support import RunningService
from tests.e2e.explore_page import count_rows
from tests.integration.feed_publisher import open_publisher

ROOT = Path(__file__).parents[2]
ROW_COUNT_SELECTOR = ".dx-rows"


def make_rows(start: int, stop: int) -> pa.Table:
    """Each tenth of the values is equally frequent; every third row is blue."""
    values = range(start, stop)
    return pa.table(
        {"value": [n % 100 for n in values], "colour": [("blue", "red", "red")[n % 3] for n in values]}
    )


def run_dataset_command(
    service: RunningService, name: str, table: pa.Table, file: Path, *options: str
) -> None:
    """Run ``dataxchange datasets`` over these rows, beside the service."""
    pq.write_table(table, file)
    line = [sys.executable, "-m", "cli", "datasets", name, str(file), *options]
    environment = os.environ | {"DATAXCHANGE_DATA": str(service.data)}
    subprocess.run(line, cwd=ROOT, env=environment, check=True, capture_output=True)


class GrowingDataset:
    """A dataset of the running service, and the command that appends to it."""

    def __init__(self, service: RunningService, folder: Path) -> None:
        self.service, self.file = service, folder / "rows.parquet"
        self.run_command("import", make_rows(0, 3000), "--name", "Growing")
        self.append(3000, 3300)

    def append(self, start: int, stop: int, offset: int = 0) -> None:
        rows = make_rows(start, stop)
        lifted = rows.set_column(0, "value", pc.add(rows["value"], offset))
        self.run_command("append", lifted, "--slug", "growing")

    def run_command(self, name: str, table: pa.Table, *options: str) -> None:
        run_dataset_command(self.service, name, table, self.file, *options)


def parse_number(text: str) -> int:
    return int(text.replace(",", ""))


def count_selected_rows(page: Page, total: str) -> int:
    """The rows that pass, once the page shows so many in all."""
    expect(page.locator(ROW_COUNT_SELECTOR)).to_contain_text(f"of {total} rows")
    return count_rows(page)


@contextmanager
def publishing_rows(
    service: RunningService, key: str, by: Principal, *, messages: int, rows: int, start: int = 3300
) -> Iterator[None]:
    """A program that publishes rows in a thread meanwhile, from row ``start`` on."""
    port = int(service.url.rpartition(":")[2])

    def issue_token() -> tuple[str, str]:
        return tokens.issue_publisher_token(by, key), tokens.channel_client_id(by)

    async def publish() -> None:
        async with open_publisher(port, key, issue_token) as program:
            for first in range(start, start + messages * rows, rows):
                await program.publish_table(f"from {first}", make_rows(first, first + rows))
                await asyncio.sleep(0.1)  # as a source of rows has it

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(asyncio.run, publish())
        yield
        running.result()
