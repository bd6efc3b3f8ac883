"""Two engines over the same rows have the same rows, whatever happens."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from gpu.cpu import CpuEngine
from gpu.cuxfilter.fallback import CuxfilterWithFallback
from tests.unit.table_source import TableSource


class FullAfterAppendEngine(CpuEngine):
    """An engine that takes rows, and has no room for what comes of them."""

    def append_rows(self, batch):
        super().append_rows(batch)
        raise MemoryError("the device is full")


class FailingOnceEngine(CpuEngine):
    """An engine that can take no rows the first time."""

    failed = False

    def append_rows(self, batch):
        if not self.failed:
            self.failed = True
            raise MemoryError("the process has gone")
        super().append_rows(batch)


@pytest.mark.parametrize(
    "kinds",
    [
        (CpuEngine, CpuEngine),
        (FullAfterAppendEngine, CpuEngine),
        (CpuEngine, FailingOnceEngine),
        (FailingOnceEngine, FailingOnceEngine),
    ],
)
def test_no_row_is_appended_twice_to_one_engine(kinds):
    source = TableSource(pa.table({"x": [1]}))
    ordinary, other = (kind(source) for kind in kinds)
    engine = CuxfilterWithFallback(ordinary, other, health=None)
    for _ in range(4):
        try:
            engine.append_rows(pa.record_batch({"x": [engine.row_count + 1]}))
        except MemoryError:
            assert kinds != (CpuEngine, CpuEngine)
    for each in (ordinary, other):
        each.columns.load_column("x", if_free=False)
        assert each.columns.get_values("x", np.arange(4)).to_pylist() == [1, 2, 3, 4]
