"""cuxfilter for what it can and while it runs, the ordinary engine for all else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import structlog

from gpu.cubes import AnyOf, Cancel, Cube, CubeSpec, Filter, View
from gpu.cuxfilter.engine import CuxfilterEngine
from gpu.cuxfilter.process import ProcessError
from gpu.cuxfilter.worker_client import Counter
from gpu.engine import Engine, Source
from gpu.scales import Scale

S = TypeVar("S", bound=Source)
REST = 60.0
"""Seconds for which a process is asked nothing after it failed."""
log = structlog.get_logger(__name__)


class Assistant:
    """The process that counts for all engines here, and ``trouble``: what is wrong with it, or nothing."""

    def __init__(self, counter: Counter) -> None:
        self.counter = counter
        self.trouble = ""
        self._rests_until = 0.0

    @property
    def rests(self) -> bool:
        return bool(self.trouble) and monotonic() < self._rests_until

    def failed(self, error: ProcessError) -> None:
        self.trouble, self._rests_until = str(error), monotonic() + REST
        log.warning("cuxfilter failed, the ordinary engine counts for it", error=self.trouble, seconds=REST)

    def worked(self) -> None:
        self.trouble = ""


class AssistedEngine:
    """Two engines over the same rows: what cuxfilter refuses, or fails at, the ordinary one answers."""

    name = "cuxfilter"

    def __init__(self, ordinary: Engine, cuxfilter: CuxfilterEngine, assistant: Assistant) -> None:
        self.ordinary, self._cuxfilter, self._assistant = ordinary, cuxfilter, assistant

    @property
    def rows(self) -> int:
        return min(self.ordinary.rows, self._cuxfilter.rows)

    @property
    def nbytes(self) -> int:
        return self.ordinary.nbytes + self._cuxfilter.nbytes

    def load(self, column: str, scale: Scale) -> None:
        self.ordinary.load(column, scale)

    def append(self, batch: pa.RecordBatch) -> None:
        rows = self.rows + batch.num_rows
        try:
            if self.ordinary.rows < rows:
                self.ordinary.append(batch)
        finally:
            if self._cuxfilter.rows < rows:
                self._cuxfilter.append(batch)

    def mask(self, filters: Sequence[Filter | AnyOf], rows: range | None = None) -> npt.NDArray[np.bool_]:
        return self.ordinary.mask(filters, rows)

    def bits(self, filters: Sequence[Filter | AnyOf], rows: range | None = None) -> npt.NDArray[np.uint8]:
        return self.ordinary.bits(filters, rows)

    def histogram(self, view: View, filters: Sequence[Filter | AnyOf] = ()) -> Cube:
        return self.cubes([CubeSpec(view, (), frozenset(filters))])[0]

    def drawn_by(self, spec: CubeSpec) -> str | None:
        """Which engine answers this, unless it is the ordinary one."""
        asked = not self._assistant.rests and self._cuxfilter.refusal(spec) is None
        return self._cuxfilter.name if asked else None

    def cubes(
        self, specs: Sequence[CubeSpec], cancel: Cancel | None = None, rows: range | None = None
    ) -> list[Cube]:
        rows = range(self.rows) if rows is None else rows
        drawn = [spec for spec in specs if self.drawn_by(spec)]
        found = self._drawn(drawn, cancel, rows) if drawn else {}
        others = [spec for spec in specs if spec not in found]
        found |= zip(others, self.ordinary.cubes(others, cancel, rows), strict=True) if others else ()
        return [found[spec] for spec in specs]

    def _drawn(self, specs: list[CubeSpec], cancel: Cancel | None, rows: range) -> dict[CubeSpec, Cube]:
        """What cuxfilter counts of these: all or, if it fails, nothing."""
        try:
            cubes = self._cuxfilter.cubes(specs, cancel, rows)
        except ProcessError as error:
            self._assistant.failed(error)
            return {}
        self._assistant.worked()
        return dict(zip(specs, cubes, strict=True))


def assisted(ordinary: Callable[[S], Engine], assistant: Assistant) -> Callable[[S], AssistedEngine]:
    """What makes engines that cuxfilter assists, all by one process."""
    return lambda source: AssistedEngine(
        ordinary(source), CuxfilterEngine(source, assistant.counter), assistant
    )
