"""The check of a column before it is imported: in which type it can be stored, and what is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from datasets.ingest.stored_types import NUMBER, TEXT, cast_to_stored, list_stored_types, unwrap_values

EXACT_DIGITS = 15
"""Decimals of so many digits stay different as floats."""
INSIGNIFICANT = r"^[-0.]+|\.|E.*$|0+(E.*)?$"
"""What isn't a significant digit in a decimal number."""


@dataclass(frozen=True)
class ColumnCheck:
    """The type that a column can be stored in, and what a person should know.

    Attributes:
        is_empty: Whether no row has a value; NaN is none.
        digits: How many significant digits its decimals have at most, if floats lose some of them; else 0.
    """

    target: pa.DataType
    is_empty: bool
    digits: int = 0


def check_column(type_: pa.DataType, read: Callable[[], Iterable[pa.Array]]) -> ColumnCheck:
    """Find the preferred type that holds all values; each call of ``read`` starts a new pass over them.

    Raises:
        pa.ArrowInvalid: a value can't be stored in any type, or text isn't UTF-8.
    """
    *preferred, last = list_stored_types(type_)
    for target in preferred:
        try:
            return _check_values(target, read())
        except pa.ArrowInvalid:
            continue
    return _check_values(last, read())


def _check_values(target: pa.DataType, arrays: Iterable[pa.Array]) -> ColumnCheck:
    is_empty, digits = True, 0
    for values in arrays:
        values.validate(full=True)
        shared = target == TEXT and pa.types.is_dictionary(values.type)  # decoded texts could be too large
        plain = values if shared else unwrap_values(values)
        digits = max(digits, _count_digits(plain, target))
        is_empty = is_empty and not _has_value(plain if shared else cast_to_stored(plain, target))
    return ColumnCheck(target, is_empty, digits if digits > EXACT_DIGITS else 0)


def _has_value(values: pa.Array) -> bool:
    if pa.types.is_floating(values.type):
        return bool(pc.any(pc.invert(pc.is_nan(values))).as_py())
    return int(values.null_count) < len(values)


def _count_digits(values: pa.Array, target: pa.DataType) -> int:
    """Return the most significant digits of decimals that become floats; 0 for other values."""
    if target != NUMBER or not pa.types.is_decimal(values.type) or values.type.precision <= EXACT_DIGITS:
        return 0
    digits = pc.replace_substring_regex(values.cast(pa.string()), INSIGNIFICANT, "")
    return pc.max(pc.utf8_length(digits)).as_py() or 0
