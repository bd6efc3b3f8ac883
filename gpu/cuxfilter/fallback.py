"""An engine that uses cuxfilter for what it can do while it runs, and a fallback engine for the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import structlog

from gpu.cubes import AnyOf, CancelToken, Cube, CubeSpec, Filter, ViewSpec
from gpu.cuxfilter.engine import CuxfilterEngine
from gpu.cuxfilter.process import WorkerError
from gpu.cuxfilter.worker_client import WorkerClient
from gpu.engine import Engine, Source
from gpu.scales import Scale

S = TypeVar("S", bound=Source)
RETRY_AFTER = 60.0
"""The seconds for which the process gets no requests after it failed."""
log = structlog.get_logger(__name__)


class WorkerHealth:
    """The state of the process that computes for all engines; ``last_error`` is empty if it works."""

    def __init__(self, client: WorkerClient) -> None:
        self.client = client
        self.last_error = ""
        self._paused_until = 0.0

    @property
    def is_paused(self) -> bool:
        return bool(self.last_error) and monotonic() < self._paused_until

    def record_failure(self, error: WorkerError) -> None:
        self.last_error, self._paused_until = str(error), monotonic() + RETRY_AFTER
        log.warning("cuxfilter failed; using the fallback engine", error=self.last_error, seconds=RETRY_AFTER)

    def record_success(self) -> None:
        self.last_error = ""


class CuxfilterWithFallback:
    """Two engines over the same rows: the fallback computes the cubes that cuxfilter refuses or fails to."""

    name = "cuxfilter"

    def __init__(self, fallback: Engine, cuxfilter: CuxfilterEngine, health: WorkerHealth) -> None:
        self.fallback, self._cuxfilter, self._health = fallback, cuxfilter, health

    @property
    def row_count(self) -> int:
        return min(self.fallback.row_count, self._cuxfilter.row_count)

    @property
    def nbytes(self) -> int:
        return self.fallback.nbytes + self._cuxfilter.nbytes

    def load_codes(self, column: str, scale: Scale) -> None:
        self.fallback.load_codes(column, scale)

    def append_rows(self, batch: pa.RecordBatch) -> None:
        rows = self.row_count + batch.num_rows
        try:
            if self.fallback.row_count < rows:
                self.fallback.append_rows(batch)
        finally:
            if self._cuxfilter.row_count < rows:
                self._cuxfilter.append_rows(batch)

    def compute_mask(
        self, filters: Sequence[Filter | AnyOf], rows: range | None = None
    ) -> npt.NDArray[np.bool_]:
        return self.fallback.compute_mask(filters, rows)

    def compute_bitmask(
        self, filters: Sequence[Filter | AnyOf], rows: range | None = None
    ) -> npt.NDArray[np.uint8]:
        return self.fallback.compute_bitmask(filters, rows)

    def compute_histogram(self, view: ViewSpec, filters: Sequence[Filter | AnyOf] = ()) -> Cube:
        return self.compute_cubes([CubeSpec(view, (), frozenset(filters))])[0]

    def engine_name_for(self, spec: CubeSpec) -> str | None:
        """Return the name of the engine that computes this cube; None if it is the fallback engine."""
        is_accepted = not self._health.is_paused and self._cuxfilter.refusal_reason(spec) is None
        return self._cuxfilter.name if is_accepted else None

    def compute_cubes(
        self, specs: Sequence[CubeSpec], cancel: CancelToken | None = None, rows: range | None = None
    ) -> list[Cube]:
        rows = range(self.row_count) if rows is None else rows
        accepted = [spec for spec in specs if self.engine_name_for(spec)]
        cubes = self._try_cuxfilter(accepted, cancel, rows) if accepted else {}
        others = [spec for spec in specs if spec not in cubes]
        cubes |= zip(others, self.fallback.compute_cubes(others, cancel, rows), strict=True) if others else ()
        return [cubes[spec] for spec in specs]

    def _try_cuxfilter(
        self, specs: list[CubeSpec], cancel: CancelToken | None, rows: range
    ) -> dict[CubeSpec, Cube]:
        """Return the cubes that cuxfilter computes: all of these or, if it fails, none."""
        try:
            cubes = self._cuxfilter.compute_cubes(specs, cancel, rows)
        except WorkerError as error:
            self._health.record_failure(error)
            return {}
        self._health.record_success()
        return dict(zip(specs, cubes, strict=True))


def with_cuxfilter(
    create_fallback: Callable[[S], Engine], health: WorkerHealth
) -> Callable[[S], CuxfilterWithFallback]:
    """Return a function that creates engines which use cuxfilter, all in one process."""
    return lambda source: CuxfilterWithFallback(
        create_fallback(source), CuxfilterEngine(source, health.client), health
    )
