"""What one more follower costs: ``python -m bench.audience``.

A presenter commits states; the page of each follower asks for the cubes of each, all at once, as pages do
that hear of a state at the same moment.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

from dash import Dash
from flask.testing import FlaskClient

import config
import gpu.cpu.engine
from accounts import one_time_links, users
from app import create_app, prepare
from bench.report import table
from config import Settings
from datasets import catalogue, shares
from datasets.description import Description
from datasets.exploration import CubeRequest, Interval
from datasets.explorations.suggest import suggest
from datasets.ingest.cli_output import progress
from datasets.ingest.sample import SLUG, prepare_sample
from db.tables import Role
from gpu.cpu import CpuEngine
from gpu.cubes import Cancel, Cube, CubeSpec

AUDIENCES = (1, 10, 100)
STATES = 20
AT_ONCE = 32
BRUSHED = "delay"


class Counted(CpuEngine):
    """Counts the passes of all engines."""

    passes = 0

    def cubes(
        self, specs: Sequence[CubeSpec], cancel: Cancel | None = None, rows: range | None = None
    ) -> list[Cube]:
        Counted.passes += 1
        return super().cubes(specs, cancel, rows)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = _service(Path(folder))
        people = [_signed_in(app, f"follower-{number}") for number in range(max(AUDIENCES))]
        description = catalogue.open(SLUG)
        rows = [
            _measured(people[:size], _addresses(description, 2 + number))
            for number, size in enumerate(AUDIENCES)
        ]
    table(
        f"Followers of a presenter who commits {STATES} states, {description.rows:,} rows",
        ["followers", "engine passes", "answers", "processor ms an answer", "slowest state, ms"],
        rows,
    )


def _service(folder: Path) -> Dash:
    settings = Settings(data=folder, database_url="")
    config.use(settings)
    gpu.cpu.engine.CpuEngine = Counted  # type: ignore[misc]
    prepare(settings)
    prepare_sample(progress)
    shares.open_to_everyone(SLUG)
    return create_app(settings)


def _signed_in(app: Dash, name: str) -> FlaskClient:
    users.create(name, None, Role.VIEWER)
    browser: FlaskClient = app.server.test_client()
    browser.get(f"/signin/link/{one_time_links.issue(name)}")
    return browser


def _addresses(description: Description, width: int) -> list[str]:
    """Where the cubes of each state are: a span so many minutes wide, which moves over the delays."""
    views = suggest(description).views
    active = next(view.id for view in views if view.columns and view.id != BRUSHED)
    return [
        _address(
            description,
            CubeRequest(views=views, active=active, filters={BRUSHED: Interval(lo=lo, hi=lo + width)}),
        )
        for lo in range(STATES)
    ]


def _address(description: Description, asked: CubeRequest) -> str:
    place = f"/api/datasets/{description.slug}/versions/{description.version}/cubes"
    return f"{place}?x={quote(asked.model_dump_json())}"


def _measured(people: list[FlaskClient], addresses: list[str]) -> list[str | float]:
    """Every state is asked for by all, before the next."""
    Counted.passes = 0
    began = time.process_time()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        slowest = max(_state(pool, people, address) for address in addresses)
    answers = len(people) * len(addresses)
    seconds = time.process_time() - began
    return [f"{len(people):,}", f"{Counted.passes:,}", f"{answers:,}", 1000 * seconds / answers, slowest]


def _state(pool: ThreadPoolExecutor, people: list[FlaskClient], address: str) -> float:
    """Milliseconds until all have the cubes of one state."""
    began = time.perf_counter()
    asked = partial(FlaskClient.get, path=address, headers={"Accept-Encoding": "gzip"})
    for answer in pool.map(asked, people):
        if answer.status_code != HTTPStatus.OK:
            raise RuntimeError(answer.text)
    return 1000 * (time.perf_counter() - began)


if __name__ == "__main__":
    main()
