"""Rows by their numbers: from memory as far as their columns are there, else from files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import pyarrow as pa

from datasets.cubes.flights import Turn
from datasets.rows.passing import Numbers
from datasets.rows.stored import RowGroups, gather
from datasets.store import Store
from gpu.engine import Columns

Held = Mapping[str, Callable[[Numbers], pa.Array]]
"""Those columns that are in memory: what gives their values."""


def held_of(memory: Columns | None, names: Sequence[str]) -> Held:
    """Which of these columns are in memory now."""
    if memory is None:
        return {}
    return {name: partial(memory.values, name) for name in names if memory.holds(name)}


@dataclass(frozen=True)
class Gathering:
    """Where the columns of some rows are."""

    store: Store
    groups: RowGroups
    names: Sequence[str]
    held: Held

    @property
    def reads(self) -> bool:
        """Whether any file has to be read."""
        return any(name not in self.held for name in self.names)

    def rows(self, numbers: Numbers, turn: Turn) -> pa.Table:
        """The rows of these numbers, in this order.

        Raises:
            OutdatedError: the turn ended first.
        """
        found = {name: pa.chunked_array([values(numbers)]) for name, values in self.held.items()}
        others = [name for name in dict.fromkeys(self.names) if name not in self.held]
        if others:
            read = gather(self.store, self.groups, numbers, others, turn)
            found |= zip(others, read.columns, strict=True)
        return pa.table([found[name] for name in self.names], names=list(self.names))
