"""What all scales share, and the code layout of the ordered ones."""

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

from gpu.scales.comparable_values import Raw, number, temporal
from gpu.scales.thresholds import Ladder

MOST_LEVELS = 65_000
FINE_LEVELS = 600

Codes = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
Lookup = npt.NDArray[np.uint16]
Number = TypeVar("Number", bound=np.generic)
Ranges = tuple[tuple[int, int], ...]


class AnyScale(BaseModel, ABC):
    """A frozen, hashable mapping of values to codes ``0 .. codes-1``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @property
    @abstractmethod
    def codes(self) -> int:
        """How many codes there are, the special ones included."""

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(np.uint8 if self.codes <= 256 else np.uint16)

    @abstractmethod
    def encode(self, values: pa.Array) -> Codes:
        """The code of every value, shape ``(len(values),)``, of ``self.dtype``.

        Raises:
            TypeError: the values are of a type this scale can't judge.
        """

    @abstractmethod
    def coarsen(self, bins: int | None) -> Lookup:
        """Code -> bin, shape ``(codes,)``, read-only; special codes keep their own bins. None: identity.

        Raises:
            ValueError: there can't be so many, or so few, bins.
        """

    @abstractmethod
    def choices(self) -> list[int]:
        """The numbers of bins, ascending, for which ``coarsen`` gives nice bins."""


@lru_cache(maxsize=256)
def identity(codes: int) -> Lookup:
    return frozen(np.arange(codes, dtype=np.uint16))


def frozen(array: npt.NDArray[Number]) -> npt.NDArray[Number]:
    """The array itself, from now on read-only: it is shared by all who ask."""
    array.flags.writeable = False
    return array


class Ordered(AnyScale):
    """A scale with ascending edges; code 0 is below, 1..levels are fine bins, then come above and null.

    Bin ``i+1`` holds ``edges[i] <= x < edges[i+1]``, judged exactly in the values' own type.
    """

    @abstractmethod
    def build_edges(self) -> npt.NDArray[np.float64]:
        """The ascending edges, made anew; ``edges`` keeps them."""

    @property
    def measures_time(self) -> bool:
        """Whether the edges are epoch milliseconds."""
        return False

    @property
    def edges(self) -> npt.NDArray[np.float64]:
        """Ascending float64, shape ``(levels+1,)``; epoch milliseconds (UTC) on time scales."""
        return _edges(self)

    @property
    def codes(self) -> int:
        return int(self.edges.size) + 2

    def judged(self, values: pa.Array) -> tuple[Raw, Ladder]:
        """The values as they are compared, and the thresholds they are compared with.

        Raises:
            TypeError: the values are of a type this scale can't judge.
        """
        raw = temporal(values) if self.measures_time else number(values)
        return raw, _ladder(self, raw.ticks, raw.comparable)

    def encode(self, values: pa.Array) -> Codes:
        raw, ladder = self.judged(values)
        codes = ladder.count(raw.values, self.dtype)
        _mark_missing(codes, raw, self.codes - 1)
        return codes

    def coarsen(self, bins: int | None) -> Lookup:
        return identity(self.codes) if bins is None else _lookup(self, bins)

    def choices(self) -> list[int]:
        counts = sorted(_groupings(self))
        return [count for count in counts if count > 1] or counts

    def groupings(self) -> Mapping[int, npt.NDArray[np.intp]]:
        """For each nice number of bins, the fine bins at which the coarse ones begin."""
        levels = self.edges.size - 1
        return {levels: np.arange(levels)} if levels else {}

    def ranges_between(self, lo: float | None, hi: float | None, nulls: bool) -> Ranges | None:
        """The half-open code ranges of ``lo <= x < hi``; None where a bound is no edge.

        A bound of None is no bound: the values below or above the domain are in then. ``nulls`` adds those
        missing.
        """
        start = 0 if lo is None else _edge(self.edges, lo)
        stop = self.codes - 1 if hi is None else _edge(self.edges, hi)
        if start is None or stop is None:
            return None
        missing = (self.codes - 1, self.codes)
        if nulls and stop == missing[0] and start < stop:
            return ((start, self.codes),)
        return (((start, stop),) if start < stop else ()) + ((missing,) if nulls else ())


@lru_cache(maxsize=1024)
def _edges(scale: Ordered) -> npt.NDArray[np.float64]:
    return frozen(scale.build_edges())


def _edge(edges: npt.NDArray[np.float64], value: float) -> int | None:
    """The code that begins at this edge; None if it is none."""
    index = int(np.searchsorted(edges, value))
    return index + 1 if index < edges.size and edges[index] == value else None


def _mark_missing(codes: Codes, raw: Raw, null: int) -> None:
    if raw.valid is not None:
        codes[~raw.valid] = null
    if raw.values.dtype.kind == "f":
        codes[np.isnan(raw.values)] = null


@lru_cache(maxsize=512)
def _ladder(scale: Ordered, ticks: Fraction, dtype: np.dtype[Any]) -> Ladder:
    return Ladder.floats(scale.edges) if dtype.kind == "f" else Ladder.integers(scale.edges, ticks, dtype)


@lru_cache(maxsize=512)
def _groupings(scale: Ordered) -> Mapping[int, npt.NDArray[np.intp]]:
    return scale.groupings()


@lru_cache(maxsize=2048)
def _lookup(scale: Ordered, bins: int) -> Lookup:
    """Nice groups where there are such, else groups as even as can be."""
    levels = scale.edges.size - 1
    if not 1 <= bins <= levels:
        raise ValueError(f"{bins} bins can't be made of {levels} levels")
    starts = _groupings(scale).get(bins)
    if starts is None:
        starts = np.arange(bins) * levels // bins
    inner = np.searchsorted(starts, np.arange(levels), side="right")
    return frozen(np.concatenate([[0], inner, [bins + 1, bins + 2]]).astype(np.uint16))
