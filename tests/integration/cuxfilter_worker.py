"""The real cuxfilter over pandas in the place of cuDF, in the interpreter that ``make`` installs it for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gpu.cuxfilter.worker_client import Counter
from tests.integration.exploration_json import exploration

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
def counting(limit: int = 1 << 30) -> Iterator[Counter]:
    """A process that counts, and keeps so many bytes."""
    with standing_in():
        counter = Counter(PYTHON, limit)
        yield counter
        counter.end()


def opened(browser, version, views, **filters):
    """The address of a dashboard."""
    answer = browser.post("/api/cuxfilter", json={"exploration": exploration(version, views, **filters)})
    assert answer.status_code == 201, answer.json
    return answer.json["path"]
