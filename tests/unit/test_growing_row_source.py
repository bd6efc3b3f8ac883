"""The rows of an engine whose source grows while it is made."""

from __future__ import annotations

import pyarrow as pa

from gpu.resident.appendable_rows import Rows


class Growing:
    """A source that has a row more whenever it is asked."""

    def __init__(self) -> None:
        self._rows = 2

    @property
    def rows(self) -> int:
        self._rows += 1
        return self._rows

    def read(self, _column: str, start: int = 0):
        yield pa.array(range(start, self._rows))


def test_rows_that_come_while_it_is_made_are_neither_lost_nor_moved():
    rows = Rows(Growing())
    begun = rows.count
    for number in range(begun, begun + 3):
        rows.append(pa.record_batch({"n": [number]}))
    found = [value for _, piece in rows.read("n", 0, rows.count) for value in piece.to_pylist()]
    assert found == list(range(begun + 3))
