"""How a CSV file is laid out: its delimiter, quotes, header, and the lines before it, judged by many rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from datasets.ingest.csv_header import HeaderVerdict, is_value_text, judge_header
from datasets.ingest.csv_preamble import count_width, describe_skipped, find_table_start
from datasets.ingest.csv_quotes import QuoteFilter
from datasets.ingest.csv_sample import SampleRow, TextSample, split_sample
from datasets.ingest.read_result import BadFileError
from datasets.ingest.text_source import count_line_breaks

DELIMITERS = {"\t": "tabs", ";": "semicolons", "|": "vertical bars", ",": "commas"}
"""What cells may be separated by, by preference: commas last, since they also stand in numbers and texts."""
_SEP_LINE = re.compile(r'"?sep=([^\r\n"])"?[,;\t ]*(?:\r\n|\r|\n)', re.IGNORECASE)
"""The first line by which Excel is told the delimiter."""


@dataclass(frozen=True)
class CsvOptions:
    """What a person says about a CSV file; None where it shall be judged by the file.

    ``skipped_lines`` is the number of lines before the table.
    """

    delimiter: str | None = None
    has_header: bool | None = None
    skipped_lines: int | None = None


@dataclass(frozen=True)
class CsvLayout:
    """Where the rows of a CSV file are, and how they are written.

    ``header`` has the names of the columns, in the file or made up. ``escapes`` says that a backslash turns a
    quote into a letter. The rows begin at a byte of the UTF-8 text, in the line ``first_line`` (from 1);
    ``reference`` says in messages what tells how many cells a row has. ``notices`` say what was decided.
    """

    delimiter: str
    escapes: bool
    header: list[str]
    first_byte: int
    first_line: int
    reference: str
    notices: tuple[str, ...]


@dataclass(frozen=True)
class _Reading:
    """A sample under the assumption of a delimiter; ``start`` is the index of its first row, or header."""

    delimiter: str
    escapes: bool
    rows: list[SampleRow]
    width: int
    start: int
    verdict: HeaderVerdict

    @property
    def agreement(self) -> float:
        """The share of the rows that have as many cells as most have."""
        rows = [row for row in self.rows[self.start :] if not row.is_blank]
        return sum(len(row.cells) == self.width for row in rows) / len(rows) if rows else 0.0

    @property
    def value_share(self) -> float:
        """The share of the cells that look like numbers, dates or times."""
        cells = [cell.text.strip() for row in self.rows[self.start :] for cell in row.cells]
        return sum(map(is_value_text, cells)) / max(1, len(cells))


def judge_layout(
    file: Path, text: str, options: CsvOptions, *, is_whole: bool, prefers_tabs: bool
) -> CsvLayout:
    """Return the layout of a file that begins with ``text``, or is it.

    Raises:
        BadFileError: there is no row in it.
    """
    sample, options, notices = _skip_lines(TextSample(text, 1, is_whole), options)
    if not sample.text.strip("\r\n"):
        raise BadFileError(file, "has only blank lines" if text else "is empty")
    best = _choose_reading(file, sample, options, prefers_tabs)
    if best.start >= len(best.rows):
        raise BadFileError(file, f"line {sample.line} has {len(text):,} characters or more")
    skipped = len(text[: len(text) - len(sample.text)].encode())
    return _make_layout(best, sample, skipped, notices)


def _skip_lines(sample: TextSample, options: CsvOptions) -> tuple[TextSample, CsvOptions, list[str]]:
    """Leave out the lines that a person wants to skip, or the line that tells Excel the delimiter."""
    lines = options.skipped_lines
    if lines is not None:
        found = re.match(rf"(?:[^\r\n]*+(?:\r\n|\r|\n)){{{lines}}}", sample.text)
        end = found.end() if found else len(sample.text)
        return TextSample(sample.text[end:], 1 + lines, sample.is_whole), options, []
    if not (sep := _SEP_LINE.match(sample.text)):
        return sample, options, []
    notice = f"line 1 is skipped: it names the delimiter ({sep[0].strip()})"
    options = replace(options, delimiter=options.delimiter or sep[1])
    return TextSample(sample.text[sep.end() :], 2, sample.is_whole), options, [notice]


def _choose_reading(file: Path, sample: TextSample, options: CsvOptions, prefers_tabs: bool) -> _Reading:
    """Return the best reading; with backslashes before quotes only if quotes make no sense without them."""

    def choose_delimiter(escapes: bool) -> _Reading:
        delimiters = [options.delimiter] if options.delimiter else list(DELIMITERS)
        readings = [_read_sample(sample, delimiter, escapes, options) for delimiter in delimiters]
        return max(readings, key=lambda reading: _rank_reading(reading, prefers_tabs))

    best = choose_delimiter(escapes=False)
    if '\\"' not in sample.text or _has_sound_quotes(file, sample, best):
        return best
    escaped = choose_delimiter(escapes=True)
    return escaped if _has_sound_quotes(file, sample, escaped) else best


def _read_sample(sample: TextSample, delimiter: str, escapes: bool, options: CsvOptions) -> _Reading:
    rows = split_sample(sample, delimiter, escapes=escapes)
    width = count_width(rows)

    def judge_row(index: int) -> HeaderVerdict:
        if options.has_header is None:
            return judge_header(rows[index], rows[index + 1 :])
        return HeaderVerdict.SURE if options.has_header else HeaderVerdict.ABSENT

    start = find_table_start(rows, width, judge_row, keeps_lines=options.skipped_lines is not None)
    verdict = judge_row(start) if start < len(rows) else HeaderVerdict.SURE
    return _Reading(delimiter, escapes, rows, width, start, verdict)


def _rank_reading(reading: _Reading, prefers_tabs: bool) -> tuple[float, ...]:
    return (
        reading.width > 1,
        reading.agreement == 1,
        prefers_tabs and reading.delimiter == "\t",
        reading.agreement,
        reading.value_share,
        reading.width,
        -list(DELIMITERS).index(reading.delimiter) if reading.delimiter in DELIMITERS else 0,
    )


def _has_sound_quotes(file: Path, sample: TextSample, reading: _Reading) -> bool:
    quotes = QuoteFilter(file, reading.delimiter, escapes=reading.escapes)
    try:
        quotes.filter_block(sample.text.encode())
        if sample.is_whole:
            quotes.finish_text()
    except BadFileError:
        return False
    return True


def _make_layout(reading: _Reading, sample: TextSample, skipped: int, notices: list[str]) -> CsvLayout:
    first = reading.rows[reading.start]
    is_header = reading.verdict is not HeaderVerdict.ABSENT
    names = [cell.text for cell in first.cells] if is_header else make_names(len(first.cells))
    place = first.end if is_header else first.start
    before = sample.text[:place]
    return CsvLayout(
        reading.delimiter,
        reading.escapes,
        names,
        skipped + len(before.encode()),
        sample.line + count_line_breaks(before.encode(), b""),
        "the header" if is_header else f"line {first.line}",
        (*notices, *describe_skipped(reading.rows[: reading.start]), *_describe_decisions(reading, first)),
    )


def make_names(width: int) -> list[str]:
    return [f"column {number}" for number in range(1, width + 1)]


def _describe_decisions(reading: _Reading, first: SampleRow) -> Iterator[str]:
    names = make_names(len(first.cells))
    made_up = repr(names[0]) if len(names) == 1 else f"{names[0]!r} to {names[-1]!r}"
    yield {
        HeaderVerdict.SURE: f"line {first.line} is taken for names",
        HeaderVerdict.ASSUMED: f"line {first.line} is taken for names; if it is a row, say --no-header",
        HeaderVerdict.ABSENT: f"the file has no header: its columns are called {made_up}; if line "
        f"{first.line} has the names, say --header",
    }[reading.verdict]
    if reading.delimiter != "," and len(first.cells) > 1:
        yield f"cells are separated by {DELIMITERS.get(reading.delimiter, repr(reading.delimiter))}"
    if reading.escapes:
        yield 'a backslash before a quote makes it a letter, as in \\"'
