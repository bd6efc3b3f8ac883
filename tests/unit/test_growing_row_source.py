"""The rows of an engine whose source grows while it is made."""

from __future__ import annotations

import pyarrow as pa

from gpu.resident.appendable_rows import AppendableRows


class GrowingSource:
    """A source that has a row more whenever it is asked."""

    def __init__(self) -> None:
        self._rows = 2

    @property
    def row_count(self) -> int:
        self._rows += 1
        return self._rows

    def read_column(self, _column: str, start: int = 0):
        yield pa.array(range(start, self._rows))


def test_rows_that_come_while_it_is_made_are_neither_lost_nor_moved():
    rows = AppendableRows(GrowingSource())
    begun = rows.row_count
    for number in range(begun, begun + 3):
        rows.append_batch(pa.record_batch({"n": [number]}))
    found = [value for _, piece in rows.read_pieces("n", 0, rows.row_count) for value in piece.to_pylist()]
    assert found == list(range(begun + 3))
