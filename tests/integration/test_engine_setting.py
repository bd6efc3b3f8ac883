"""The engine that a setting asks for counts, or the start says why it can't."""

from __future__ import annotations

import pytest

from app import chosen
from config import Settings
from gpu.cuda import probe
from gpu.cuda.device import NoDeviceError


def test_what_counts_is_what_was_asked_for() -> None:
    assert [chosen(Settings(engine=name)).name for name in ("cpu", "oracle")] == ["cpu", "oracle"]


def test_an_engine_that_cannot_run_ends_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> None:
        raise NoDeviceError("CuPy finds no device")

    monkeypatch.setattr(probe, "probe", none)
    with pytest.raises(SystemExit, match="DATAXCHANGE_ENGINE: the engine cuda can't run here: CuPy finds no"):
        chosen(Settings(engine="cuda"))
