"""Two engines over the same rows have the same rows, whatever happens."""

from __future__ import annotations

import pyarrow as pa
import pytest

from gpu.cpu import CpuEngine
from gpu.cux.assisted import AssistedEngine
from tests.unit.sources import TableSource


class Full(CpuEngine):
    """An engine that takes rows, and has no room for what comes of them."""

    def append(self, batch):
        super().append(batch)
        raise MemoryError("the device is full")


@pytest.mark.parametrize("ordinary", [CpuEngine, Full])
def test_no_row_is_taken_by_one_of_them_only(ordinary):
    source = TableSource(pa.table({"x": [1]}))
    engine = AssistedEngine(ordinary(source), CpuEngine(source), assistant=None)
    for rows in (2, 3):
        try:
            engine.append(pa.record_batch({"x": [rows]}))
        except MemoryError:
            assert ordinary is Full
        assert (engine.rows, engine.ordinary.rows) == (rows, rows)
