"""The text of CSV cells: which spell a missing value, and which match a pattern."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

MISSING_MARKERS = pa.array(
    [
        *("?", "-", "--", "---", ".", "..", "...", "\u2013", "\u2014", "*"),
        *("NA", "N/A", "n/a", "N.A.", "n.a.", "na", "<NA>", "#N/A", "#N/A N/A", "#NA"),
        *("NaN", "nan", "NAN", "-nan", "-NaN", "1.#QNAN", "-1.#IND", "NaT"),
        *("NULL", "null", "Null", "#NULL!", "\\N", "None", "none", "NIL", "nil"),
        *("#DIV/0!", "#VALUE!", "#REF!", "#NUM!", "#NAME?"),
    ]
)
"""How a missing value may be spelt in columns of anything but text; in text only empty cells are missing."""

NO_CELL = pa.scalar(None, pa.string())


def clear_missing(cells: pa.StringArray) -> tuple[pa.StringArray, dict[str, int]]:
    """Return the cells without blanks around them, missing ones null, and how often each marker was found."""
    trimmed = pc.utf8_trim_whitespace(cells)
    markers = pc.is_in(trimmed, MISSING_MARKERS)
    counts: dict[str, int] = {}
    if pc.any(markers).as_py():
        found = pc.value_counts(trimmed.filter(markers))
        counts = dict(zip(found.field(0).to_pylist(), found.field(1).to_pylist(), strict=True))
        trimmed = pc.if_else(markers, NO_CELL, trimmed)
    blank = pc.equal(pc.binary_length(trimmed), 0)
    return (pc.if_else(blank, NO_CELL, trimmed) if pc.any(blank).as_py() else trimmed), counts


def keep_matching(cells: pa.StringArray, pattern: str) -> pa.StringArray:
    """Return the cells, null where they don't match an anchored pattern of RE2."""
    matching = pc.match_substring_regex(cells, pattern)
    return cells if pc.all(matching).as_py() else pc.if_else(matching, cells, NO_CELL)


def map_distinct(cells: pa.StringArray, parse: Callable[[pa.StringArray], pa.Array]) -> pa.Array:
    """Return what ``parse`` returns for the cells, after it has parsed each different cell only once."""
    encoded = cells.dictionary_encode()
    return parse(encoded.dictionary).take(encoded.indices)


def list_rows(mask: pa.BooleanArray) -> npt.NDArray[np.int64]:
    """Return the indexes of the true values; nulls count as false."""
    return np.flatnonzero(pc.fill_null(mask, False).to_numpy(zero_copy_only=False))


def find_first(mask: pa.BooleanArray) -> int | None:
    """Return the index of the first true value; nulls count as false."""
    rows = list_rows(mask)
    return int(rows[0]) if rows.size else None


def find_misfit(cells: pa.StringArray, values: pa.Array) -> int | None:
    """Return the index of the first cell without a value, if there is one."""
    if values.null_count == cells.null_count:
        return None
    return find_first(pc.and_(pc.is_valid(cells), pc.is_null(values)))
