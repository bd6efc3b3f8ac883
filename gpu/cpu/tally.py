"""How the kernels of the CPU count a tally."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gpu.cpu.native.layout import SUM_PACKED
from gpu.resident.aggregation import Tally, Term
from gpu.resident.measure_kinds import SUM_INTEGER

_SMALL = 2048
_COPIES = 4
MOST_SHIFT = 28
_LEAST_SHIFT = 18
"""With fewer rows to unpack after, packing doesn't pay."""


@dataclass(frozen=True, eq=False)
class Job:
    """A tally as the fused kernel takes it."""

    tally: Tally

    @property
    def cells(self) -> int:
        return self.tally.cells

    @cached_property
    def terms(self) -> list[Term]:
        """The terms of all axes: those of the active ones are a row of cells apart."""
        return [_apart(term, self.tally.shape[1]) for term in self.tally.active] + self.tally.terms

    @property
    def shift(self) -> int:
        """Where a packed sum begins; 0 where sums aren't packed."""
        if self.tally.kind != SUM_INTEGER:
            return 0
        shift = min((62 - self.tally.most.bit_length()) // 2, MOST_SHIFT)
        return shift if shift >= _LEAST_SHIFT else 0

    @property
    def kind(self) -> int:
        return SUM_PACKED if self.shift else self.tally.kind

    @property
    def copies(self) -> int:
        """A small table is spread over several, so that adds to one cell need not wait for each other."""
        return _COPIES if self.cells <= _SMALL and self.terms else 1


def _apart(term: Term, stride: int) -> Term:
    lookup = None if term.lookup is None else term.lookup * np.uint32(stride)
    return Term(term.codes, term.stride * stride, lookup)
