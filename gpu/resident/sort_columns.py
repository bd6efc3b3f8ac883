"""Columns of any type as numbers in the order of their values: texts, times and booleans."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gpu import sort_order
from gpu.resident.appendable_rows import AppendableRows
from gpu.resident.arrays import Arrays
from gpu.resident.numeric_column import HostArray, Mask, NumericColumn, to_numpy
from gpu.sort_order import Ranks

MAX_TEXTS = 1 << 15
"""The number of different texts that are kept in memory; a column with more holds names of single rows."""
MAX_TEXT_BYTES = 1 << 24
"""The bytes that these texts may take."""


def exceeds_text_limits(texts: pa.Array) -> bool:
    return len(texts) > MAX_TEXTS or texts.nbytes > MAX_TEXT_BYTES


class TooManyTextsError(Exception):
    """A column has more different texts than are kept in memory."""


class Vocabulary:
    """The different texts of a column. Texts are only ever added, and each keeps its number."""

    def __init__(self) -> None:
        self.texts: pa.Array = pa.array([], pa.large_string())
        self._ranked: tuple[int, Ranks] = 0, np.zeros(1, np.int64)

    def encode_texts(self, values: pa.DictionaryArray) -> tuple[HostArray, Mask | None]:
        """Return the number of each text, 0 for missing ones, and a mask of those present (None: all)."""
        numbers = self._look_up_numbers(values.dictionary.cast(pa.large_string())).take(values.indices)
        valid = numbers.is_valid().to_numpy(zero_copy_only=False) if numbers.null_count else None
        return numbers.fill_null(0).to_numpy(zero_copy_only=False), valid

    def _look_up_numbers(self, texts: pa.Array) -> pa.Array:
        """Return the number of each text, null for missing ones; new texts are added."""
        new_texts = texts.filter(pc.is_null(pc.index_in(texts, self.texts))).drop_null()
        if len(new_texts):
            self.texts = pa.concat_arrays([self.texts, new_texts.unique()])
        return pc.index_in(texts, self.texts, skip_nulls=True)

    def get_ranks(self) -> Ranks:
        """Return each text's position in sort order, by its number; a single 0 if there are no texts."""
        texts, (ranked_count, ranks) = self.texts, self._ranked
        if ranked_count < len(texts):
            ranks = np.empty(len(texts), np.int64)
            ranks[pc.sort_indices(texts).to_numpy()] = np.arange(len(texts))
            self._ranked = len(texts), ranks
        return ranks

    @property
    def nbytes(self) -> int:
        return int(self.texts.nbytes + self._ranked[1].nbytes)

    @property
    def exceeds_limits(self) -> bool:
        return exceeds_text_limits(self.texts)


class TextColumn(NumericColumn):
    """A column's texts as numbers of a vocabulary."""

    def __init__(self, rows: AppendableRows, arrays: Arrays, column: str) -> None:
        super().__init__(rows, arrays, column)
        self._vocabulary = Vocabulary()

    @property
    def nbytes(self) -> int:
        return super().nbytes + self._vocabulary.nbytes

    @property
    def is_oversized(self) -> bool:
        return self._vocabulary.exceeds_limits

    def convert_values(self, values: pa.Array) -> tuple[HostArray, Mask | None]:
        """Return texts as numbers of the vocabulary, and a mask of those present (None: all).

        Appended rows may bring more texts than a column may begin with; it is removed later, as it is
        oversized.

        Raises:
            TooManyTextsError: There are too many texts, and nothing of the column has been kept yet.
        """
        if not pa.types.is_dictionary(values.type):
            values = values.dictionary_encode()
        if self.row_count < 0 and (exceeds_text_limits(values.dictionary) or self._vocabulary.exceeds_limits):
            raise TooManyTextsError
        return self._vocabulary.encode_texts(values)

    def to_arrow(self, numbers: HostArray, present: Mask) -> pa.Array:
        return self._vocabulary.texts.take(pa.array(numbers, mask=~present))

    def get_ranks(self) -> Ranks:
        return self._vocabulary.get_ranks()


class OrdinalColumn(NumericColumn):
    """A column's times as ticks of their type, or its booleans as 0 and 1."""

    def convert_values(self, values: pa.Array) -> tuple[HostArray, Mask | None]:
        return to_numpy(values.cast(_integer_type(values.type)))

    def to_arrow(self, numbers: HostArray, present: Mask) -> pa.Array:
        kind = self._rows.get_type(self._column)
        return super().to_arrow(numbers, present).cast(_integer_type(kind)).cast(kind)


def _integer_type(kind: pa.DataType) -> pa.DataType:
    """Return the integer type to which values of a type can be cast, and from which they can be cast back."""
    if pa.types.is_boolean(kind):
        return pa.uint8()
    return pa.int32() if kind.bit_width == 32 else pa.int64()


def is_numeric_type(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def is_text_type(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def value_width(kind: pa.DataType) -> int | None:
    """Return the most bytes that a value takes in memory; None if no numbers have the order of the values."""
    if pa.types.is_boolean(kind):
        return 1
    if is_text_type(kind):
        return 2
    if pa.types.is_uint64(kind) or not (is_numeric_type(kind) or pa.types.is_temporal(kind)):
        return None
    is_widened = pa.types.is_unsigned_integer(kind) or pa.types.is_float16(kind)
    return int(kind.bit_width) // 8 * (2 if is_widened else 1)


def column_class_for(kind: pa.DataType) -> type[NumericColumn]:
    """Return the class that keeps columns of this type."""
    if is_text_type(kind):
        return TextColumn
    return NumericColumn if is_numeric_type(kind) else OrdinalColumn


def to_arrow_keys(numbers: HostArray, present: Mask, ranks: Ranks | None) -> pa.Array:
    """Return int64 keys in the order of the numbers or of their ranks; null where no finite number is."""
    keys = sort_order.to_sort_keys(numbers) if ranks is None else ranks[numbers]
    return pa.array(keys, mask=~(present & np.isfinite(numbers)))
