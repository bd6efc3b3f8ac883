"""Rows by what they are sorted by: its value, then their number, which no two share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datasets.storage.store import is_text
from datasets.table.row_bitmap import Bools, Numbers

T = TypeVar("T", pa.Array, pa.ChunkedArray)


@dataclass(frozen=True)
class Splitter:
    """A place in an order, that of a row with this value and number: all rows are before it or not."""

    value: pa.Scalar
    number: int


@dataclass(frozen=True, eq=False)
class Keys:
    """The values of some rows and their numbers."""

    values: pa.Array
    numbers: Numbers

    def __len__(self) -> int:
        return len(self.values)

    def where(self, chosen: Bools) -> Keys:
        return Keys(self.values.filter(pa.array(chosen)), self.numbers[chosen])

    def every(self, step: int) -> Keys:
        numbers = self.numbers[::step].copy()  # a view would keep all of them
        return Keys(self.values.take(pa.array(np.arange(0, len(self), step))), numbers)

    def place(self, at: int) -> Splitter:
        """Where the row is that is the ``at``-th of these, which are in order."""
        return Splitter(self.values[at], int(self.numbers[at]))

    def numbers_at(self, places: range) -> Numbers:
        """Those from one place to another of these, which are in order."""
        return self.numbers[places.start : places.stop]

    def before(self, splitter: Splitter, descending: bool) -> Bools:
        """Which come before a place in the order; rows without a value come last, either way."""
        lower = self.numbers < splitter.number
        if not splitter.value.is_valid:
            return _flags(self.values.is_valid()) | lower
        sooner = pc.greater if descending else pc.less
        return self._judged(sooner, splitter) | (self._judged(pc.equal, splitter) & lower)

    def _judged(self, judge: Callable[..., pa.Array], splitter: Splitter) -> Bools:
        if pa.types.is_dictionary(self.values.type):
            found = judge(self.values.dictionary, splitter.value).take(self.values.indices)
        else:
            found = judge(self.values, splitter.value)
        return _flags(found.fill_null(False))


def ordered(keys: Iterable[Keys], type_: pa.DataType, descending: bool) -> Keys:
    """All of them in order; ``type_`` is that of the values."""
    parts = list(keys)
    values = pa.chunked_array([plain(part.values) for part in parts], type_)
    numbers = np.concatenate([np.zeros(0, np.int64), *(part.numbers for part in parts)])
    table = pa.table({"value": values, "number": numbers})
    direction = "descending" if descending else "ascending"
    order = pc.sort_indices(table, sort_keys=[("value", direction), ("number", "ascending")])
    found = table.take(order).combine_chunks()
    return Keys(pa.concat_arrays(found["value"].chunks or [pa.nulls(0, type_)]), numbers[order.to_numpy()])


def sortable(values: pa.Array) -> pa.Array:
    """Values as they are sorted: what is no finite number counts as none."""
    if pa.types.is_floating(values.type):
        return pc.if_else(pc.is_finite(values), values, pa.scalar(None, values.type))
    return values.cast(pa.uint8()) if pa.types.is_boolean(values.type) else values


def sortable_type(type_: pa.DataType) -> pa.DataType:
    """The type of such values in order."""
    if pa.types.is_boolean(type_):
        return pa.uint8()
    return pa.large_string() if is_text(type_) else type_


def plain(values: T) -> T:
    """Text as such, not dictionary-encoded."""
    return values.cast(pa.large_string()) if is_text(values.type) else values


def _flags(flags: pa.BooleanArray) -> Bools:
    found: Bools = flags.to_numpy(zero_copy_only=False)
    return found
