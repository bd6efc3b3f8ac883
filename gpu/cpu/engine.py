"""The engine of the CPU: resident codes, filter bits, and one fused pass of compiled kernels a request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Lock

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gpu.cpu.memory import Memory
from gpu.cpu.native.select import conjunction
from gpu.cpu.pool import cores, parts, run
from gpu.cpu.request import Request, addresses
from gpu.cpu.resident import Resident
from gpu.cpu.rows import Rows
from gpu.cpu.window import Coder
from gpu.cubes import AnyOf, Axis, Cancel, Cube, CubeSpec, Filter, View, passes_all
from gpu.engine import Source, asked
from gpu.scales import Scale


class CpuEngine:
    """One version of a dataset, in memory.

    Args:
        source: the rows.
        memory: what it may keep, shared with all engines that were given the same; None: its own.
        threads: into how many ranges the rows are dealt; None: one a core.
    """

    name = "cpu"

    def __init__(self, source: Source, *, memory: Memory | None = None, threads: int | None = None) -> None:
        memory = memory or Memory()
        self._coder = Coder(Rows(source), memory.shelf)
        self.known = memory.known
        self._threads = threads or cores()
        self._appending = Lock()

    @property
    def rows(self) -> int:
        return self._coder.rows.count

    @property
    def nbytes(self) -> int:
        return self._coder.shelf.nbytes_of(self._coder.rows) + self._coder.rows.nbytes

    def load(self, column: str, scale: Scale) -> None:
        with self._resident(self.rows) as resident:
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
        with self._resident(wanted.stop) as resident:
            words = np.zeros((wanted.stop + 63) // 64, np.uint64)
            bits = [resident.bits(filter_) for filter_ in filters if not passes_all(filter_)]
            ranges = parts(wanted.start, wanted.stop, self._threads)
            run(conjunction, [(addresses(bits), words, *part) for part in ranges])
        first = wanted.start // 64
        passed = np.unpackbits(words[first:].view(np.uint8), bitorder="little").view(np.bool_)
        return passed[wanted.start - 64 * first : wanted.stop - 64 * first]

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
        with self._resident(wanted.stop) as resident:
            request = Request(resident, self.known, self._threads, cancel or Cancel(), wanted.start)
            return request.answer(specs)

    @contextmanager
    def _resident(self, rows: int) -> Iterator[Resident]:
        with self._coder.lease() as lease:
            yield Resident(self._coder, lease, rows)
