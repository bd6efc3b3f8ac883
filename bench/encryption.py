"""What encryption at rest costs: the sample written and read, plain and encrypted in turn."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa

from bench.report import table
from datasets import catalogue
from datasets.ingest.sample import SLUG
from datasets.storage.store import Store
from db.keys.key_ring import Material
from db.tables import KeyPurpose

RUNS = 5
KEY = Material("0" * 16, KeyPurpose.DATA, bytes(range(32)))


def main() -> None:
    rows = pa.concat_tables(catalogue.store(SLUG, catalogue.open(SLUG).version).parts())
    writes, reads, sizes = _measured(rows)
    lines = {"write, s": writes, "read all columns as an engine does, s": reads, "on disk, MB": sizes}
    table(
        f"## At rest: {rows.num_rows:,} rows, {rows.num_columns} columns, medians of {RUNS}",
        ["", "plain", "encrypted", "ratio"],
        [[what, *pair, f"{pair[1] / pair[0]:.2f}"] for what, pair in lines.items()],
    )


def _measured(rows: pa.Table) -> tuple[list[float], list[float], list[float]]:
    writes: list[list[float]] = [[], []]
    reads: list[list[float]] = [[], []]
    sizes = [0.0, 0.0]
    for _ in range(RUNS):
        for which, key in enumerate((None, KEY)):
            with tempfile.TemporaryDirectory() as folder:
                store = Store(Path(folder), key)
                writes[which].append(_seconds(lambda store=store: store.write(0, rows)))
                reads[which].append(_seconds(lambda store=store: _read(store)))
                sizes[which] = store.files[0].stat().st_size / 1e6
    return [statistics.median(each) for each in writes], [statistics.median(each) for each in reads], sizes


def _read(store: Store) -> None:
    for name in store.schema.names:
        for _ in store.read(name):
            pass


def _seconds(act: Callable[[], None]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
