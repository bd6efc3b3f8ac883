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
from bench.report import print_table
from config import Settings
from datasets import catalogue
from datasets.append.appending import append_rows
from datasets.cubes.engine_pool import EnginePool
from datasets.cubes.packed_cube import pack_dense, pack_sparse
from datasets.description import Description
from datasets.exploration import CubeRequest
from datasets.explorations.suggest import suggest_exploration
from datasets.ingest.cli_output import print_progress
from datasets.ingest.resample import prepare_resample
from datasets.ingest.sample import SAMPLE_SLUG, prepare_sample
from datasets.query.compile import cube_specs
from db.preparation import prepare_database
from gpu.cpu import CpuEngine
from gpu.cubes import CubeSpec

T = TypeVar("T")

APPENDED_ROWS = 100_000
RUN_COUNT = 6
BATCH_SIZES = (1_000, 10_000, 50_000)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    with tempfile.TemporaryDirectory() as data:
        config.override_settings(Settings(data=Path(data)))
        prepare_database()
        prepare_sample(print_progress)
        made = prepare_resample(parser.parse_args().rows, 1, print_progress)
        rows = next(
            catalogue.open_store(
                SAMPLE_SLUG, catalogue.get_description(SAMPLE_SLUG).version
            ).read_imported_files()
        )
        _measure_appending(made, rows)
        _measure_deltas(made, rows)


def _measure_appending(made: Description, rows: pa.Table) -> None:
    """Rows a second, batch by batch, each durable before the next."""
    lines = []
    for batch in BATCH_SIZES:
        count = max(5, APPENDED_ROWS // batch)
        parts = [rows.slice(i * batch, batch) for i in range(count)]
        seconds = [_time_call(partial(append_rows, made.slug, made.version, some))[1] for some in parts]
        lines.append(
            [f"{batch:,}", f"{1000 * sum(seconds) / count:.1f}", f"{batch * count / sum(seconds):,.0f}"]
        )
    print_table("## Appending, encrypted and flushed", ["rows a batch", "ms a batch", "rows/s"], lines)


def _measure_deltas(made: Description, rows: pa.Table) -> None:
    """The cubes of a filtered dashboard before and after more rows, and the deltas between."""
    engines = EnginePool(CpuEngine)
    stop = catalogue.open_store(made.slug, made.version).row_count
    engine, asked = engines.get_engine(made.slug, made.version, stop), _make_specs(made)
    _, cold = _time_call(lambda: engine.compute_cubes(asked, rows=range(stop)))
    _, warm = _time_call(lambda: list(map(pack_dense, engine.compute_cubes(asked, rows=range(stop)))))
    reaches, deltas = [], []
    for part in range(RUN_COUNT):
        start, some = stop, rows.slice(part * APPENDED_ROWS, APPENDED_ROWS)
        stop = append_rows(made.slug, made.version, some).rows
        reaches.append(_time_call(partial(engines.get_engine, made.slug, made.version, stop))[1])
        deltas.append(
            _time_call(
                lambda span=range(start, stop): list(map(pack_sparse, engine.compute_cubes(asked, rows=span)))
            )[1]
        )
    _, again = _time_call(lambda: list(map(pack_dense, engine.compute_cubes(asked, rows=range(stop)))))
    lines = {
        "cubes for the first time: columns are read": cold,
        "the same cubes again": warm,
        f"the engine takes in {APPENDED_ROWS:,} rows for the first time": reaches[0],
        f"and {APPENDED_ROWS:,} more, median of {RUN_COUNT - 1}": median(reaches[1:]),
        f"their delta, median of {RUN_COUNT}": median(deltas),
        "the cubes anew, of all rows": again,
    }
    title = f"## {stop:,} rows, {len(asked)} cubes over delay, one filter"
    print_table(title, ["", "ms"], [[what, f"{1000 * seconds:.1f}"] for what, seconds in lines.items()])


def _make_specs(made: Description) -> list[CubeSpec]:
    filters = {"distance": {"type": "interval", "lo": 300, "hi": 900, "nulls": False}}
    request = {
        "views": suggest_exploration(made).views,
        "active": "delay",
        "detail": "coarse",
        "filters": filters,
    }
    return cube_specs(CubeRequest.model_validate(request), made)


def _time_call(act: Callable[[], T]) -> tuple[T, float]:
    began = time.perf_counter()
    made = act()
    return made, time.perf_counter() - began


if __name__ == "__main__":
    main()
