"""The engine over resident data of one dataset version."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gpu.cubes import AnyOf, Axis, CancelToken, Cube, CubeSpec, Filter, ViewSpec
from gpu.engine import Source, resolve_rows
from gpu.resident.appendable_rows import AppendableRows
from gpu.resident.arrays import Arrays
from gpu.resident.backend import ComputeBackend
from gpu.resident.bit_packing import pack_bytes, unpack_bits
from gpu.resident.columns import ResidentColumns
from gpu.resident.encoder import ColumnEncoder
from gpu.resident.memory import EngineMemory
from gpu.resident.request import EngineRequest
from gpu.resident.request_context import pin_resident
from gpu.scales import Scale


class ResidentEngine:
    """An engine that keeps codes, numbers and filter bits in ``arrays`` and counts them by ``backend``."""

    name: str

    def __init__(self, source: Source, memory: EngineMemory, arrays: Arrays, backend: ComputeBackend) -> None:
        self.rows = AppendableRows(source)
        self._encoder = ColumnEncoder(self.rows, memory.resident_cache, arrays)
        self._backend = backend
        self.columns = ResidentColumns(self._encoder, backend)
        self.unfiltered_cubes = memory.unfiltered_cubes
        self._appending = Lock()

    @property
    def row_count(self) -> int:
        return self.rows.row_count

    @property
    def nbytes(self) -> int:
        return self._encoder.cache.owner_nbytes(self.rows) + self.rows.nbytes

    def load_codes(self, column: str, scale: Scale) -> None:
        with pin_resident(self._encoder, self.row_count) as context:
            context.get_codes(Axis(column, scale))

    def append_rows(self, batch: pa.RecordBatch) -> None:
        """Append rows, which later requests see, and extend the resident data.

        Raises:
            KeyError: The batch lacks a column that is resident.
            ValueError: Values don't fit the type of their column.
        """
        with self._appending:
            self.rows.append_batch(batch)
            self._encoder.cache.extend_owner(self.rows, self.row_count)

    def compute_mask(
        self, filters: Sequence[Filter | AnyOf], rows: range | None = None
    ) -> npt.NDArray[np.bool_]:
        selected = resolve_rows(rows, self.row_count)
        return unpack_bits(self._compute_words(filters, selected), selected)

    def compute_bitmask(
        self, filters: Sequence[Filter | AnyOf], rows: range | None = None
    ) -> npt.NDArray[np.uint8]:
        selected = resolve_rows(rows, self.row_count)
        if selected.start % 64:
            raise ValueError(f"the first row must be a multiple of 64, not {selected.start}")
        return pack_bytes(self._compute_words(filters, selected), len(selected))

    def _compute_words(self, filters: Sequence[Filter | AnyOf], rows: range) -> npt.NDArray[np.uint64]:
        with pin_resident(self._encoder, rows.stop) as context:
            return self._backend.compute_bitmask(context.list_filter_bits(filters), rows)

    def compute_histogram(self, view: ViewSpec, filters: Sequence[Filter | AnyOf] = ()) -> Cube:
        return self.compute_cubes([CubeSpec(view, (), frozenset(filters))])[0]

    def compute_cubes(
        self, specs: Sequence[CubeSpec], cancel: CancelToken | None = None, rows: range | None = None
    ) -> list[Cube]:
        """Return one cube per spec, in order, all over the same rows. Unfiltered cubes are read-only.

        Raises:
            Cancelled: ``cancel`` was set before the last cube was complete.
            ValueError: A cube would have too many cells, or some rows don't exist.
            KeyError: There is no such column.
            TypeError: A measure's column has no numbers, or a scale can't encode a column.
        """
        selected = resolve_rows(rows, self.row_count)
        with pin_resident(self._encoder, selected.stop) as context:
            request = EngineRequest(
                context, self.unfiltered_cubes, self._backend, cancel or CancelToken(), selected.start
            )
            return request.compute_cubes(specs)
