"""The trial of one parser on the cells of a column, chunk by chunk."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from datasets.ingest.cell_text import find_misfit, list_rows
from datasets.ingest.column_evidence import CellPlace
from datasets.ingest.column_parser import ColumnParser

SAMPLE_CELLS = 256
MIN_SEEN = 1000
"""After so many cells of the samples it is clear whether most cells look like what the parser parses."""


@dataclass(frozen=True)
class CellChunk:
    """Cells of consecutive rows, null where a value is missing, and some of them, spread over the chunk."""

    first_row: int
    cells: pa.StringArray
    sample: pa.StringArray = field(init=False)
    sample_rows: npt.NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        present = list_rows(self.cells.is_valid())
        step = max(1, -(-present.size // SAMPLE_CELLS))
        object.__setattr__(self, "sample_rows", present[::step])
        object.__setattr__(self, "sample", self.cells.take(pa.array(present[::step])))

    def get_place(self, row: int) -> CellPlace:
        return CellPlace(self.first_row + row, self.cells[row].as_py())


class ParserTrial:
    """How a parser has done so far.

    ``misfit`` is the first cell that it can't parse. ``alike`` says which cells of the last sample look like
    what it parses, ``values`` are those of the last chunk.
    """

    def __init__(self, parser: ColumnParser, misfit: CellPlace | None = None) -> None:
        self.parser = parser
        self.misfit = misfit
        self.values: pa.Array | None = None
        self.alike: npt.NDArray[np.bool_] = np.zeros(0, np.bool_)
        self._alike_count = self._seen = 0

    @property
    def share(self) -> float:
        """Which part of the cells of the samples looks like what the parser parses."""
        return self._alike_count / self._seen if self._seen else 0.0

    @property
    def nearness(self) -> tuple[float, int]:
        """What makes one of several parsers that don't fit the nearest: its share, and how far it came."""
        return self.share, self.misfit.row if self.misfit else 0

    @property
    def is_hopeless(self) -> bool:
        """Whether it is clear that the parser is right neither for the column nor for most of it."""
        return self.misfit is not None and self._seen >= MIN_SEEN and self.share <= 0.5

    def observe_chunk(self, chunk: CellChunk) -> None:
        """Parse a chunk, unless an earlier one can't be parsed, or most of its sample looks different."""
        matching = pc.match_substring_regex(chunk.sample, self.parser.shape)
        self.alike = matching.to_numpy(zero_copy_only=False)
        self._alike_count += int(self.alike.sum())
        self._seen += self.alike.size
        if self.misfit is None:
            self.values, unlike = None, chunk.sample_rows[~self.alike]
            row = int(unlike[0]) if unlike.size else None
            if row is None or self.share > 0.5:
                self.values = self.parser.parse(chunk.cells)
                row = find_misfit(chunk.cells, self.values)
            self.misfit = None if row is None else chunk.get_place(row)
