"""Unordered scales: categories by name, and booleans."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, field_validator

from gpu.scales.base import MAX_LEVELS, BaseScale, Codes, Lookup, identity_lookup, make_readonly

_ROUND_COUNTS = (5, 10, 12, 20, 24, 50, 100, 200, 500)


class CategoryScale(BaseScale):
    """A scale with codes ``0..k-1`` for categories in display order, ``k`` for others, ``k+1`` for null."""

    type: Literal["category"] = "category"
    values: tuple[str, ...] = Field(max_length=MAX_LEVELS)

    @field_validator("values")
    @classmethod
    def _require_distinct(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(values)) < len(values):
            raise ValueError("categories must be unique")
        return values

    @property
    def code_count(self) -> int:
        return len(self.values) + 2

    def encode(self, values: pa.Array) -> Codes:
        if pa.types.is_nested(values.type):
            raise TypeError(f"categories expected, found {values.type}")
        coded = values if pa.types.is_dictionary(values.type) else values.dictionary_encode()
        lookup = self._dictionary_codes(coded.dictionary).astype(self.dtype)
        indices = (
            coded.indices.cast(pa.int64()).fill_null(len(coded.dictionary)).to_numpy(zero_copy_only=False)
        )
        codes: Codes = lookup[indices]
        return codes

    def _dictionary_codes(self, names: pa.Array) -> npt.NDArray[np.int64]:
        """Return the code of each name of a dictionary, followed by the code of null."""
        found = pc.index_in(names.cast(pa.string()), value_set=pa.array(self.values, pa.string()))
        other = pc.if_else(names.is_valid(), len(self.values), len(self.values) + 1)
        codes = pc.coalesce(found.cast(pa.int64()), other.cast(pa.int64())).to_numpy(zero_copy_only=False)
        return np.append(codes, len(self.values) + 1)

    def get_bin_lookup(self, bins: int | None) -> Lookup:
        """Return a lookup that keeps the first ``bins`` categories apart and adds the rest to the others."""
        return (
            identity_lookup(self.code_count) if bins is None else _cached_top_lookup(len(self.values), bins)
        )

    def list_bin_counts(self) -> list[int]:
        count = len(self.values)
        return [n for n in _ROUND_COUNTS if n < count] + ([count] if count else [])


class BooleanScale(BaseScale):
    """A scale with the codes 0 for false, 1 for true and 2 for null."""

    type: Literal["boolean"] = "boolean"

    @property
    def code_count(self) -> int:
        return 3

    def encode(self, values: pa.Array) -> Codes:
        if not pa.types.is_boolean(values.type):
            raise TypeError(f"booleans expected, found {values.type}")
        codes: Codes = values.cast(pa.uint8()).fill_null(2).to_numpy(zero_copy_only=False).copy()
        return codes

    def get_bin_lookup(self, bins: int | None) -> Lookup:
        if bins not in (None, 2):
            raise ValueError(f"a boolean scale has 2 bins, not {bins}")
        return identity_lookup(self.code_count)

    def list_bin_counts(self) -> list[int]:
        return [2]


@lru_cache(maxsize=1024)
def _cached_top_lookup(count: int, bins: int) -> Lookup:
    if not 1 <= bins <= count:
        raise ValueError(f"{bins} bins can't be made from {count} categories")
    codes = np.minimum(np.arange(count + 1), bins)
    return make_readonly(np.append(codes, bins + 1).astype(np.uint16))
