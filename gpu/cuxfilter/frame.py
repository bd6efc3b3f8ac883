"""The columns of a dataset version in a process that runs cuxfilter: codes, filters and measured numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gpu.cubes import AnyOf, Axis, Predicate
from gpu.cuxfilter.process import ProcessError
from gpu.cuxfilter.worker_client import Counter
from gpu.oracle import measured
from gpu.resident.appendable_rows import Rows
from gpu.scales import Scale
from gpu.scales.base import Codes

Bools = npt.NDArray[np.bool_]
ROW, ONE = "row", "one"
"""The number of each row, and a column that is 0 everywhere."""


@dataclass(frozen=True)
class Numbers:
    """What is measured of a column. ``filled``: 0 where there is none; else null, and all in float64."""

    column: str
    filled: bool


@dataclass(frozen=True)
class Present:
    """1 where a column has a number, else 0."""

    column: str


Kept = Axis | AnyOf | Numbers | Present
"""What a column of the frame is made of: bins, whether rights let a row pass, or numbers."""


class Frame:
    """Columns by what they are made of, each made and sent when first wanted.

    Call it within a turn of its process only: whoever does is alone then.
    """

    def __init__(self, rows: Rows, counter: Counter) -> None:
        self._rows, self._counter = rows, counter
        self.name = ""
        self._names: dict[Kept, str] = {}
        self.nbytes = 0

    def name_of(self, kept: Kept) -> str:
        """The name of a column, which is there from now on."""
        self.begin()
        if kept not in self._names:
            name = f"c{len(self._names)}"
            self._send("add", pa.table({name: self._made(kept, 0)}))
            self._names[kept] = name
        return self._names[kept]

    def extend(self, first: int) -> None:
        """Send the rows from this one on of every column that is there; if that fails, all goes anew."""
        if not self._counter.keeps(self.name):
            return
        made = {name: self._made(kept, first) for kept, name in self._names.items()}
        try:
            self._send("extend", pa.table(made | self._plain(first)))
        except ProcessError:
            self._counter.forget(self.name)

    def begin(self) -> None:
        """Make sure that the process keeps it; where it does not, begin anew."""
        if self._counter.keeps(self.name):
            self._counter.used(self.name, self.nbytes)
            return
        self.name, self._names, self.nbytes = uuid4().hex, {}, 0
        self._send("add", pa.table(self._plain(0)))

    def _plain(self, first: int) -> dict[str, pa.Array]:
        rows = np.arange(first, self._rows.count)
        return {ROW: pa.array(rows), ONE: pa.array(np.zeros(rows.size, np.uint8))}

    def _send(self, do: str, table: pa.Table) -> None:
        self._counter.ask(do, table, frame=self.name)
        self.nbytes += table.nbytes
        self._counter.used(self.name, self.nbytes)

    def _made(self, kept: Kept, first: int) -> pa.Array:
        match kept:
            case Axis():
                return pa.array(kept.lookup[self._codes(kept.column, kept.scale, first)])
            case AnyOf():
                return pa.array(self._passes(kept, first).view(np.uint8))
        numbers, present = self._measured(kept.column, first)
        if isinstance(kept, Present):
            return pa.array(present.astype(np.int64))
        if kept.filled:
            return pa.array(np.where(present, numbers, 0))
        return pa.array(numbers.astype(np.float64), mask=~present)

    def _passes(self, rights: AnyOf, first: int) -> Bools:
        """Which rows one of the alternatives lets pass."""
        passed = np.zeros(self._rows.count - first, np.bool_)
        for alternative in rights.alternatives:
            passed |= self._passes_all(alternative, first)
        return passed

    def _passes_all(self, predicates: Iterable[Predicate], first: int) -> Bools:
        passed = np.ones(self._rows.count - first, np.bool_)
        for predicate in predicates:
            shown = np.zeros(predicate.scale.codes, np.bool_)
            for start, stop in predicate.ranges:
                shown[start:stop] = True
            passed &= shown[self._codes(predicate.column, predicate.scale, first)]
        return passed

    def _codes(self, column: str, scale: Scale, first: int) -> Codes:
        return np.concatenate([scale.encode(values) for values in self._values(column, first)])

    def _measured(self, column: str, first: int) -> tuple[npt.NDArray[Any], Bools]:
        pieces = [measured(values) for values in self._values(column, first)]
        return np.concatenate([each for each, _ in pieces]), np.concatenate([each for _, each in pieces])

    def _values(self, column: str, first: int) -> Iterator[pa.Array]:
        return (values for _, values in self._rows.read(column, first, self._rows.count))
