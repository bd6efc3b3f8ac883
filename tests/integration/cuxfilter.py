"""The real cuxfilter over pandas in the place of cuDF, in the interpreter that ``make`` installs it for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gpu.cux.process import Process

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-cux/bin/python"
STANDIN = ROOT / "tests/standin"


@contextmanager
def standing_in() -> Iterator[None]:
    """Let processes that begin in this block find pandas where they look for cuDF."""
    assert PYTHON.exists(), "make test installs cuxfilter; without it: deploy/build.sh python-cux"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(STANDIN))
        yield


@contextmanager
def running(*task: str) -> Iterator[Process]:
    """A process for a task of ``gpu.cux.worker``."""
    with standing_in():
        process = Process(PYTHON, *task)
        yield process
        process.end()
