"""Sort keys of rows: the value, then the row number, so that no two rows have the same key."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datasets.storage.store import is_text_type
from datasets.table.row_bitmap import Bools, RowNumbers

T = TypeVar("T", pa.Array, pa.ChunkedArray)


@dataclass(frozen=True)
class ValuePosition:
    """The position in an order of the row with this value and number."""

    value: pa.Scalar
    number: int


@dataclass(frozen=True, eq=False)
class StoredKeys:
    """The values of some rows and their numbers."""

    values: pa.Array
    numbers: RowNumbers

    def __len__(self) -> int:
        return len(self.values)

    def filter_rows(self, chosen: Bools) -> StoredKeys:
        return StoredKeys(self.values.filter(pa.array(chosen)), self.numbers[chosen])

    def take_every(self, step: int) -> StoredKeys:
        numbers = self.numbers[::step].copy()  # a view would keep all numbers in memory
        return StoredKeys(self.values.take(pa.array(np.arange(0, len(self), step))), numbers)

    def position_at(self, at: int) -> ValuePosition:
        """Return the position of the row at index ``at`` of these, which must be sorted."""
        return ValuePosition(self.values[at], int(self.numbers[at]))

    def row_numbers_at(self, places: range) -> RowNumbers:
        """Return the row numbers of those at these indices, which must be sorted."""
        return self.numbers[places.start : places.stop]

    def mask_before(self, splitter: ValuePosition, descending: bool) -> Bools:
        """Return which rows come before a position; rows without a value come last in both directions."""
        lower = self.numbers < splitter.number
        if not splitter.value.is_valid:
            return _to_numpy(self.values.is_valid()) | lower
        sooner = pc.greater if descending else pc.less
        return self._compare(sooner, splitter) | (self._compare(pc.equal, splitter) & lower)

    def _compare(self, compare: Callable[..., pa.Array], splitter: ValuePosition) -> Bools:
        if pa.types.is_dictionary(self.values.type):
            found = compare(self.values.dictionary, splitter.value).take(self.values.indices)
        else:
            found = compare(self.values, splitter.value)
        return _to_numpy(found.fill_null(False))


def concat_sorted(keys: Iterable[StoredKeys], type_: pa.DataType, descending: bool) -> StoredKeys:
    """Return all keys sorted; ``type_`` is the type of the values."""
    parts = list(keys)
    values = pa.chunked_array([decode_text(part.values) for part in parts], type_)
    numbers = np.concatenate([np.zeros(0, np.int64), *(part.numbers for part in parts)])
    table = pa.table({"value": values, "number": numbers})
    direction = "descending" if descending else "ascending"
    order = pc.sort_indices(table, sort_keys=[("value", direction), ("number", "ascending")])
    found = table.take(order).combine_chunks()
    return StoredKeys(
        pa.concat_arrays(found["value"].chunks or [pa.nulls(0, type_)]), numbers[order.to_numpy()]
    )


def to_sortable(values: pa.Array) -> pa.Array:
    """Return values as they are sorted: a float that isn't finite counts as missing."""
    if pa.types.is_floating(values.type):
        return pc.if_else(pc.is_finite(values), values, pa.scalar(None, values.type))
    return values.cast(pa.uint8()) if pa.types.is_boolean(values.type) else values


def sortable_type(type_: pa.DataType) -> pa.DataType:
    """Return the type of sorted values of this stored type."""
    if pa.types.is_boolean(type_):
        return pa.uint8()
    return pa.large_string() if is_text_type(type_) else type_


def decode_text(values: T) -> T:
    """Return plain text instead of dictionary-encoded text; other values stay as they are."""
    return values.cast(pa.large_string()) if is_text_type(values.type) else values


def _to_numpy(flags: pa.BooleanArray) -> Bools:
    found: Bools = flags.to_numpy(zero_copy_only=False)
    return found
