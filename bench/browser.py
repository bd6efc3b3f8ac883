"""The main job in a real page with a real mouse: ``python -m bench.browser [--seconds S] [--rounds N]``.

docs/bench.md says how each figure is taken.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from random import Random

import config
from bench.activation import (
    CACHED_BY_BROWSER,
    CACHED_BY_SERVER,
    NOT_CACHED,
    Activation,
    CubeState,
    activate_views,
    follow_links,
    list_activations,
)
from bench.brushing import Brushing, SimulatedUser, brush_every_view
from bench.explore_page import MOUSE_HERTZ, launch_chromium, open_explore_page, sign_in_admin
from bench.query_peers import (
    CodeColumns,
    DuckDBQueries,
    PolarsQueries,
    QueryPeer,
    compare_peers,
    list_changing_specs,
)
from bench.report import compute_quantiles, print_table
from bench.service_process import SAMPLE, BenchService, prepare_data_folder, run_service
from datasets import catalogue
from datasets.description import Description
from datasets.explorations.url import decode_exploration
from gpu.cpu import CpuEngine, EngineMemory

SEED = 20010101
PEER_ROUNDS = 3
ALL_ROWS_LABEL = "all"


@dataclass(frozen=True)
class BrowserMeasurements:
    """What the browser has shown."""

    brushings: list[Brushing]
    activations: list[Activation]


async def observe_user(
    service_process: BenchService, description: Description, seconds: float, rounds: int
) -> BrowserMeasurements:
    """Brush every view, wander about, and follow links to where another page has been."""
    known: set[CubeState] = set()
    async with launch_chromium() as browser:
        cookies = await sign_in_admin(browser, service_process)
        async with open_explore_page(browser, service_process, cookies) as page:
            person = SimulatedUser(page, await page.list_brushable_views(), Random(SEED))  # noqa: S311
            brushed = await brush_every_view(person, seconds)
            await activate_views(person, rounds)
            activated = await list_activations(page, description, known)
        async with open_explore_page(browser, service_process, cookies) as other:
            await follow_links(other, page.activated_views)
            activated += await list_activations(other, description, known)
    return BrowserMeasurements(brushed, activated)


TimesOf = Callable[[Brushing], list[float]]


def make_quantile_rows(
    found: list[Brushing], *columns: tuple[TimesOf, tuple[float, ...]]
) -> list[list[str | float]]:
    """A row a brushing and one of all together: each times' quantiles."""
    groups = [(f"{each.view}, {each.filters}", [each]) for each in found] + [(ALL_ROWS_LABEL, found)]
    return [
        [
            name,
            str(sum(len(each.frames) for each in group)),
            *chain(*(compute_quantiles(chain(*map(times, group)), *parts) for times, parts in columns)),
        ]
        for name, group in groups
    ]


def print_drags(brushings: list[Brushing]) -> None:
    step = "0.005" if all(each.isolated for each in brushings) else "0.1"
    print_table(
        f"Data work of a drag frame, ms (clock of {step} ms). Goal: p99 <= 0.3",
        ["view, other filters", "frames", "p50", "p95", "p99", "max"],
        make_quantile_rows(brushings, (Brushing.list_data_times, (0.5, 0.95, 0.99, 1))),
    )
    print_table(
        f"Frames of a drag, ms; the mouse reports {MOUSE_HERTZ} times a second. "
        "Goal: pointer to paint p95 <= 16.7",
        ["view, other filters", "frames", "pointer to paint p50", "p95", "interval p50", "p95", "p99", "max"],
        make_quantile_rows(
            brushings,
            (Brushing.list_latencies, (0.5, 0.95)),
            (Brushing.list_frame_intervals, (0.5, 0.95, 0.99, 1)),
        ),
    )
    parts = {
        "events handled": Brushing.list_handling_times,
        "values sliced": Brushing.list_data_times,
        "canvases drawn": Brushing.list_drawing_times,
        "style, layout, paint, commit": Brushing.list_rendering_times,
        "together": Brushing.list_work_times,
        "waiting for the frame between": Brushing.list_waiting_times,
    }
    print_table(
        "What of a frame is what, ms on the main thread, all drags",
        ["part", "p50", "p95", "p99"],
        [
            [part, *compute_quantiles(chain(*map(times, brushings)), 0.5, 0.95, 0.99)]
            for part, times in parts.items()
        ],
    )
    tasks = list(chain(*(each.long_tasks for each in brushings)))
    print(
        f"\nTasks longer than 50 ms while dragging: {len(tasks)}, the longest {max(tasks, default=0):.0f} ms."
    )


def print_activations(activations: list[Activation]) -> None:
    groups: list[tuple[str, list[Activation]]] = [
        (
            f"{source}, {filters} filters",
            [a for a in activations if a.source == source and a.filters == filters],
        )
        for source in (NOT_CACHED, CACHED_BY_SERVER, CACHED_BY_BROWSER)
        for filters in range(4)
    ]
    groups.append((f"{NOT_CACHED}, all", [each for each in activations if each.source == NOT_CACHED]))
    print_table(
        "Activation until painted, ms; its request; KB received (exact densities apart). Goal: p95 <= 100",
        ["cubes", "times", "p50", "p95", "max", "request p50", "p95", "KB p50", "max", "exact KB p50"],
        [
            [
                name,
                str(len(group)),
                *compute_quantiles((each.painted for each in group), 0.5, 0.95, 1),
                *compute_quantiles((each.fetched for each in group), 0.5, 0.95),
                *compute_quantiles((each.wire / 1e3 for each in group), 0.5, 1),
                *compute_quantiles((each.exact_wire / 1e3 for each in group if each.exact_wire), 0.5),
            ]
            for name, group in groups
            if group
        ],
    )


def print_peers(brushings: list[Brushing], description: Description) -> None:
    """The frames in which the brushes were let go, answered by queries."""
    store = catalogue.open_store(description.slug, description.version)
    explorations = [decode_exploration(each.address.partition("#")[2], description)[0] for each in brushings]
    asked = [
        list_changing_specs(exploration, each.view, description)
        for exploration, each in zip(explorations, brushings, strict=True)
    ]
    codes = CodeColumns(store, list(chain(*asked)))
    settings = config.get_settings()
    engine = CpuEngine(store, memory=EngineMemory(settings.code_memory))
    peers: list[QueryPeer] = [DuckDBQueries(codes, settings.threads), PolarsQueries(codes)]
    rows: list[list[str | float]] = []
    for brushing, frame in zip(brushings, asked, strict=True):
        (ours,) = compute_quantiles(brushing.list_data_times(), 0.5)
        took = compare_peers(engine, peers, codes, frame, PEER_ROUNDS)
        rows.append([f"{brushing.view}, {brushing.filters}", ours, *chain(*((t, t / ours) for t in took))])
    columns = list(zip(*(row[1:] for row in rows), strict=True))
    rows.append(["median", *(compute_quantiles(map(float, column), 0.5)[0] for column in columns)])
    head = ["view, other filters", "DataXchange p50", *chain(*((peer.name, "times ours") for peer in peers))]
    print_table(
        "The data of one drag frame, by cube here and by query there, ms; all counts equal", head, rows
    )


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="bench.browser", description=__doc__)
    parser.add_argument("--seconds", type=float, default=3, help="how long each view is brushed")
    parser.add_argument(
        "--rounds", type=int, default=24, help="how often a filter is changed to activate others"
    )
    options = parser.parse_args(arguments)
    with prepare_data_folder() as folder:
        measure_browser(folder, options.seconds, options.rounds)


def measure_browser(folder: Path, seconds: float, rounds: int) -> None:
    before = config.override_settings(
        config.get_settings().model_copy(update={"data": folder, "database_url": ""})
    )
    description = catalogue.get_description(SAMPLE)
    with run_service(folder) as running:
        found = asyncio.run(observe_user(running, description, seconds, rounds))
    print(f"\n## In the page: {description.name}, {description.rows:,} rows")
    print_drags(found.brushings)
    print_activations(found.activations)
    print_peers(found.brushings, description)
    config.override_settings(before)


if __name__ == "__main__":
    main()
