"""The process that runs cuxfilter takes the device's memory from a pool of the driver."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from gpu.cuxfilter.worker import loading

STANDIN_FOLDER = Path(__file__).parents[1] / "standin"


def test_the_pool_is_set_after_cudf_which_sets_another(monkeypatch):
    monkeypatch.syspath_prepend(STANDIN_FOLDER)
    monkeypatch.setitem(sys.modules, "cudf", ModuleType("cudf"))
    monkeypatch.setitem(sys.modules, "datashader", None)
    with pytest.raises(ImportError, match="datashader"):
        loading.load_packages()
    import rmm  # noqa: PLC0415

    assert rmm.current == [("asynchronous", 256 << 20)]
    del sys.modules["rmm"]
