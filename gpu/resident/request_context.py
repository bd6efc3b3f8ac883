"""Access to resident data by purpose: created when first needed, pinned while a request runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from gpu.cubes import AnyOf, Axis, Filter, is_unrestricted
from gpu.resident.arrays import Array, BitWords
from gpu.resident.bitmask import create_filter_bits
from gpu.resident.cache import CacheLease
from gpu.resident.composite_codes import CompositeCodes
from gpu.resident.encoder import ColumnEncoder
from gpu.resident.numeric_column import NumericColumn
from gpu.resident.sort_columns import column_class_for


@dataclass(frozen=True)
class RequestContext:
    """One request's access to resident data of the first ``row_count`` rows, pinned until the lease ends."""

    encoder: ColumnEncoder
    lease: CacheLease
    row_count: int

    def get_codes(self, axis: Axis) -> Array:
        return self.encoder.get_codes(self.lease, axis.column, axis.scale, self.row_count).array

    def get_composite_codes(self, axes: tuple[Axis, ...]) -> Array:
        return self.lease.get_or_create(
            ("joined", axes), lambda: CompositeCodes(self.encoder, axes), self.row_count
        ).array

    def get_filter_bits(self, filter_: Filter | AnyOf) -> BitWords:
        return self.lease.get_or_create(
            ("bits", filter_), lambda: create_filter_bits(self.encoder, filter_), self.row_count
        ).words

    def list_filter_bits(self, filters: Iterable[Filter | AnyOf]) -> list[BitWords]:
        """Return the bits of those filters that some rows may fail."""
        return [self.get_filter_bits(filter_) for filter_ in filters if not is_unrestricted(filter_)]

    def get_numbers(self, column: str) -> NumericColumn:
        return self._get_numeric_column(NumericColumn, column)

    def get_sort_column(self, column: str) -> NumericColumn:
        """Return a column's values as numbers, whatever their type.

        Raises:
            TooManyTextsError: The column has too many different texts to be kept.
        """
        return self._get_numeric_column(column_class_for(self.encoder.rows.get_type(column)), column)

    def _get_numeric_column(self, kind: type[NumericColumn], column: str) -> NumericColumn:
        encoder = self.encoder
        return self.lease.get_or_create(
            (kind, column), lambda: kind(encoder.rows, encoder.arrays, column), self.row_count
        )


@contextmanager
def pin_resident(encoder: ColumnEncoder, row_count: int) -> Iterator[RequestContext]:
    """Give access to resident data of so many rows, which stays pinned until the block ends."""
    with encoder.open_lease() as lease:
        yield RequestContext(encoder, lease, row_count)
