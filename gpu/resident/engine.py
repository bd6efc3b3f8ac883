"""An engine over what is resident: one version of a dataset."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gpu.cubes import AnyOf, Axis, Cancel, Cube, CubeSpec, Filter, View
from gpu.engine import Source, asked
from gpu.resident.appendable_rows import Rows
from gpu.resident.arrays import Arrays
from gpu.resident.backend import Counter
from gpu.resident.bit_packing import trimmed, unpacked
from gpu.resident.columns import ResidentColumns
from gpu.resident.encoder import Coder
from gpu.resident.memory import Memory
from gpu.resident.request import Request
from gpu.resident.request_context import residing
from gpu.scales import Scale


class ResidentEngine:
    """Codes, numbers and filter bits by row in ``arrays``, counted by ``counter``."""

    name: str

    def __init__(self, source: Source, memory: Memory, arrays: Arrays, counter: Counter) -> None:
        self._coder = Coder(Rows(source), memory.shelf, arrays)
        self._counter = counter
        self.columns = ResidentColumns(self._coder, counter)
        self.known = memory.known
        self._appending = Lock()

    @property
    def rows(self) -> int:
        return self._coder.rows.count

    @property
    def nbytes(self) -> int:
        return self._coder.shelf.nbytes_of(self._coder.rows) + self._coder.rows.nbytes

    def load(self, column: str, scale: Scale) -> None:
        with residing(self._coder, self.rows) as resident:
            resident.codes(Axis(column, scale))

    def append(self, batch: pa.RecordBatch) -> None:
        """Add rows, which requests made from now on see, and extend what is resident.

        Raises:
            KeyError: the batch lacks a column that is resident.
            ValueError: values don't fit the type of their column.
        """
        with self._appending:
            self._coder.rows.append(batch)
            self._coder.shelf.reach(self._coder.rows, self.rows)

    def mask(self, filters: Sequence[Filter | AnyOf], rows: range | None = None) -> npt.NDArray[np.bool_]:
        wanted = asked(rows, self.rows)
        return unpacked(self._passing(filters, wanted), wanted)

    def bits(self, filters: Sequence[Filter | AnyOf], rows: range | None = None) -> npt.NDArray[np.uint8]:
        wanted = asked(rows, self.rows)
        if wanted.start % 64:
            raise ValueError(f"the rows begin at {wanted.start}, which is no multiple of 64")
        return trimmed(self._passing(filters, wanted), len(wanted))

    def _passing(self, filters: Sequence[Filter | AnyOf], rows: range) -> npt.NDArray[np.uint64]:
        with residing(self._coder, rows.stop) as resident:
            return self._counter.passing(resident.all_bits(filters), rows)

    def histogram(self, view: View, filters: Sequence[Filter | AnyOf] = ()) -> Cube:
        return self.cubes([CubeSpec(view, (), frozenset(filters))])[0]

    def cubes(
        self, specs: Sequence[CubeSpec], cancel: Cancel | None = None, rows: range | None = None
    ) -> list[Cube]:
        """One cube a spec, in order, all over the same rows; unfiltered ones are kept and can't be changed.

        Raises:
            Cancelled: ``cancel`` was set before the last cube was complete.
            ValueError: a cube would have too many cells, or there are no such rows.
            KeyError: there is no such column.
            TypeError: a measure's column has no numbers, or a scale can't judge a column.
        """
        wanted = asked(rows, self.rows)
        with residing(self._coder, wanted.stop) as resident:
            request = Request(resident, self.known, self._counter, cancel or Cancel(), wanted.start)
            return request.answer(specs)
