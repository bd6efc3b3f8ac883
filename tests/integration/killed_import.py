"""An import that kills itself when a stage completes: ``killed_import.py DATA FILE STAGE``."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import config
from config import Settings
from datasets.ingest.importer import import_file

data, file, stage = sys.argv[1:]
config.override_settings(Settings(data=Path(data)))


def kill_at_stage(what: str, done: int, rows: int) -> None:
    if what == stage and done == rows:
        os.kill(os.getpid(), signal.SIGKILL)


import_file(Path(file), "my-table", "My Table", kill_at_stage, lambda _sentence: None)
