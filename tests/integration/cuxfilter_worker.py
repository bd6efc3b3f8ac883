"""The real cuxfilter over pandas in the place of cuDF, in the interpreter that ``make`` installs it for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gpu.cuxfilter.worker_client import WorkerClient
from tests.integration.exploration_json import make_exploration

ROOT = Path(__file__).parents[2]
CUXFILTER_PYTHON = ROOT / ".venv-cux/bin/python"
STANDIN_FOLDER = ROOT / "tests/standin"


@contextmanager
def use_cudf_standin() -> Iterator[None]:
    """Let processes that begin in this block find pandas where they look for cuDF."""
    assert CUXFILTER_PYTHON.exists(), "make test installs cuxfilter; without it: deploy/build.sh python-cux"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(STANDIN_FOLDER))
        yield


@contextmanager
def run_worker(limit: int = 1 << 30) -> Iterator[WorkerClient]:
    """A process that counts, and keeps so many bytes."""
    with use_cudf_standin():
        counter = WorkerClient(CUXFILTER_PYTHON, limit)
        yield counter
        counter.kill_worker()


def open_dashboard(browser, version, views, **filters):
    """The address of a dashboard."""
    answer = browser.post("/api/cuxfilter", json={"exploration": make_exploration(version, views, **filters)})
    assert answer.status_code == 201, answer.json
    return answer.json["path"]
