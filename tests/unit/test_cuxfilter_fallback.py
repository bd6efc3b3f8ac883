"""Two engines over the same rows have the same rows, whatever happens."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from gpu.cpu import CpuEngine
from gpu.cuxfilter.fallback import AssistedEngine
from tests.unit.table_source import TableSource


class Full(CpuEngine):
    """An engine that takes rows, and has no room for what comes of them."""

    def append(self, batch):
        super().append(batch)
        raise MemoryError("the device is full")


class Gone(CpuEngine):
    """An engine that can take no rows the first time."""

    failed = False

    def append(self, batch):
        if not self.failed:
            self.failed = True
            raise MemoryError("the process has gone")
        super().append(batch)


@pytest.mark.parametrize(
    "kinds", [(CpuEngine, CpuEngine), (Full, CpuEngine), (CpuEngine, Gone), (Gone, Gone)]
)
def test_no_row_is_taken_twice_by_one_of_them(kinds):
    source = TableSource(pa.table({"x": [1]}))
    ordinary, other = (kind(source) for kind in kinds)
    engine = AssistedEngine(ordinary, other, assistant=None)
    for _ in range(4):
        try:
            engine.append(pa.record_batch({"x": [engine.rows + 1]}))
        except MemoryError:
            assert kinds != (CpuEngine, CpuEngine)
    for each in (ordinary, other):
        each.columns.fetch("x", spare=False)
        assert each.columns.values("x", np.arange(4)).to_pylist() == [1, 2, 3, 4]
