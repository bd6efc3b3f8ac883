"""What else the cells of a column show beside that they can be parsed: codes, lost digits, zones, dates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from datasets.ingest.cell_text import find_first
from datasets.ingest.column_parser import ColumnParser
from datasets.ingest.number_digits import SAFE_LENGTH, find_rounded
from datasets.ingest.time_zones import list_zones, name_zone

PLUS_CODE = "^[+](?:[ '\u00a0\u202f]?[0-9]){7,}$"
"""Seven digits and more behind a plus are a phone number, unless others are negative or have a fraction."""
BARE_EXPONENT = "^[0-9]+[eE][0-9]+$"
REAL_SIGN = "[.,]|[eE][+-]"
FINE_FRACTION = r"[.,][0-9]{6}[0-9]*[1-9]"
MAX_ZONES = 3


@dataclass(frozen=True)
class CellPlace:
    """A cell of a column: its row, counted from 0, and its text."""

    row: int
    text: str


class NumberEvidence:
    """What the cells of a column of numbers show."""

    def __init__(self) -> None:
        self._has_negative = self._has_point = self._has_digit = False
        self._plus_code: CellPlace | None = None
        self._bare_exponent: CellPlace | None = None
        self.rounded: CellPlace | None = None

    def observe_numbers(
        self, cells: pa.StringArray, values: pa.Array, parser: ColumnParser, first_row: int
    ) -> None:
        """Take cells into account that a parser has parsed."""
        self._has_negative = self._has_negative or (pc.min(values).as_py() or 0) < 0
        if not self._plus_code and pc.any(pc.starts_with(cells, "+")).as_py():
            self._plus_code = _find_place(cells, pc.match_substring_regex(cells, PLUS_CODE), first_row)
        if parser.plain is None:
            self._has_digit = True
            return
        self._has_digit = self._has_digit or _has_match(cells, "[0-9]")
        self._has_point = self._has_point or _has_match(cells, REAL_SIGN)
        if not self._bare_exponent and pc.any(pc.match_substring(cells, "e", ignore_case=True)).as_py():
            bare = pc.match_substring_regex(cells, BARE_EXPONENT)
            self._bare_exponent = _find_place(cells, bare, first_row)
        if not self.rounded and (pc.max(pc.binary_length(cells)).as_py() or 0) > SAFE_LENGTH:
            row = find_rounded(parser.plain(cells), values)
            self.rounded = None if row is None else CellPlace(first_row + row, cells[row].as_py())

    @property
    def objection(self) -> tuple[CellPlace, str] | None:
        """The cell because of which the column has codes rather than numbers, and why."""
        if self._has_point or self._has_negative:
            return None
        if self._plus_code:
            return self._plus_code, "it looks like a phone number"
        if self._bare_exponent:
            return self._bare_exponent, "it looks like a code; write 100000 or 1.0E5 for a number"
        return None

    @property
    def is_words_only(self) -> bool:
        """Whether there are only the words nan, inf and infinity, which may be names."""
        return not self._has_digit


class TimeEvidence:
    """What the cells of a column of times show."""

    def __init__(self) -> None:
        self.is_date_only = True
        self.zones: set[str] = set()
        self.finer: CellPlace | None = None

    def observe_times(self, cells: pa.StringArray, values: pa.Array, first_row: int, *, zoned: bool) -> None:
        if self.is_date_only:
            days = pc.cast(pc.cast(values, pa.date32()), pa.timestamp("us"))
            at_midnight = pc.all(pc.equal(days, values)).as_py() is not False
            self.is_date_only = at_midnight and not zoned and not _has_match(cells, ":")
        if zoned:
            self.zones |= list_zones(cells)
        if not self.finer and (pc.max(pc.binary_length(cells)).as_py() or 0) > len(
            "2024-01-31 10:00:00.123456"
        ):
            fine = pc.match_substring_regex(cells, FINE_FRACTION)
            self.finer = _find_place(cells, fine, first_row)

    @property
    def type(self) -> pa.DataType:
        """The type of the column: dates, times, or times of the one zone that all cells name."""
        if not self.zones:
            return pa.date32() if self.is_date_only else pa.timestamp("us")
        names = {name_zone(zone) for zone in self.zones}
        return pa.timestamp("us", names.pop() if len(names) == 1 else "UTC")

    def list_remarks(self) -> Iterator[str]:
        names = sorted({str(name_zone(zone)) for zone in self.zones})
        if len(names) > 1:
            more = ", …" if len(names) > MAX_ZONES else ""
            yield f"its times have different zones ({', '.join(names[:MAX_ZONES])}{more}) and become UTC"


def _has_match(cells: pa.StringArray, pattern: str) -> bool:
    return bool(pc.any(pc.match_substring_regex(cells, pattern)).as_py())


def _find_place(cells: pa.StringArray, mask: pa.BooleanArray, first_row: int) -> CellPlace | None:
    row = find_first(mask)
    return None if row is None else CellPlace(first_row + row, cells[row].as_py())
