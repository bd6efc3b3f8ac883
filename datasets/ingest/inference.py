"""What the cells of a CSV column are, judged by all of them: numbers, times, true/false, or else text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

MISSING = pa.array(["", "NA", "N/A", "#N/A", "n/a", "NaN", "nan", "NULL", "null", "None", "none", "-"])
"""How a missing value is spelt in a column of anything but text; in text only the empty cell is missing."""

_LEADING_ZERO = r"^[+-]?0[0-9xX]"
_YEAR_FIRST = r"^(\d{4})/(\d{1,2})/(\d{1,2})"
_YEAR_LAST = r"^(\d{1,2})/(\d{1,2})/(\d{4})"


@dataclass(frozen=True)
class Reading:
    """One way to read a column; ``parse`` raises ``pa.ArrowInvalid`` where a cell can't be read so."""

    name: str
    parse: Callable[[pa.StringArray], pa.Array]


def _whole(cells: pa.StringArray) -> pa.Array:
    return pc.cast(_without_codes(cells), pa.int64())


def _number(cells: pa.StringArray) -> pa.Array:
    return pc.cast(_without_codes(cells), pa.float64())


def _without_codes(cells: pa.StringArray) -> pa.StringArray:
    """The cells as they are, if no digits would be lost: 00501 is a postal code, not a number."""
    if pc.any(pc.match_substring_regex(cells, _LEADING_ZERO)).as_py():
        raise pa.ArrowInvalid("a number with leading zeros")
    return cells


def _truth(cells: pa.StringArray) -> pa.Array:
    lower = pc.utf8_lower(cells)
    if not pc.all(pc.is_in(lower, pa.array(["true", "false", None]))).as_py():
        raise pa.ArrowInvalid("neither true nor false")
    return pc.equal(lower, "true")


def _moment(cells: pa.StringArray) -> pa.Array:
    return pc.cast(cells, pa.timestamp("us"))


def _zoned_moment(cells: pa.StringArray) -> pa.Array:
    return pc.cast(pc.cast(cells, pa.timestamp("us", "UTC")), pa.timestamp("us"))


def _date(pattern: str, iso: str) -> Callable[[pa.StringArray], pa.Array]:
    def parse(cells: pa.StringArray) -> pa.Array:
        dashed = pc.replace_substring_regex(cells, pattern, iso)
        padded = pc.replace_substring_regex(dashed, r"-(\d)-", r"-0\1-")
        padded = pc.replace_substring_regex(padded, r"-(\d)( |$)", r"-0\1\2")
        return _moment(pc.replace_substring_regex(padded, r" (\d):", r" 0\1:"))

    return parse


WHOLE = Reading("whole numbers", _whole)
TEXT = Reading("text", lambda cells: pc.cast(cells, pa.large_string()))
MONTH_FIRST = Reading("dates, month first", _date(_YEAR_LAST, r"\3-\1-\2"))
DAY_FIRST = Reading("dates, day first", _date(_YEAR_LAST, r"\3-\2-\1"))
TRUTH = Reading("true or false", _truth)
NUMBERS = Reading("numbers", _number)
MOMENTS = (
    Reading("dates and times", _moment),
    Reading("dates and times with a zone", _zoned_moment),
    Reading("dates, year first", _date(_YEAR_FIRST, r"\1-\2-\3")),
)
READINGS = (TRUTH, WHOLE, NUMBERS, *MOMENTS, MONTH_FIRST, DAY_FIRST)


class Inference:
    """The readings that have fitted every cell so far."""

    def __init__(self) -> None:
        self.fitting = list(READINGS)
        self.empty = True

    def see(self, cells: pa.StringArray) -> None:
        if cells.null_count == len(cells):
            return
        self.empty = False
        if self.fitting:
            present = _present(cells)
            self.fitting = [reading for reading in self.fitting if _fits(reading, present)]

    @property
    def reading(self) -> Reading | None:
        """The reading to take: text where no other fits, None for a column without a value."""
        if self.empty:
            return None
        return TEXT if self.ambiguous or not self.fitting else self.fitting[0]

    @property
    def ambiguous(self) -> bool:
        """Whether the day and the month can't be told apart."""
        return self.fitting == [MONTH_FIRST, DAY_FIRST]


def convert(reading: Reading, cells: pa.StringArray) -> pa.Array:
    """The cells read so; missing ones are null."""
    return reading.parse(cells if reading is TEXT else _present(cells))


def _present(cells: pa.StringArray) -> pa.StringArray:
    trimmed = pc.utf8_trim_whitespace(cells)
    return pc.if_else(pc.is_in(trimmed, MISSING), pa.scalar(None, pa.string()), trimmed)


def _fits(reading: Reading, cells: pa.StringArray) -> bool:
    try:
        reading.parse(cells)
    except pa.ArrowInvalid:
        return False
    return True
