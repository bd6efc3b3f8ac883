"""The base classes of scales, and the layout of the codes of ordered scales."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from gpu.scales.comparable_values import ComparableValues, numbers_to_comparable, times_to_comparable
from gpu.scales.thresholds import Thresholds

MAX_LEVELS = 65_000
MAX_FINE_LEVELS = 600

Codes = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
Lookup = npt.NDArray[np.uint16]
Number = TypeVar("Number", bound=np.generic)
Ranges = tuple[tuple[int, int], ...]


class BaseScale(BaseModel, ABC):
    """A frozen, hashable mapping from values to codes ``0 .. code_count-1``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @property
    @abstractmethod
    def code_count(self) -> int:
        """Return the number of codes, including the special ones."""

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(np.uint8 if self.code_count <= 256 else np.uint16)

    @abstractmethod
    def encode(self, values: pa.Array) -> Codes:
        """Return the code of every value, shape ``(len(values),)``, of type ``self.dtype``.

        Raises:
            TypeError: The scale can't encode values of this type.
        """

    @abstractmethod
    def get_bin_lookup(self, bins: int | None) -> Lookup:
        """Return the read-only bin of each code, shape ``(code_count,)``. Special codes keep their own bins.

        With ``bins=None`` every code is its own bin.

        Raises:
            ValueError: The scale can't be divided into this number of bins.
        """

    @abstractmethod
    def list_bin_counts(self) -> list[int]:
        """Return, in ascending order, the numbers of bins for which ``get_bin_lookup`` returns round bins."""


@lru_cache(maxsize=256)
def identity_lookup(codes: int) -> Lookup:
    """Return a read-only lookup in which every code is its own bin."""
    return make_readonly(np.arange(codes, dtype=np.uint16))


def make_readonly(array: npt.NDArray[Number]) -> npt.NDArray[Number]:
    """Make the array read-only and return it, because it is shared by all callers."""
    array.flags.writeable = False
    return array


class BaseOrderedScale(BaseScale):
    """A scale with ascending edges: code 0 is below, codes 1..levels are fine bins, then come above and null.

    Code ``i+1`` contains ``edges[i] <= x < edges[i+1]``, compared exactly in the values' own type.
    """

    @abstractmethod
    def build_edges(self) -> npt.NDArray[np.float64]:
        """Return the ascending edges as a new array; the property ``edges`` caches them."""

    @property
    def measures_time(self) -> bool:
        """Return whether the edges are epoch milliseconds."""
        return False

    @property
    def edges(self) -> npt.NDArray[np.float64]:
        """Return ascending float64, shape ``(levels+1,)``; epoch milliseconds (UTC) on time scales."""
        return _cached_edges(self)

    @property
    def code_count(self) -> int:
        return int(self.edges.size) + 2

    def to_comparable(self, values: pa.Array) -> tuple[ComparableValues, Thresholds]:
        """Return the values in the form in which they are compared, and the thresholds to compare them with.

        Raises:
            TypeError: The scale can't encode values of this type.
        """
        comparable = times_to_comparable(values) if self.measures_time else numbers_to_comparable(values)
        return comparable, _cached_thresholds(self, comparable.ticks_per_unit, comparable.threshold_dtype)

    def encode(self, values: pa.Array) -> Codes:
        comparable, thresholds = self.to_comparable(values)
        codes = thresholds.count_reached(comparable.values, self.dtype)
        _mark_missing(codes, comparable, self.code_count - 1)
        return codes

    def get_bin_lookup(self, bins: int | None) -> Lookup:
        return identity_lookup(self.code_count) if bins is None else _cached_lookup(self, bins)

    def list_bin_counts(self) -> list[int]:
        counts = sorted(_cached_groupings(self))
        return [count for count in counts if count > 1] or counts

    def find_groupings(self) -> Mapping[int, npt.NDArray[np.intp]]:
        """Return, for each round number of bins, the indices of the fine bins at which these begin."""
        levels = self.edges.size - 1
        return {levels: np.arange(levels)} if levels else {}

    def ranges_between(self, lo: float | None, hi: float | None, nulls: bool) -> Ranges | None:
        """Return the half-open ranges of codes for ``lo <= x < hi``; None if a bound is not an edge.

        A bound of None is no bound: values below, or above, the domain are included. ``nulls`` includes
        missing values.
        """
        start = 0 if lo is None else _code_at_edge(self.edges, lo)
        stop = self.code_count - 1 if hi is None else _code_at_edge(self.edges, hi)
        if start is None or stop is None:
            return None
        missing = (self.code_count - 1, self.code_count)
        if nulls and stop == missing[0] and start < stop:
            return ((start, self.code_count),)
        return (((start, stop),) if start < stop else ()) + ((missing,) if nulls else ())


@lru_cache(maxsize=1024)
def _cached_edges(scale: BaseOrderedScale) -> npt.NDArray[np.float64]:
    return make_readonly(scale.build_edges())


def _code_at_edge(edges: npt.NDArray[np.float64], value: float) -> int | None:
    """Return the code that begins at this edge; None if the value is not an edge."""
    index = int(np.searchsorted(edges, value))
    return index + 1 if index < edges.size and edges[index] == value else None


def _mark_missing(codes: Codes, comparable: ComparableValues, null: int) -> None:
    if comparable.valid is not None:
        codes[~comparable.valid] = null
    if comparable.values.dtype.kind == "f":
        codes[np.isnan(comparable.values)] = null


@lru_cache(maxsize=512)
def _cached_thresholds(scale: BaseOrderedScale, ticks: Fraction, dtype: np.dtype[Any]) -> Thresholds:
    return (
        Thresholds.from_floats(scale.edges)
        if dtype.kind == "f"
        else Thresholds.from_integers(scale.edges, ticks, dtype)
    )


@lru_cache(maxsize=512)
def _cached_groupings(scale: BaseOrderedScale) -> Mapping[int, npt.NDArray[np.intp]]:
    return scale.find_groupings()


@lru_cache(maxsize=2048)
def _cached_lookup(scale: BaseOrderedScale, bins: int) -> Lookup:
    """Return the bin of each code: round groups of fine bins if possible, else groups of similar size."""
    levels = scale.edges.size - 1
    if not 1 <= bins <= levels:
        raise ValueError(f"{bins} bins can't be made from {levels} levels")
    starts = _cached_groupings(scale).get(bins)
    if starts is None:
        starts = np.arange(bins) * levels // bins
    inner = np.searchsorted(starts, np.arange(levels), side="right")
    return make_readonly(np.concatenate([[0], inner, [bins + 1, bins + 2]]).astype(np.uint16))
