"""What growing costs: rows appended for good, and a delta of seven views beside the cubes that it adds to."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import TypeVar

import pyarrow as pa

import config
from bench.report import table
from config import Settings
from datasets import catalogue
from datasets.append.appending import append
from datasets.cubes.engine_pool import Engines
from datasets.cubes.packed_cube import few, narrow
from datasets.description import Description
from datasets.exploration import CubeRequest
from datasets.explorations.suggest import suggest
from datasets.ingest.cli_output import progress
from datasets.ingest.resample import resample
from datasets.ingest.sample import SLUG, prepare_sample
from datasets.query.compile import specs
from db import schema
from db.keys import key_ring
from gpu.cpu import CpuEngine
from gpu.cubes import CubeSpec

T = TypeVar("T")

APPENDED = 100_000
RUNS = 6
BATCHES = (1_000, 10_000, 50_000)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    with tempfile.TemporaryDirectory() as data:
        config.use(Settings(data=Path(data)))
        schema.upgrade()
        key_ring.ensure()
        prepare_sample(progress)
        made = resample(parser.parse_args().rows, 1, progress)
        rows = next(catalogue.store(SLUG, catalogue.open(SLUG).version).parts())
        _appending(made, rows)
        _deltas(made, rows)


def _appending(made: Description, rows: pa.Table) -> None:
    """Rows a second, batch by batch, each durable before the next."""
    lines = []
    for batch in BATCHES:
        count = max(5, APPENDED // batch)
        parts = [rows.slice(i * batch, batch) for i in range(count)]
        seconds = [_timed(partial(append, made.slug, made.version, some))[1] for some in parts]
        lines.append(
            [f"{batch:,}", f"{1000 * sum(seconds) / count:.1f}", f"{batch * count / sum(seconds):,.0f}"]
        )
    table("## Appending, encrypted and flushed", ["rows a batch", "ms a batch", "rows/s"], lines)


def _deltas(made: Description, rows: pa.Table) -> None:
    """The cubes of a filtered dashboard before and after more rows, and the deltas between."""
    engines = Engines(CpuEngine)
    stop = catalogue.store(made.slug, made.version).rows
    engine, asked = engines.of(made.slug, made.version, stop), _asked(made)
    _, cold = _timed(lambda: engine.cubes(asked, rows=range(stop)))
    _, warm = _timed(lambda: list(map(narrow, engine.cubes(asked, rows=range(stop)))))
    reaches, deltas = [], []
    for part in range(RUNS):
        start, some = stop, rows.slice(part * APPENDED, APPENDED)
        stop = append(made.slug, made.version, some).rows
        reaches.append(_timed(partial(engines.of, made.slug, made.version, stop))[1])
        deltas.append(
            _timed(lambda span=range(start, stop): list(map(few, engine.cubes(asked, rows=span))))[1]
        )
    _, again = _timed(lambda: list(map(narrow, engine.cubes(asked, rows=range(stop)))))
    lines = {
        "cubes for the first time: columns are read": cold,
        "the same cubes again": warm,
        f"the engine takes in {APPENDED:,} rows for the first time": reaches[0],
        f"and {APPENDED:,} more, median of {RUNS - 1}": median(reaches[1:]),
        f"their delta, median of {RUNS}": median(deltas),
        "the cubes anew, of all rows": again,
    }
    title = f"## {stop:,} rows, {len(asked)} cubes over delay, one filter"
    table(title, ["", "ms"], [[what, f"{1000 * seconds:.1f}"] for what, seconds in lines.items()])


def _asked(made: Description) -> list[CubeSpec]:
    filters = {"distance": {"type": "interval", "lo": 300, "hi": 900, "nulls": False}}
    request = {"views": suggest(made).views, "active": "delay", "detail": "coarse", "filters": filters}
    return specs(CubeRequest.model_validate(request), made)


def _timed(act: Callable[[], T]) -> tuple[T, float]:
    began = time.perf_counter()
    made = act()
    return made, time.perf_counter() - began


if __name__ == "__main__":
    main()
