"""Text to sort by: a number for each different one as they came, and what place it has among them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gpu.resident.appendable_rows import Rows
from gpu.resident.arrays import Arrays
from gpu.resident.numeric_column import Host, Mask, Numbers
from gpu.sort_order import Ranks

MOST = 1 << 15
"""So many different texts are told apart in memory; a column of more is one of names of single rows."""
MOST_BYTES = 1 << 24
"""What these may take."""


def many(texts: pa.Array) -> bool:
    return len(texts) > MOST or texts.nbytes > MOST_BYTES


class TooManyTextsError(Exception):
    """A column has more different texts than are told apart in memory."""


class Vocabulary:
    """The different texts of a column: only ever more of them, and each keeps its number."""

    def __init__(self) -> None:
        self.texts: pa.Array = pa.array([], pa.large_string())
        self._ranked: tuple[int, Ranks] = 0, np.zeros(1, np.int64)

    def numbers(self, values: pa.DictionaryArray) -> tuple[Host, Mask | None]:
        """The number of each text, 0 where there is none, and which there are (None: all)."""
        numbers = self._known(values.dictionary.cast(pa.large_string())).take(values.indices)
        valid = numbers.is_valid().to_numpy(zero_copy_only=False) if numbers.null_count else None
        return numbers.fill_null(0).to_numpy(zero_copy_only=False), valid

    def _known(self, texts: pa.Array) -> pa.Array:
        """The number of each, null for none; those that are new get one."""
        fresh = texts.filter(pc.is_null(pc.index_in(texts, self.texts))).drop_null()
        if len(fresh):
            self.texts = pa.concat_arrays([self.texts, fresh.unique()])
        return pc.index_in(texts, self.texts, skip_nulls=True)

    def ranks(self) -> Ranks:
        """The place of each text among all, by its number; one of 0 where there are no texts."""
        texts, (known, ranks) = self.texts, self._ranked
        if known < len(texts):
            ranks = np.empty(len(texts), np.int64)
            ranks[pc.sort_indices(texts).to_numpy()] = np.arange(len(texts))
            self._ranked = len(texts), ranks
        return ranks

    @property
    def nbytes(self) -> int:
        return int(self.texts.nbytes + self._ranked[1].nbytes)

    @property
    def many(self) -> bool:
        return many(self.texts)


class Texts(Numbers):
    """A column's text by the numbers of its vocabulary."""

    def __init__(self, rows: Rows, arrays: Arrays, column: str) -> None:
        super().__init__(rows, arrays, column)
        self._vocabulary = Vocabulary()

    @property
    def nbytes(self) -> int:
        return super().nbytes + self._vocabulary.nbytes

    @property
    def outgrown(self) -> bool:
        return self._vocabulary.many

    def read(self, values: pa.Array) -> tuple[Host, Mask | None]:
        """Rows that are appended may bring more texts than a column has in the beginning.

        Raises:
            TooManyTextsError: there are many, and nothing of the column is kept yet.
        """
        if not pa.types.is_dictionary(values.type):
            values = values.dictionary_encode()
        if self.rows < 0 and (many(values.dictionary) or self._vocabulary.many):
            raise TooManyTextsError
        return self._vocabulary.numbers(values)

    def written(self, numbers: Host, present: Mask) -> pa.Array:
        return self._vocabulary.texts.take(pa.array(numbers, mask=~present))

    def ranks(self) -> Ranks:
        return self._vocabulary.ranks()
