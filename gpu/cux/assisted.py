"""cuxfilter for what it can, the ordinary engine for all else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gpu.cubes import AnyOf, Cancel, Cube, CubeSpec, Filter, View
from gpu.cux.engine import CuxfilterEngine
from gpu.cux.process import Process
from gpu.engine import Engine, Source
from gpu.scales import Scale

S = TypeVar("S", bound=Source)


class AssistedEngine:
    """Two engines over the same rows: what cuxfilter refuses, the ordinary one answers."""

    name = "cuxfilter"

    def __init__(self, ordinary: Engine, cuxfilter: CuxfilterEngine) -> None:
        self._ordinary, self._cuxfilter = ordinary, cuxfilter

    @property
    def rows(self) -> int:
        return min(self._ordinary.rows, self._cuxfilter.rows)

    @property
    def nbytes(self) -> int:
        return self._ordinary.nbytes + self._cuxfilter.nbytes

    def load(self, column: str, scale: Scale) -> None:
        self._ordinary.load(column, scale)

    def append(self, batch: pa.RecordBatch) -> None:
        self._ordinary.append(batch)
        self._cuxfilter.append(batch)

    def mask(self, filters: Sequence[Filter | AnyOf], rows: range | None = None) -> npt.NDArray[np.bool_]:
        return self._ordinary.mask(filters, rows)

    def histogram(self, view: View, filters: Sequence[Filter | AnyOf] = ()) -> Cube:
        return self.cubes([CubeSpec(view, (), frozenset(filters))])[0]

    def drawn_by(self, spec: CubeSpec) -> str | None:
        """Which engine answers this, unless it is the ordinary one."""
        return self._cuxfilter.name if self._cuxfilter.refusal(spec) is None else None

    def cubes(
        self, specs: Sequence[CubeSpec], cancel: Cancel | None = None, rows: range | None = None
    ) -> list[Cube]:
        rows = range(self.rows) if rows is None else rows
        found: dict[CubeSpec, Cube] = {}
        for engine in (self._ordinary, self._cuxfilter):
            own = [spec for spec in specs if (self.drawn_by(spec) is None) == (engine is self._ordinary)]
            found |= zip(own, engine.cubes(own, cancel, rows), strict=True) if own else ()
        return [found[spec] for spec in specs]


def assisted(ordinary: Callable[[S], Engine], python: Path) -> Callable[[S], AssistedEngine]:
    """What makes engines that cuxfilter assists, all by one process of this interpreter."""
    process = Process(python, "engine")
    return lambda source: AssistedEngine(ordinary(source), CuxfilterEngine(source, process))
