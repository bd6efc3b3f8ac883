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
from app import create_app, prepare_first_start
from bench.report import print_table
from config import Settings
from datasets import catalogue, shares
from datasets.description import Description
from datasets.exploration import CubeRequest, Interval
from datasets.explorations.suggest import suggest_exploration
from datasets.ingest.cli_output import print_progress
from datasets.ingest.sample import SAMPLE_SLUG, prepare_sample
from db.tables import Role
from gpu.cpu import CpuEngine
from gpu.cubes import CancelToken, Cube, CubeSpec

AUDIENCE_SIZES = (1, 10, 100)
STATE_COUNT = 20
CONCURRENT_REQUESTS = 32
BRUSHED_VIEW = "delay"


class PassCountingEngine(CpuEngine):
    """Counts the passes of all engines."""

    passes = 0

    def compute_cubes(
        self, specs: Sequence[CubeSpec], cancel: CancelToken | None = None, rows: range | None = None
    ) -> list[Cube]:
        PassCountingEngine.passes += 1
        return super().compute_cubes(specs, cancel, rows)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = _make_app(Path(folder))
        people = [_sign_in_follower(app, f"follower-{number}") for number in range(max(AUDIENCE_SIZES))]
        description = catalogue.get_description(SAMPLE_SLUG)
        rows = [
            _measure_audience(people[:size], _list_state_urls(description, 2 + number))
            for number, size in enumerate(AUDIENCE_SIZES)
        ]
    print_table(
        f"Followers of a presenter who commits {STATE_COUNT} states, {description.rows:,} rows",
        ["followers", "engine passes", "answers", "processor ms an answer", "slowest state, ms"],
        rows,
    )


def _make_app(folder: Path) -> Dash:
    settings = Settings(data=folder, database_url="")
    config.override_settings(settings)
    gpu.cpu.engine.CpuEngine = PassCountingEngine  # type: ignore[misc]
    prepare_first_start(settings)
    prepare_sample(print_progress)
    shares.open_to_everyone(SAMPLE_SLUG)
    return create_app(settings)


def _sign_in_follower(app: Dash, name: str) -> FlaskClient:
    users.create_user(name, None, Role.VIEWER)
    browser: FlaskClient = app.server.test_client()
    browser.get(f"/signin/link/{one_time_links.create_link_token(name)}")
    return browser


def _list_state_urls(description: Description, width: int) -> list[str]:
    """Where the cubes of each state are: a span so many minutes wide, which moves over the delays."""
    views = suggest_exploration(description).views
    active = next(view.id for view in views if view.columns and view.id != BRUSHED_VIEW)
    return [
        _make_cubes_url(
            description,
            CubeRequest(views=views, active=active, filters={BRUSHED_VIEW: Interval(lo=lo, hi=lo + width)}),
        )
        for lo in range(STATE_COUNT)
    ]


def _make_cubes_url(description: Description, asked: CubeRequest) -> str:
    place = f"/api/datasets/{description.slug}/versions/{description.version}/cubes"
    return f"{place}?x={quote(asked.model_dump_json())}"


def _measure_audience(people: list[FlaskClient], addresses: list[str]) -> list[str | float]:
    """Every state is asked for by all, before the next."""
    PassCountingEngine.passes = 0
    began = time.process_time()
    with ThreadPoolExecutor(CONCURRENT_REQUESTS) as pool:
        slowest = max(_time_state(pool, people, address) for address in addresses)
    answers = len(people) * len(addresses)
    seconds = time.process_time() - began
    return [
        f"{len(people):,}",
        f"{PassCountingEngine.passes:,}",
        f"{answers:,}",
        1000 * seconds / answers,
        slowest,
    ]


def _time_state(pool: ThreadPoolExecutor, people: list[FlaskClient], address: str) -> float:
    """Milliseconds until all have the cubes of one state."""
    began = time.perf_counter()
    asked = partial(FlaskClient.get, path=address, headers={"Accept-Encoding": "gzip"})
    for answer in pool.map(asked, people):
        if answer.status_code != HTTPStatus.OK:
            raise RuntimeError(answer.text)
    return 1000 * (time.perf_counter() - began)


if __name__ == "__main__":
    main()
