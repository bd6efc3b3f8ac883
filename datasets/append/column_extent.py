"""The current extent of a column: imported rows are profiled already, appended rows are read."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from datasets.description import Column
from datasets.storage.store import Store, finite_values
from errors import InvalidError
from gpu.cubes import AnyOf
from gpu.engine import Engine


class NoExtentError(InvalidError):
    """The column has categories, which have no minimum and maximum."""

    where = "column"


def compute_extent(
    column: Column, store: Store, engine: Engine, rows: range, rights: AnyOf | None
) -> list[float]:
    """Return the minimum and maximum of the finite values; empty if there are none.

    Times are milliseconds since 1970 (UTC).

    Args:
        column: the column as profiled over the visible rows before ``rows``.
        store: where the values are read from.
        engine: computes which rows the rights show.
        rows: the appended rows.
        rights: the row rights; None shows all rows.

    Raises:
        NoExtentError: the column contains neither numbers nor times.
    """
    if column.profile.kind not in ("number", "time"):
        raise NoExtentError(f"{column.label} contains neither numbers nor times")
    found = [bound for bound in (column.profile.minimum, column.profile.maximum) if bound is not None]
    visible = np.ones(len(rows), np.bool_) if rights is None else engine.compute_mask([rights], rows)
    row = 0
    for values in store.read_column(column.name, rows.start):
        mask = visible[row : row + len(values)]
        row += len(values)
        numbers = finite_values(values.slice(0, mask.size).filter(pa.array(mask)))
        if numbers.size:
            found += [float(numbers.min()), float(numbers.max())]
    return [min(found), max(found)] if found else []
