"""An engine of a device that is replaced by another engine as soon as the device is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from threading import Lock
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import structlog

from gpu.cubes import AnyOf, CancelToken, Cube, CubeSpec, Filter, ViewSpec
from gpu.cuda.device import Device, DeviceLostError
from gpu.cuda.engine import CudaEngine
from gpu.engine import ColumnStore, Engine, HasColumns, Source
from gpu.resident.appendable_rows import AppendableRows
from gpu.resident.memory import EngineMemory
from gpu.scales import Scale
from gpu.sort_order import RowNumbers, SortPosition

T = TypeVar("T")
log = structlog.get_logger(__name__)
CreateFallback = Callable[[Source], Engine]


class _EngineRows:
    """The rows of an engine as the source of the engine that replaces it, including those appended to it."""

    def __init__(self, rows: AppendableRows) -> None:
        self._rows = rows

    @property
    def row_count(self) -> int:
        return self._rows.row_count

    def read_column(self, column: str, start: int = 0) -> Iterator[pa.Array]:
        total = self.row_count
        if start < total or total == 0:
            for _, values in self._rows.read_pieces(column, start, total):
                yield values


class CudaWithFallback:
    """The engine of a device and, once the device is lost, the fallback engine over the same rows.

    A request during which the device is lost is answered by the fallback engine too.

    Args:
        source: The rows.
        device: The device that counts them.
        memory: What ``gpu.cuda.engine.create_memory`` returned.
        create_fallback: Creates the fallback engine.
    """

    def __init__(
        self, source: Source, device: Device, memory: EngineMemory, create_fallback: CreateFallback
    ) -> None:
        cuda = CudaEngine(source, device, memory=memory)
        self._engine: Engine = cuda
        self.name = cuda.name
        self._rows, self._memory, self._create_fallback = cuda.rows, memory, create_fallback
        self._switching, self._appending = Lock(), Lock()
        self.columns: ColumnStore = _ColumnsWithFallback(self)

    @property
    def row_count(self) -> int:
        return self._engine.row_count

    @property
    def nbytes(self) -> int:
        return self._engine.nbytes

    def answer(self, ask: Callable[[Engine], T]) -> T:
        """Return what ``ask`` returns for the device's engine or, if the device is lost, for the fallback."""
        try:
            return ask(self._engine)
        except DeviceLostError as error:
            return ask(self._replace_engine(error))

    def _replace_engine(self, error: DeviceLostError) -> Engine:
        with self._switching:
            if isinstance(self._engine, CudaEngine):
                log.error("the GPU is lost; restart the service to use it again", reason=str(error))
                self._engine = self._create_fallback(_EngineRows(self._rows))
                self.name = self._engine.name
                self._memory.resident_cache.drop_spilled()
            return self._engine

    def load_codes(self, column: str, scale: Scale) -> None:
        self.answer(lambda engine: engine.load_codes(column, scale))

    def append_rows(self, batch: pa.RecordBatch) -> None:
        with self._appending:
            try:
                self._append_to_first(batch)
            except DeviceLostError as error:  # the rows are appended by then, but not what derives from them
                self._replace_engine(error)
            if self._engine.row_count < self._rows.row_count:
                self._engine.append_rows(batch)

    def _append_to_first(self, batch: pa.RecordBatch) -> None:
        """Append to the rows that the device's engine had, which the fallback engine reads."""
        engine = self._engine
        if isinstance(engine, CudaEngine):
            engine.append_rows(batch)
        else:
            self._rows.append_batch(batch)

    def compute_mask(
        self, filters: Sequence[Filter | AnyOf], rows: range | None = None
    ) -> npt.NDArray[np.bool_]:
        return self.answer(lambda engine: engine.compute_mask(filters, rows))

    def compute_bitmask(
        self, filters: Sequence[Filter | AnyOf], rows: range | None = None
    ) -> npt.NDArray[np.uint8]:
        return self.answer(lambda engine: engine.compute_bitmask(filters, rows))

    def compute_histogram(self, view: ViewSpec, filters: Sequence[Filter | AnyOf] = ()) -> Cube:
        return self.answer(lambda engine: engine.compute_histogram(view, filters))

    def compute_cubes(
        self, specs: Sequence[CubeSpec], cancel: CancelToken | None = None, rows: range | None = None
    ) -> list[Cube]:
        return self.answer(lambda engine: engine.compute_cubes(specs, cancel, rows))


class _ColumnsWithFallback:
    """The columns that the engine in use keeps in memory."""

    def __init__(self, engine: CudaWithFallback) -> None:
        self._engine = engine

    def _answer(self, ask: Callable[[ColumnStore], T]) -> T:
        return self._engine.answer(lambda engine: ask(_get_columns(engine)))

    def has_column(self, column: str) -> bool:
        return self._answer(lambda columns: columns.has_column(column))

    def pin_columns(self, columns: Iterable[str]) -> AbstractContextManager[frozenset[str]]:
        return self._answer(lambda store: store.pin_columns(columns))

    def load_column(self, column: str, *, if_free: bool) -> None:
        self._answer(lambda columns: columns.load_column(column, if_free=if_free))

    def get_values(self, column: str, rows: RowNumbers) -> pa.Array:
        return self._answer(lambda columns: columns.get_values(column, rows))

    def get_sort_keys(self, column: str, rows: RowNumbers) -> pa.Array:
        return self._answer(lambda columns: columns.get_sort_keys(column, rows))

    def find_rows_between(
        self,
        column: str,
        ends: tuple[SortPosition | None, SortPosition | None],
        filters: Sequence[Filter | AnyOf],
        rows: range | None = None,
        *,
        descending: bool,
    ) -> tuple[int, RowNumbers]:
        return self._answer(
            lambda columns: columns.find_rows_between(column, ends, filters, rows, descending=descending)
        )


def _get_columns(engine: Engine) -> ColumnStore:
    """Return the columns of an engine.

    Raises:
        TypeError: It keeps none in memory.
    """
    if not isinstance(engine, HasColumns):
        raise TypeError(f"the engine {engine.name} keeps no columns in memory")
    return engine.columns
