"""The daily cleanup: a chore that fails keeps neither the others nor the next day from coming."""

from __future__ import annotations

from datetime import timedelta
from threading import Event

import pytest

from accounts import cleanup


def test_a_chore_that_fails_ends_neither_the_other_chores_nor_the_cleanup(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cleanup, "A_DAY", timedelta(seconds=0.01))
    runs: list[str] = []
    done = Event()

    def fail() -> None:
        runs.append("failed")
        raise RuntimeError("locked")

    monkeypatch.setattr(cleanup, "purge_expired", fail)

    def count_run() -> None:
        runs.append("run")
        if len(runs) > 5:
            done.set()

    thread = cleanup.start_daily(count_run)
    assert done.wait(10)
    thread.stop()
    assert runs[:4] == ["failed", "run"] * 2
