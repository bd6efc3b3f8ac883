"""Where rows are while they are read: in files and, some of their columns, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from datasets.cubes.in_flight import Turn
from datasets.query.compile import Conditions
from datasets.storage.store import Store
from datasets.table.columns import ResidentColumn, StoredColumn
from datasets.table.order_search import Column, Sorting
from datasets.table.row_bitmap import Numbers, Passing
from datasets.table.row_groups import RowGroups, gather
from gpu.engine import Columns


@dataclass(frozen=True)
class Sources:
    """The files of a version, and the columns of ``memory`` that are held there meanwhile."""

    store: Store
    groups: RowGroups
    memory: Columns | None
    held: frozenset[str]

    def column(self, sorting: Sorting, conditions: Conditions, passing: Passing, turn: Turn) -> Column[Any]:
        """What the rows that pass are sorted by."""
        if self.memory is not None and sorting.column in self.held:
            return ResidentColumn(self.memory, conditions, passing, sorting, turn)
        return StoredColumn(self.store, self.groups, passing, sorting, turn)

    def from_files(self, names: Sequence[str]) -> list[str]:
        """Those of these columns that are not in memory."""
        return [name for name in dict.fromkeys(names) if name not in self.held]

    def rows(self, numbers: Numbers, names: Sequence[str], turn: Turn) -> pa.Table:
        """The rows of these numbers, in this order.

        Raises:
            OutdatedError: the turn ended first.
        """
        found, others = {}, self.from_files(names)
        if self.memory is not None:
            for name in self.held.intersection(names):
                found[name] = pa.chunked_array([self.memory.values(name, numbers)])
        if others:
            read = gather(self.store, self.groups, numbers, others, turn)
            found |= zip(others, read.columns, strict=True)
        return pa.table([found[name] for name in names], names=list(names))
