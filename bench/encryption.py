"""What encryption at rest costs: the sample written and read, plain and encrypted in turn."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa

from bench.report import print_table
from datasets import catalogue
from datasets.ingest.sample import SAMPLE_SLUG
from datasets.storage.store import Store
from db.keys.key_ring import UnwrappedKey
from db.tables import KeyPurpose

RUN_COUNT = 5
DATA_KEY = UnwrappedKey("0" * 16, KeyPurpose.DATA, bytes(range(32)))


def main() -> None:
    rows = pa.concat_tables(
        catalogue.open_store(
            SAMPLE_SLUG, catalogue.get_description(SAMPLE_SLUG).version
        ).read_imported_files()
    )
    writes, reads, sizes = _measure_stores(rows)
    lines = {"write, s": writes, "read all columns as an engine does, s": reads, "on disk, MB": sizes}
    print_table(
        f"## At rest: {rows.num_rows:,} rows, {rows.num_columns} columns, medians of {RUN_COUNT}",
        ["", "plain", "encrypted", "ratio"],
        [[what, *pair, f"{pair[1] / pair[0]:.2f}"] for what, pair in lines.items()],
    )


def _measure_stores(rows: pa.Table) -> tuple[list[float], list[float], list[float]]:
    writes: list[list[float]] = [[], []]
    reads: list[list[float]] = [[], []]
    sizes = [0.0, 0.0]
    for _ in range(RUN_COUNT):
        for which, key in enumerate((None, DATA_KEY)):
            with tempfile.TemporaryDirectory() as folder:
                store = Store(Path(folder), key)
                writes[which].append(_time_call(lambda store=store: store.write_part(0, rows)))
                reads[which].append(_time_call(lambda store=store: _read_all_columns(store)))
                sizes[which] = store.imported_files[0].stat().st_size / 1e6
    return [statistics.median(each) for each in writes], [statistics.median(each) for each in reads], sizes


def _read_all_columns(store: Store) -> None:
    for name in store.schema.names:
        for _ in store.read_column(name):
            pass


def _time_call(act: Callable[[], None]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
