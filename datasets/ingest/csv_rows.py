"""The rows of a CSV file as a checked stream of text, and as batches of cells."""

from __future__ import annotations

import csv
import io
import time
import weakref
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import pyarrow as pa
import pyarrow.csv as arrow_csv

from datasets.ingest.csv_layout import CsvLayout
from datasets.ingest.csv_quotes import QuoteFilter
from datasets.ingest.read_result import BadFileError
from datasets.ingest.text_source import BLOCK_BYTES, describe_encoding, open_text

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

RELEASE_SECONDS = 1
"""How long at most is waited for Arrow to stop reading; it reads no more than some blocks ahead."""
POLL_SECONDS = 0.001


@dataclass(frozen=True)
class CsvRows:
    """The rows of a file with a known layout; each call starts a new pass over the file."""

    file: Path
    layout: CsvLayout

    def make_filter(self) -> QuoteFilter:
        """Return what checks the quotes of one pass."""
        layout = self.layout
        return QuoteFilter(self.file, layout.delimiter, escapes=layout.escapes, first_line=layout.first_line)

    def read_cells(self, quotes: QuoteFilter | None) -> Iterator[pa.RecordBatch]:
        """Yield all rows as text; an empty cell is null, ``""`` is empty text.

        Without a filter, quotes are taken as they are: for another pass over a text without fault or cuts.

        Raises:
            BadFileError: a row has another number of cells, the text isn't UTF-8, or quotes don't match; the
                message names the line.
        """
        try:
            yield from _parse_stream(self._open_stream(quotes), _make_arrow_options(self.layout))
        except pa.ArrowInvalid as error:
            if "Empty CSV" not in str(error):
                raise BadFileError(self.file, self.find_problem() or str(error)) from error

    def find_problem(self) -> str | None:
        """Return what can't be parsed, with its line; None if all of the file can.

        Arrow's own messages count rows, which differ from lines if there are quoted newlines or blank lines.
        """
        line, width = self.layout.first_line, len(self.layout.header)
        try:
            for begin, end, row in self._parse_slowly():
                line = end
                if row and len(row) != width:
                    return f"line {begin}: {len(row)} cells where {self.layout.reference} has {width}"
                if sum(map(len, row)) >= BLOCK_BYTES:
                    return f"line {begin}: the row has {BLOCK_BYTES:,} characters or more"
        except UnicodeDecodeError:
            return describe_encoding(self.file)
        except csv.Error as error:
            return f"line {line}: {error}"
        return None

    def find_lines(self, rows: Collection[int]) -> dict[int, int]:
        """Return the lines in which rows begin, by the numbers of the rows, which count from 0."""
        lines: dict[int, int] = {}
        is_single = len(self.layout.header) == 1
        parsed = ((begin, row) for begin, _, row in self._parse_slowly() if row or is_single)
        for number, (line, _) in enumerate(parsed):
            if number in rows:
                lines[number] = line
            if len(lines) == len(rows):
                break
        return lines

    def _parse_slowly(self) -> Iterator[tuple[int, int, list[str]]]:
        """Yield the line in which a row begins, that after its end, and its cells; none for a blank line."""
        layout = self.layout
        escape = "\\" if layout.escapes else None
        csv.field_size_limit(BLOCK_BYTES)
        stream = io.BufferedReader(self._open_stream(self.make_filter()))
        with io.TextIOWrapper(stream, encoding="utf-8", newline="") as text:
            reader = csv.reader(text, delimiter=layout.delimiter, strict=True, escapechar=escape)
            begin = layout.first_line
            for row in reader:
                end = layout.first_line + reader.line_num
                yield begin, end, row
                begin = end

    def _open_stream(self, quotes: QuoteFilter | None) -> _RowStream:
        text = open_text(self.file)
        text.read(self.layout.first_byte)
        return _RowStream(text, quotes)


class _RowStream(io.RawIOBase):
    """The text of the rows, block by block through a filter of quotes if there is one."""

    def __init__(self, text: BinaryIO, quotes: QuoteFilter | None) -> None:
        self._text, self._quotes = text, quotes
        self._ready = memoryview(b"")
        self._is_complete = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        target = memoryview(buffer).cast("B")
        while not self._ready and not self._is_complete:
            block = self._text.read(BLOCK_BYTES)
            self._is_complete = not block
            self._ready = memoryview(self._check_block(block))
        part, self._ready = self._ready[: len(target)], self._ready[len(target) :]
        target[: len(part)] = part
        return len(part)

    def _check_block(self, block: bytes) -> bytes:
        if self._quotes is None:
            return block
        return self._quotes.filter_block(block) if block else self._quotes.finish_text()

    def close(self) -> None:
        self._text.close()
        super().close()


class _LentBlock(bytes):
    """A block of text that Arrow's threads hold for a while; the numbers of those that live are in a set."""

    lent: set[int]

    def __del__(self) -> None:
        self.lent.discard(id(self))


class _ArrowInput(io.RawIOBase):
    """What Arrow reads from: whole blocks of a stream, each of which is counted until it is let go."""

    def __init__(self, rows: _RowStream, lent: set[int]) -> None:
        self._stream, self._lent = io.BufferedReader(rows), lent
        self.problems: list[BadFileError] = []

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        try:
            block = _LentBlock(self._stream.read(size))
        except BadFileError as error:
            self.problems.append(error.with_traceback(None))  # whose frames would keep this stream
            return b""
        block.lent = self._lent
        self._lent.add(id(block))
        return block


def _parse_stream(rows: _RowStream, options: dict[str, Any]) -> Iterator[pa.RecordBatch]:
    """Yield what Arrow reads, and wait until its threads have let go of the stream.

    A thread that still needs the interpreter when this ends, as after an error, would abort the process.
    """
    lent: set[int] = set()
    stream = _ArrowInput(rows, lent)
    weakref.finalize(stream, lent.discard, id(stream)).atexit = False
    lent.add(id(stream))
    problems, reader = stream.problems, None
    try:
        reader = arrow_csv.open_csv(stream, **options)
        for batch in reader:
            if problems:
                break
            yield batch
    except pa.ArrowInvalid:
        if not problems:
            raise
    finally:
        del stream, reader
        deadline = time.monotonic() + RELEASE_SECONDS
        while lent and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
        rows.close()
    if problems:
        raise problems[0]


def _make_arrow_options(layout: CsvLayout) -> dict[str, Any]:
    """Return how Arrow parses the rows. In a file of one column, a blank line is a missing value."""
    names = [str(number) for number in range(len(layout.header))]
    return {
        "read_options": arrow_csv.ReadOptions(block_size=BLOCK_BYTES, column_names=names),
        "parse_options": arrow_csv.ParseOptions(
            delimiter=layout.delimiter,
            escape_char="\\" if layout.escapes else False,
            newlines_in_values=True,
            ignore_empty_lines=len(names) > 1,
        ),
        "convert_options": arrow_csv.ConvertOptions(
            default_column_type=pa.string(),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    }
