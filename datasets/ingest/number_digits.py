"""Which digits of printed numbers survive: none may be lost without a word."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from datasets.ingest.cell_text import keep_matching, list_rows

MAX_INTEGER = 2**63 - 1
SAFE_LENGTH = 15
"""Numbers of so many characters or fewer are told apart by float64, unless they have an exponent."""
LONG_INTEGER = r"^-?[0-9]{16,}$"
ZERO_OR_WORD = "^-?(?:[0.]+(?:[eE].*)?|(?i:inf.*))$"


def cast_integers(plain: pa.StringArray) -> pa.Array:
    """Return int64 of plain digits; null for those beyond its range."""
    try:
        return pc.cast(plain, pa.int64())
    except pa.ArrowInvalid:
        short = keep_matching(plain, "^-?[0-9]{1,18}$")
        rows = list_rows(pc.match_substring_regex(plain, "^-?[0-9]{19}$"))
        numbers = [int(text) for text in plain.take(pa.array(rows)).to_pylist()]
        exact = [number if -MAX_INTEGER - 1 <= number <= MAX_INTEGER else None for number in numbers]
        return _replace_rows(pc.cast(short, pa.int64()), rows, exact)


def cast_numbers(plain: pa.StringArray) -> pa.Array:
    """Return float64 of plain numbers; null for whole ones that it can't hold exactly, and for overflows."""
    values = pc.cast(plain, pa.float64())
    lost: list[int] = []
    if (pc.max(pc.binary_length(plain)).as_py() or 0) > SAFE_LENGTH:
        lost += _list_inexact(plain, values)
    extreme = pc.or_(pc.is_inf(values), pc.equal(values, 0))
    if pc.any(extreme).as_py():
        is_printed_so = pc.match_substring_regex(plain, ZERO_OR_WORD)
        lost += list_rows(pc.and_not(extreme, is_printed_so)).tolist()
    return _replace_rows(values, np.array(lost, np.int64), [None] * len(lost)) if lost else values


def find_rounded(plain: pa.StringArray, values: pa.Array) -> int | None:
    """Return the index of the first number with more digits than its float64 prints."""
    long = pc.greater(pc.binary_length(plain), SAFE_LENGTH)
    rows = list_rows(pc.and_(pc.fill_null(long, False), pc.fill_null(pc.is_finite(values), False)))
    texts, numbers = plain.take(pa.array(rows)), values.take(pa.array(rows))
    odd = list_rows(pc.not_equal(texts, pc.cast(numbers, pa.string())))
    for row in odd.tolist():
        if Decimal(texts[row].as_py()) != Decimal(repr(numbers[row].as_py())):
            return int(rows[row])
    return None


def _list_inexact(plain: pa.StringArray, values: pa.Array) -> list[int]:
    """Return the rows of the long whole numbers that their values differ from."""
    rows = list_rows(pc.match_substring_regex(plain, LONG_INTEGER))
    texts, numbers = plain.take(pa.array(rows)).to_pylist(), values.take(pa.array(rows)).to_pylist()
    return [
        row
        for row, text, number in zip(rows.tolist(), texts, numbers, strict=True)
        if not np.isfinite(number) or int(text) != int(number)
    ]


def _replace_rows(values: pa.Array, rows: npt.NDArray[np.int64], new: list[int | None]) -> pa.Array:
    mask = np.zeros(len(values), np.bool_)
    mask[rows] = True
    return pc.replace_with_mask(values, pa.array(mask), pa.array(new, values.type))
