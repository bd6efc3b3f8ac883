"""The types of CSV columns, inferred from all cells: numbers, times, booleans, or else text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

MISSING_VALUES = pa.array(["", "NA", "N/A", "#N/A", "n/a", "NaN", "nan", "NULL", "null", "None", "none", "-"])
"""How a missing value may be spelt in columns of anything but text; in text only empty cells are missing."""

_LEADING_ZERO = r"^[+-]?0[0-9xX]"
_YEAR_FIRST = r"^(\d{4})/(\d{1,2})/(\d{1,2})"
_YEAR_LAST = r"^(\d{1,2})/(\d{1,2})/(\d{4})"


@dataclass(frozen=True)
class ColumnParser:
    """A way to parse a column; ``parse`` raises ``pa.ArrowInvalid`` if a cell can't be parsed."""

    name: str
    parse: Callable[[pa.StringArray], pa.Array]


def _parse_integers(cells: pa.StringArray) -> pa.Array:
    return pc.cast(_require_no_leading_zeros(cells), pa.int64())


def _parse_numbers(cells: pa.StringArray) -> pa.Array:
    return pc.cast(_require_no_leading_zeros(cells), pa.float64())


def _require_no_leading_zeros(cells: pa.StringArray) -> pa.StringArray:
    """Return the cells if parsing them loses no digits: 00501 is a postal code, not a number."""
    if pc.any(pc.match_substring_regex(cells, _LEADING_ZERO)).as_py():
        raise pa.ArrowInvalid("a number with leading zeros")
    return cells


def _parse_booleans(cells: pa.StringArray) -> pa.Array:
    lower = pc.utf8_lower(cells)
    if not pc.all(pc.is_in(lower, pa.array(["true", "false", None]))).as_py():
        raise pa.ArrowInvalid("neither true nor false")
    return pc.equal(lower, "true")


def _parse_times(cells: pa.StringArray) -> pa.Array:
    return pc.cast(cells, pa.timestamp("us"))


def _parse_zoned_times(cells: pa.StringArray) -> pa.Array:
    return pc.cast(pc.cast(cells, pa.timestamp("us", "UTC")), pa.timestamp("us"))


def _date_parser(pattern: str, iso: str) -> Callable[[pa.StringArray], pa.Array]:
    def parse_dates(cells: pa.StringArray) -> pa.Array:
        dashed = pc.replace_substring_regex(cells, pattern, iso)
        padded = pc.replace_substring_regex(dashed, r"-(\d)-", r"-0\1-")
        padded = pc.replace_substring_regex(padded, r"-(\d)( |$)", r"-0\1\2")
        return _parse_times(pc.replace_substring_regex(padded, r" (\d):", r" 0\1:"))

    return parse_dates


INTEGERS = ColumnParser("whole numbers", _parse_integers)
TEXTS = ColumnParser("text", lambda cells: pc.cast(cells, pa.large_string()))
MONTH_FIRST = ColumnParser("dates, month first", _date_parser(_YEAR_LAST, r"\3-\1-\2"))
DAY_FIRST = ColumnParser("dates, day first", _date_parser(_YEAR_LAST, r"\3-\2-\1"))
BOOLEANS = ColumnParser("true or false", _parse_booleans)
NUMBERS = ColumnParser("numbers", _parse_numbers)
TIMES = (
    ColumnParser("dates and times", _parse_times),
    ColumnParser("dates and times with a zone", _parse_zoned_times),
    ColumnParser("dates, year first", _date_parser(_YEAR_FIRST, r"\1-\2-\3")),
)
ALL_PARSERS = (BOOLEANS, INTEGERS, NUMBERS, *TIMES, MONTH_FIRST, DAY_FIRST)


class ColumnInference:
    """The parsers that have fitted all cells so far."""

    def __init__(self) -> None:
        self.candidates = list(ALL_PARSERS)
        self.is_empty = True

    def observe_cells(self, cells: pa.StringArray) -> None:
        if cells.null_count == len(cells):
            return
        self.is_empty = False
        if self.candidates:
            present = _blank_to_null(cells)
            self.candidates = [parser for parser in self.candidates if _can_parse(parser, present)]

    @property
    def best_parser(self) -> ColumnParser | None:
        """The parser to use: that for text if no other fits; None for a column without a value."""
        if self.is_empty:
            return None
        return TEXTS if self.is_ambiguous or not self.candidates else self.candidates[0]

    @property
    def is_ambiguous(self) -> bool:
        """Whether day and month can't be told apart."""
        return self.candidates == [MONTH_FIRST, DAY_FIRST]

    def list_notices(self, name: str, _find_line: Callable[[int], int]) -> Iterator[str]:
        """Yield what the person who imports should know about the column ``name``.

        ``find_line`` returns the line of the file in which a row begins; rows are counted from 0 in the order
        in which they were observed.
        """
        if self.is_empty:
            yield f"column {name!r} is left out: it has no values"
        if self.is_ambiguous:
            yield f"column {name!r} is imported as text: its dates could be day first or month first"


def parse_cells(parser: ColumnParser, cells: pa.StringArray) -> pa.Array:
    """Return the parsed cells; missing ones are null."""
    return parser.parse(cells if parser is TEXTS else _blank_to_null(cells))


def _blank_to_null(cells: pa.StringArray) -> pa.StringArray:
    trimmed = pc.utf8_trim_whitespace(cells)
    return pc.if_else(pc.is_in(trimmed, MISSING_VALUES), pa.scalar(None, pa.string()), trimmed)


def _can_parse(parser: ColumnParser, cells: pa.StringArray) -> bool:
    try:
        parser.parse(cells)
    except pa.ArrowInvalid:
        return False
    return True
