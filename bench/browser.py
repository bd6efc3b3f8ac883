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
from bench.activation import BROWSER, COLD, SERVER, Activation, State, activations, revisit, wander
from bench.brushing import Brushing, Person, brushings
from bench.explore_page import HERTZ, chromium, explorer, signed_in
from bench.query_peers import Codes, DuckDB, Peer, Polars, changing, race
from bench.report import quantiles, table
from bench.service_process import SAMPLE, Service, data_folder, service
from datasets import catalogue
from datasets.description import Description
from datasets.explorations.url import decode
from gpu.cpu import CpuEngine, Memory

SEED = 20010101
PEER_ROUNDS = 3
ALL = "all"


@dataclass(frozen=True)
class Found:
    """What the browser has shown."""

    brushings: list[Brushing]
    activations: list[Activation]


async def observe(running: Service, description: Description, seconds: float, rounds: int) -> Found:
    """Brush every view, wander about, and follow links to where another page has been."""
    known: set[State] = set()
    async with chromium() as browser:
        cookies = await signed_in(browser, running)
        async with explorer(browser, running, cookies) as page:
            person = Person(page, await page.views(), Random(SEED))  # noqa: S311
            brushed = await brushings(person, seconds)
            await wander(person, rounds)
            activated = await activations(page, description, known)
        async with explorer(browser, running, cookies) as other:
            await revisit(other, page.entered)
            activated += await activations(other, description, known)
    return Found(brushed, activated)


Times = Callable[[Brushing], list[float]]


def rows_of(found: list[Brushing], *columns: tuple[Times, tuple[float, ...]]) -> list[list[str | float]]:
    """A row a brushing and one of all together: each times' quantiles."""
    groups = [(f"{each.view}, {each.filters}", [each]) for each in found] + [(ALL, found)]
    return [
        [
            name,
            str(sum(len(each.frames) for each in group)),
            *chain(*(quantiles(chain(*map(times, group)), *parts) for times, parts in columns)),
        ]
        for name, group in groups
    ]


def print_drags(found: list[Brushing]) -> None:
    step = "0.005" if all(each.isolated for each in found) else "0.1"
    table(
        f"Data work of a drag frame, ms (clock of {step} ms). Goal: p99 <= 0.3",
        ["view, other filters", "frames", "p50", "p95", "p99", "max"],
        rows_of(found, (Brushing.data, (0.5, 0.95, 0.99, 1))),
    )
    table(
        f"Frames of a drag, ms; the mouse reports {HERTZ} times a second. Goal: pointer to paint p95 <= 16.7",
        ["view, other filters", "frames", "pointer to paint p50", "p95", "interval p50", "p95", "p99", "max"],
        rows_of(found, (Brushing.latency, (0.5, 0.95)), (Brushing.intervals, (0.5, 0.95, 0.99, 1))),
    )
    parts = {
        "events handled": Brushing.handling,
        "values sliced": Brushing.data,
        "canvases drawn": Brushing.drawing,
        "style, layout, paint, commit": Brushing.rendering,
        "together": Brushing.work,
        "waiting for the frame between": Brushing.waiting,
    }
    table(
        "What of a frame is what, ms on the main thread, all drags",
        ["part", "p50", "p95", "p99"],
        [[part, *quantiles(chain(*map(times, found)), 0.5, 0.95, 0.99)] for part, times in parts.items()],
    )
    tasks = list(chain(*(each.tasks for each in found)))
    print(
        f"\nTasks longer than 50 ms while dragging: {len(tasks)}, the longest {max(tasks, default=0):.0f} ms."
    )


def print_activations(found: list[Activation]) -> None:
    groups: list[tuple[str, list[Activation]]] = [
        (f"{source}, {filters} filters", [a for a in found if a.source == source and a.filters == filters])
        for source in (COLD, SERVER, BROWSER)
        for filters in range(4)
    ]
    groups.append((f"{COLD}, all", [each for each in found if each.source == COLD]))
    table(
        "Activation until painted, ms; its request; KB received (exact densities apart). Goal: p95 <= 100",
        ["cubes", "times", "p50", "p95", "max", "request p50", "p95", "KB p50", "max", "exact KB p50"],
        [
            [
                name,
                str(len(group)),
                *quantiles((each.painted for each in group), 0.5, 0.95, 1),
                *quantiles((each.fetched for each in group), 0.5, 0.95),
                *quantiles((each.wire / 1e3 for each in group), 0.5, 1),
                *quantiles((each.exact_wire / 1e3 for each in group if each.exact_wire), 0.5),
            ]
            for name, group in groups
            if group
        ],
    )


def print_peers(found: list[Brushing], description: Description) -> None:
    """The frames in which the brushes were let go, answered by queries."""
    store = catalogue.store(description.slug, description.version)
    explorations = [decode(each.address.partition("#")[2], description)[0] for each in found]
    asked = [
        changing(exploration, each.view, description)
        for exploration, each in zip(explorations, found, strict=True)
    ]
    codes = Codes(store, list(chain(*asked)))
    settings = config.settings()
    engine = CpuEngine(store, memory=Memory(settings.code_memory))
    peers: list[Peer] = [DuckDB(codes, settings.threads), Polars(codes)]
    rows: list[list[str | float]] = []
    for brushing, frame in zip(found, asked, strict=True):
        (ours,) = quantiles(brushing.data(), 0.5)
        took = race(engine, peers, codes, frame, PEER_ROUNDS)
        rows.append([f"{brushing.view}, {brushing.filters}", ours, *chain(*((t, t / ours) for t in took))])
    columns = list(zip(*(row[1:] for row in rows), strict=True))
    rows.append(["median", *(quantiles(map(float, column), 0.5)[0] for column in columns)])
    head = ["view, other filters", "DataXchange p50", *chain(*((peer.name, "times ours") for peer in peers))]
    table("The data of one drag frame, by cube here and by query there, ms; all counts equal", head, rows)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="bench.browser", description=__doc__)
    parser.add_argument("--seconds", type=float, default=3, help="how long each view is brushed")
    parser.add_argument(
        "--rounds", type=int, default=24, help="how often a filter is changed to activate others"
    )
    options = parser.parse_args(arguments)
    with data_folder() as folder:
        measure(folder, options.seconds, options.rounds)


def measure(folder: Path, seconds: float, rounds: int) -> None:
    before = config.use(config.settings().model_copy(update={"data": folder, "database_url": ""}))
    description = catalogue.open(SAMPLE)
    with service(folder) as running:
        found = asyncio.run(observe(running, description, seconds, rounds))
    print(f"\n## In the page: {description.name}, {description.rows:,} rows")
    print_drags(found.brushings)
    print_activations(found.activations)
    print_peers(found.brushings, description)
    config.use(before)


if __name__ == "__main__":
    main()
