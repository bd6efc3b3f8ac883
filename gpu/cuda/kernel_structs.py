"""The structs of ``kernels/``, field by field."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt


def define_struct(*fields: str) -> np.dtype[np.void]:
    """Return a struct of uint64 fields."""
    return np.dtype([(field, np.uint64) for field in fields])


TERM = define_struct("codes", "width", "lookup", "stride")
VIEW = define_struct(
    "first_term",
    "last_term",
    "cells",
    "low",
    "size",
    "numbers",
    "copies",
    "counts",
    "totals",
    "count_out",
    "total_out",
)
PASS = define_struct(
    "filters", "filter_count", "inverted", "terms", "first_active", "last_active", "views", "view_count"
)


def pack_records(rows: Iterable[tuple[int, ...]], kind: np.dtype[np.void]) -> npt.NDArray[Any]:
    return np.array(list(rows), kind)
