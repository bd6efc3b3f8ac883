"""The engine that a setting asks for counts, or the start says why it can't."""

from __future__ import annotations

import pytest

from app import select_engine
from config import Settings
from gpu.cuda import probe
from gpu.cuda.device import NoDeviceError


def test_the_configured_engine_is_used() -> None:
    assert [select_engine(Settings(engine=name)).name for name in ("cpu", "oracle")] == ["cpu", "oracle"]


def test_an_engine_that_cannot_run_stops_the_startup(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail_probe() -> None:
        raise NoDeviceError("CuPy finds no device")

    monkeypatch.setattr(probe, "find_device", fail_probe)
    with pytest.raises(SystemExit, match="DATAXCHANGE_ENGINE: the engine cuda can't run here: CuPy finds no"):
        select_engine(Settings(engine="cuda"))
