"""Unordered scales: categories by name, and booleans."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, field_validator

from gpu.scales.base import MOST_LEVELS, AnyScale, Codes, Lookup, frozen, identity

_ROUND_COUNTS = (5, 10, 12, 20, 24, 50, 100, 200, 500)


class Category(AnyScale):
    """Codes ``0..k-1`` are the categories in display order, ``k`` every other value, ``k+1`` null."""

    type: Literal["category"] = "category"
    values: tuple[str, ...] = Field(max_length=MOST_LEVELS)

    @field_validator("values")
    @classmethod
    def _differ(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(values)) < len(values):
            raise ValueError("categories must differ")
        return values

    @property
    def codes(self) -> int:
        return len(self.values) + 2

    def encode(self, values: pa.Array) -> Codes:
        if pa.types.is_nested(values.type):
            raise TypeError(f"categories expected, found {values.type}")
        coded = values if pa.types.is_dictionary(values.type) else values.dictionary_encode()
        lookup = self._codes_of(coded.dictionary).astype(self.dtype)
        places = (
            coded.indices.cast(pa.int64()).fill_null(len(coded.dictionary)).to_numpy(zero_copy_only=False)
        )
        codes: Codes = lookup[places]
        return codes

    def _codes_of(self, names: pa.Array) -> npt.NDArray[np.int64]:
        """The code of each name of a dictionary, with the null's appended."""
        found = pc.index_in(names.cast(pa.string()), value_set=pa.array(self.values, pa.string()))
        other = pc.if_else(names.is_valid(), len(self.values), len(self.values) + 1)
        codes = pc.coalesce(found.cast(pa.int64()), other.cast(pa.int64())).to_numpy(zero_copy_only=False)
        return np.append(codes, len(self.values) + 1)

    def coarsen(self, bins: int | None) -> Lookup:
        """The first ``bins`` categories stay apart; the rest join the other values."""
        return identity(self.codes) if bins is None else _first(len(self.values), bins)

    def choices(self) -> list[int]:
        count = len(self.values)
        return [n for n in _ROUND_COUNTS if n < count] + ([count] if count else [])


class Boolean(AnyScale):
    """0 is false, 1 true, 2 null."""

    type: Literal["boolean"] = "boolean"

    @property
    def codes(self) -> int:
        return 3

    def encode(self, values: pa.Array) -> Codes:
        if not pa.types.is_boolean(values.type):
            raise TypeError(f"booleans expected, found {values.type}")
        codes: Codes = values.cast(pa.uint8()).fill_null(2).to_numpy(zero_copy_only=False).copy()
        return codes

    def coarsen(self, bins: int | None) -> Lookup:
        if bins not in (None, 2):
            raise ValueError(f"a boolean has 2 bins, not {bins}")
        return identity(self.codes)

    def choices(self) -> list[int]:
        return [2]


@lru_cache(maxsize=1024)
def _first(count: int, bins: int) -> Lookup:
    if not 1 <= bins <= count:
        raise ValueError(f"{bins} bins can't be made of {count} categories")
    codes = np.minimum(np.arange(count + 1), bins)
    return frozen(np.append(codes, bins + 1).astype(np.uint16))
