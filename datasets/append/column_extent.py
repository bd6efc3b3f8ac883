"""How far a column reaches by now: what was imported is profiled, what came since is looked at."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from datasets.description import Column
from datasets.storage.store import Store
from gpu.cubes import AnyOf
from gpu.engine import Engine

Numbers = npt.NDArray[np.float64]


class NoExtentError(ValueError):
    """A column of categories does not reach from one value to another."""


def extent(column: Column, store: Store, engine: Engine, rows: range, rights: AnyOf | None) -> list[float]:
    """The least and greatest finite value, none if there is no value; times in milliseconds since 1970 (UTC).

    Args:
        column: as profiled over the rows before ``rows`` that are seen.
        rows: those that have come since.
        rights: which of them are seen; None: all.

    Raises:
        NoExtentError: the column has no numbers and no times.
    """
    if column.profile.kind not in ("number", "time"):
        raise NoExtentError(f"{column.label} holds neither numbers nor times")
    found = [bound for bound in (column.profile.minimum, column.profile.maximum) if bound is not None]
    seen = np.ones(len(rows), np.bool_) if rights is None else engine.mask([rights], rows)
    row = 0
    for values in store.read(column.name, rows.start):
        shown = seen[row : row + len(values)]
        row += len(values)
        numbers = _finite(values.slice(0, shown.size).filter(pa.array(shown)))
        if numbers.size:
            found += [float(numbers.min()), float(numbers.max())]
    return [min(found), max(found)] if found else []


def _finite(values: pa.Array) -> Numbers:
    values, unit = values.drop_null(), 1.0
    if pa.types.is_timestamp(values.type):
        values, unit = values.cast(pa.int64()), 1000.0  # microseconds in a millisecond
    numbers: Numbers = values.to_numpy(zero_copy_only=False).astype(np.float64) / unit
    finite: Numbers = numbers[np.isfinite(numbers)]
    return finite
