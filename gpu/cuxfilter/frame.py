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
from gpu.cuxfilter.process import WorkerError
from gpu.cuxfilter.worker_client import WorkerClient
from gpu.oracle import extract_numbers
from gpu.resident.appendable_rows import AppendableRows
from gpu.scales import Scale
from gpu.scales.base import Codes

Bools = npt.NDArray[np.bool_]
ROW, ONE = "row", "one"
"""The column with the number of each row, and a column that is 0 everywhere."""


@dataclass(frozen=True)
class MeasureColumn:
    """The numbers of a measure's column.

    With ``nulls_as_zero`` missing numbers are 0; otherwise they are null, and all numbers are float64.
    """

    column: str
    nulls_as_zero: bool


@dataclass(frozen=True)
class PresenceColumn:
    """1 where a column has a number, otherwise 0."""

    column: str


FrameColumn = Axis | AnyOf | MeasureColumn | PresenceColumn
"""The content of a column of the frame: bins, whether rights let a row pass, or numbers."""


class WorkerFrame:
    """The columns that a worker process holds of one dataset version, each sent when first needed.

    Call its methods only with exclusive access to the process.
    """

    def __init__(self, rows: AppendableRows, client: WorkerClient) -> None:
        self._rows, self._client = rows, client
        self.name = ""
        self._names: dict[FrameColumn, str] = {}
        self.nbytes = 0

    def ensure_column(self, content: FrameColumn) -> str:
        """Return the name of a column, which is sent if it is missing."""
        self.ensure_loaded()
        if content not in self._names:
            name = f"c{len(self._names)}"
            self._send_columns("add", pa.table({name: self._build_column(content, 0)}))
            self._names[content] = name
        return self._names[content]

    def extend_rows(self, first: int) -> None:
        """Send the rows from ``first`` on of every column; if that fails, drop the frame to send it again."""
        if not self._client.has_frame(self.name):
            return
        columns = {name: self._build_column(content, first) for content, name in self._names.items()}
        try:
            self._send_columns("extend", pa.table(columns | self._base_columns(first)))
        except WorkerError:
            self._client.drop_frame(self.name)

    def ensure_loaded(self) -> None:
        """Make sure that the process holds the frame; if it does not, create it again."""
        if self._client.has_frame(self.name):
            self._client.touch_frame(self.name, self.nbytes)
            return
        self.name, self._names, self.nbytes = uuid4().hex, {}, 0
        self._send_columns("add", pa.table(self._base_columns(0)))

    def _base_columns(self, first: int) -> dict[str, pa.Array]:
        rows = np.arange(first, self._rows.row_count)
        return {ROW: pa.array(rows), ONE: pa.array(np.zeros(rows.size, np.uint8))}

    def _send_columns(self, operation: str, table: pa.Table) -> None:
        self._client.send_request(operation, table, frame=self.name)
        self.nbytes += table.nbytes
        self._client.touch_frame(self.name, self.nbytes)

    def _build_column(self, content: FrameColumn, first: int) -> pa.Array:
        match content:
            case Axis():
                return pa.array(content.bin_lookup[self._encode_column(content.column, content.scale, first)])
            case AnyOf():
                return pa.array(self._passes_any(content, first).view(np.uint8))
        numbers, present = self._extract_numbers(content.column, first)
        if isinstance(content, PresenceColumn):
            return pa.array(present.astype(np.int64))
        if content.nulls_as_zero:
            return pa.array(np.where(present, numbers, 0))
        return pa.array(numbers.astype(np.float64), mask=~present)

    def _passes_any(self, rights: AnyOf, first: int) -> Bools:
        """Return which rows pass at least one of the alternatives."""
        passed = np.zeros(self._rows.row_count - first, np.bool_)
        for alternative in rights.alternatives:
            passed |= self._passes_all(alternative, first)
        return passed

    def _passes_all(self, predicates: Iterable[Predicate], first: int) -> Bools:
        passed = np.ones(self._rows.row_count - first, np.bool_)
        for predicate in predicates:
            passing_codes = np.zeros(predicate.scale.code_count, np.bool_)
            for start, stop in predicate.ranges:
                passing_codes[start:stop] = True
            passed &= passing_codes[self._encode_column(predicate.column, predicate.scale, first)]
        return passed

    def _encode_column(self, column: str, scale: Scale, first: int) -> Codes:
        return np.concatenate([scale.encode(values) for values in self._read_column(column, first)])

    def _extract_numbers(self, column: str, first: int) -> tuple[npt.NDArray[Any], Bools]:
        pieces = [extract_numbers(values) for values in self._read_column(column, first)]
        return np.concatenate([piece for piece, _ in pieces]), np.concatenate([piece for _, piece in pieces])

    def _read_column(self, column: str, first: int) -> Iterator[pa.Array]:
        return (values for _, values in self._rows.read_pieces(column, first, self._rows.row_count))
