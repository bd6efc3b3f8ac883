"""Instants and booleans to sort by: as numbers."""

from __future__ import annotations

import pyarrow as pa

from gpu.resident.numeric_column import Host, Mask, Numbers, plain


class Ordinals(Numbers):
    """A column's instants, by the ticks of their type, or its booleans, by 0 and 1."""

    def read(self, values: pa.Array) -> tuple[Host, Mask | None]:
        return plain(values.cast(_whole(values.type)))

    def written(self, numbers: Host, present: Mask) -> pa.Array:
        kind = self._rows.type_of(self._column)
        return super().written(numbers, present).cast(_whole(kind)).cast(kind)


def _whole(kind: pa.DataType) -> pa.DataType:
    """The integers that values of a type can be cast to, and cast from."""
    if pa.types.is_boolean(kind):
        return pa.uint8()
    return pa.int32() if kind.bit_width == 32 else pa.int64()
