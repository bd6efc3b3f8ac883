"""Appends batch after batch and says which are there, until killed: ``killed_append.py DATA FIRST``."""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import pyarrow as pa

import config
from config import Settings
from datasets import catalogue
from datasets.append.appending import append_rows
from datasets.storage.appended_files import RowOrigin

ROWS = 50


def main() -> None:
    config.override_settings(Settings(data=Path(sys.argv[1])))
    version = catalogue.get_description("trips").version
    for batch in count(int(sys.argv[2])):
        rows = pa.table({"n": range(batch * ROWS, (batch + 1) * ROWS)})
        append_rows("trips", version, rows, RowOrigin("feed", [f"message {batch}"]))
        sys.stdout.write(f"{batch}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
