"""The magnitudes of integer columns, from which follows whether int64 can hold their sums."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from gpu.resident.appendable_rows import AppendableRows
from gpu.wide_sums import MAX_INT64


class IntegerBounds:
    """The greatest magnitude of columns of 64-bit integers, each read when first needed."""

    def __init__(self, rows: AppendableRows) -> None:
        self._rows = rows
        self._known: dict[str, tuple[int, int]] = {}

    def can_overflow(self, column: str) -> bool:
        """Return whether the sum of some of the column's rows could exceed int64."""
        kind, rows = self._rows.get_type(column), self._rows.row_count
        if not pa.types.is_integer(kind) or kind.bit_width < 64:
            return False
        return self._find_magnitude(column, rows) * rows > MAX_INT64

    def _find_magnitude(self, column: str, rows: int) -> int:
        """Return the greatest absolute value of the rows before ``rows``; later ones may count as well."""
        known_rows, magnitude = self._known.get(column, (0, 0))
        if known_rows >= rows:
            return magnitude
        for _, values in self._rows.read_pieces(column, known_rows, rows):
            bounds = pc.min_max(values).as_py()
            magnitude = max(magnitude, -(bounds["min"] or 0), bounds["max"] or 0)
        self._known[column] = rows, magnitude
        return magnitude
