"""The first rows of a CSV text, split into cells under an assumption about the delimiter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from datasets.ingest.text_source import count_line_breaks

SAMPLE_ROWS = 1000
SAMPLE_CHARACTERS = 1 << 18
"""A sample ends after so many rows or characters, but has at least ``LEAST_ROWS`` rows."""
LEAST_ROWS = 20


class SampleCell(NamedTuple):
    """A cell without its quotes, and whether it had any."""

    text: str
    is_quoted: bool


class SampleRow(NamedTuple):
    """Cells, the line in which they begin (from 1), and the positions in the text of their start and end."""

    cells: list[SampleCell]
    line: int
    start: int
    end: int

    @property
    def is_blank(self) -> bool:
        return self.cells == [SampleCell("", is_quoted=False)]

    @property
    def is_comment(self) -> bool:
        return self.cells[0].text.startswith("#") and not self.cells[0].is_quoted

    def count_filled(self) -> int:
        """Return how many cells aren't blank."""
        return sum(bool(cell.text.strip()) for cell in self.cells)


@dataclass(frozen=True)
class TextSample:
    """The beginning of a text from some line on (from 1). Unless it ``is_whole``, its last row is cut off."""

    text: str
    line: int
    is_whole: bool


def split_sample(sample: TextSample, delimiter: str, *, escapes: bool) -> list[SampleRow]:
    """Return the first complete rows of a text.

    ``escapes`` says that a backslash turns a quote inside a cell into a letter. A quote in the wrong place
    makes a cell unquoted: whoever reads all rows has to refuse it.
    """
    rows: list[SampleRow] = []
    for row in _iterate_rows(sample, delimiter, escapes):
        if row.end == len(sample.text) and not sample.is_whole:
            break
        rows.append(row)
        if len(rows) >= SAMPLE_ROWS or (row.end >= SAMPLE_CHARACTERS and len(rows) >= LEAST_ROWS):
            break
    return rows


def _iterate_rows(sample: TextSample, delimiter: str, escapes: bool) -> Iterator[SampleRow]:
    pattern = _compile_cell(delimiter, escapes)
    place, line, text = 0, sample.line, sample.text
    while place < len(text):
        cells, start, end = [], place, delimiter
        while end == delimiter:
            found = pattern.match(text, place)
            if found is None:  # the pattern matches anywhere
                return
            cells.append(_make_cell(found, escapes))
            place, end = found.end(), found["end"]
        yield SampleRow(cells, line, start, place)
        line += count_line_breaks(text[start:place].encode(), b"\n")


def _compile_cell(delimiter: str, escapes: bool) -> re.Pattern[str]:
    end = rf"{re.escape(delimiter)}|\r\n|\r|\n|\Z"
    letters = r'(?:[^"\\]|""|\\.)*+' if escapes else r'(?:[^"]|"")*+'
    blanks = "" if delimiter == " " else " *"
    quoted = rf'{blanks}"(?P<quoted>{letters})"{blanks}(?={end})'
    return re.compile(rf"(?:{quoted}|(?P<plain>[^\r\n{re.escape(delimiter)}]*))(?P<end>{end})", re.DOTALL)


def _make_cell(found: re.Match[str], escapes: bool) -> SampleCell:
    quoted = found["quoted"]
    if quoted is None:
        return SampleCell(found["plain"], is_quoted=False)
    text = quoted.replace('""', '"')
    return SampleCell(re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL) if escapes else text, is_quoted=True)
