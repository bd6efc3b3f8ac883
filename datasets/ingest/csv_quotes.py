"""Quotes in CSV text: each must open or close a cell, be doubled in one, or stand in an unquoted cell.

Parsers accept anything else as well, and then letters or whole rows disappear inside a cell.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from datasets.ingest.read_result import BadFileError
from datasets.ingest.text_source import BLOCK_BYTES, count_line_breaks

QUOTE, BLANK, LINE_FEED, RETURN = b'" \n\r'
TWICE = "a quote inside quoted text must be written twice"


class QuoteFilter:
    """Checks the quotes of a text that comes in blocks, and drops blanks between quotes and delimiters.

    A block without fault is judged as a whole: every second quote opens a cell. Only from a fault on are the
    quotes of the block looked at one by one.

    ``line_breaks`` and ``first_break_line`` say how many line breaks are inside quotes and where the first
    is; ``has_cuts`` says whether blanks were dropped.
    """

    def __init__(self, file: Path, delimiter: str, *, escapes: bool, first_line: int = 1) -> None:
        self.line_breaks = self.first_break_line = 0
        self.has_cuts = False
        self._file, self._escapes = file, escapes
        self._is_end = np.zeros(256, np.bool_)
        self._is_end[[ord(delimiter), LINE_FEED, RETURN]] = True
        self._line = self._first_line = first_line
        self._opening_line = 0
        self._before, self._pending = LINE_FEED, b""
        self._is_inside = False
        self._length = 0

    @property
    def line_count(self) -> int:
        """How many lines the text has so far; the last may be unfinished."""
        return self._line - self._first_line + (self._before not in (LINE_FEED, RETURN))

    def filter_block(self, block: bytes) -> bytes:
        """Return the checked text up to the last byte whose meaning doesn't depend on the next block.

        Raises:
            BadFileError: a quote has no meaning, or a cell is too long; the message names the line.
        """
        text = self._pending + block
        complete = len(text.rstrip(b'" \\'))
        self._pending = text[complete:]
        if len(self._pending) > BLOCK_BYTES:
            raise BadFileError(self._file, f"line {self._line} has {BLOCK_BYTES:,} characters or more")
        return self._check_text(text[:complete])

    def finish_text(self) -> bytes:
        """Return the rest of the text, checked.

        Raises:
            BadFileError: a quote has no meaning, or is never closed; the message names the line.
        """
        rest = self._check_text(self._pending)
        if self._is_inside:
            problem = "the quote that opens a cell is never closed"
            raise BadFileError(self._file, f"line {self._opening_line}: {problem}")
        return rest

    def _check_text(self, text: bytes) -> bytes:
        if not text:
            return text
        was_inside = self._is_inside
        cuts: list[tuple[int, int]] = []
        quotes = self._find_quotes(text)
        if len(quotes):
            quotes, cuts = self._match_quotes(text, quotes)
        self._note_lines(text, quotes, was_inside)
        self._limit_length(text, quotes)
        self._line += count_line_breaks(text, bytes([self._before]))
        self._before = text[-1]
        self.has_cuts |= bool(cuts)
        return _cut_ranges(text, cuts) if cuts else text

    def _find_quotes(self, text: bytes) -> NDArray[np.int64]:
        """Return the positions of the quotes that no backslash turns into letters."""
        if b'"' not in text and not self._escapes:
            return np.empty(0, np.int64)
        data = np.frombuffer(text, np.uint8)
        quotes = np.flatnonzero(data == QUOTE)
        if not self._escapes or b"\\" not in text:
            return quotes
        return np.setdiff1d(quotes, self._find_escaped_bytes(text), assume_unique=True)

    def _find_escaped_bytes(self, text: bytes) -> list[int]:
        escaped = []
        position = text.find(b"\\")
        while position >= 0:
            if text[position + 1 : position + 2] not in (b'"', b"\\"):
                problem = "a backslash is followed by neither a quote nor a backslash"
                raise BadFileError(self._file, f"line {self._find_line(text, position)}: {problem}")
            escaped.append(position + 1)
            position = text.find(b"\\", position + 2)
        return escaped

    def _match_quotes(
        self, text: bytes, quotes: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], list[tuple[int, int]]]:
        """Return the quotes that open or close a cell, and the blanks to drop."""
        is_end_before, is_end_after = self._find_edges(text, quotes)
        doubled = np.append(np.diff(quotes) == 1, False)
        follows = np.append(False, doubled[:-1])
        opens = (np.arange(len(quotes)) + self._is_inside) % 2 == 0
        valid = np.where(opens, is_end_before | follows, is_end_after | doubled)
        toggles = ~np.where(opens, follows, doubled)
        if valid.all():
            self._is_inside = bool(self._is_inside ^ (len(quotes) % 2))
            return quotes[toggles], []
        first = int(np.argmin(valid))
        self._is_inside = not opens[first]
        return self._walk_quotes(text, quotes[:first][toggles[:first]].tolist(), quotes[first:].tolist())

    def _find_edges(
        self, text: bytes, quotes: NDArray[np.int64]
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return whether a cell may end before each quote, and after it."""
        data = np.frombuffer(text, np.uint8)
        before, after = data[quotes - 1], data[np.minimum(quotes + 1, len(data) - 1)]
        if quotes[0] == 0:
            before[0] = self._before
        if quotes[-1] == len(data) - 1:
            after[-1] = LINE_FEED
        return self._is_end[before], self._is_end[after]

    def _walk_quotes(
        self, text: bytes, kept: list[int], quotes: list[int]
    ) -> tuple[NDArray[np.int64], list[tuple[int, int]]]:
        """Look at quotes one by one from a fault on; those ``kept`` opened or closed a cell before it."""
        cuts, waiting = [], iter(quotes)
        following = next(waiting, None)
        while (place := following) is not None:
            following = next(waiting, None)
            if self._is_inside and following == place + 1:
                following = next(waiting, None)
            elif (blanks := self._measure_blanks(text, place)) is not None:
                self._is_inside = not self._is_inside
                kept.append(place)
                cuts.append((place - blanks, place) if self._is_inside else (place + 1, place + 1 + blanks))
            elif self._is_inside:
                raise self._make_stray_error(text, kept[-1] if kept else None, place)
        return np.array(kept, np.int64), [cut for cut in cuts if cut[0] < cut[1]]

    def _measure_blanks(self, text: bytes, quote: int) -> int | None:
        """Return how many blanks are between a quote and the edge of its cell; None if letters are."""
        step = 1 if self._is_inside else -1
        place, blanks = quote + step, 0
        while not self._is_end[self._byte_at(text, place)]:
            if self._byte_at(text, place) != BLANK:
                return None
            place, blanks = place + step, blanks + 1
        return blanks

    def _byte_at(self, text: bytes, place: int) -> int:
        if place < 0:
            return self._before if place == -1 else LINE_FEED
        return text[place] if place < len(text) else LINE_FEED

    def _note_lines(self, text: bytes, toggles: NDArray[np.int64], was_inside: bool) -> None:
        """Count the line breaks inside quotes, and keep in which line a cell opens that is still open."""
        if len(toggles) or was_inside:
            breaks = np.flatnonzero(np.frombuffer(text, np.uint8) == LINE_FEED)
            inner = breaks[(np.searchsorted(toggles, breaks) + was_inside) % 2 == 1]
            if len(inner) and not self.line_breaks:
                self.first_break_line = self._find_line(text, int(inner[0]))
            self.line_breaks += len(inner)
        if self._is_inside and len(toggles):
            self._opening_line = self._find_line(text, int(toggles[-1]))

    def _limit_length(self, text: bytes, toggles: NDArray[np.int64]) -> None:
        if self._is_inside:
            start = int(toggles[-1]) if len(toggles) else -1
        else:
            start = max(text.rfind(b"\n"), text.rfind(b"\r"))
        self._length = len(text) - start if start >= 0 else self._length + len(text)
        if self._length > BLOCK_BYTES:
            what = f"{BLOCK_BYTES:,} characters or more"
            if self._is_inside:
                raise BadFileError(self._file, f"line {self._opening_line}: its quoted text has {what}")
            raise BadFileError(self._file, f"line {self._find_line(text, start + 1)} has {what}")

    def _find_line(self, text: bytes, place: int) -> int:
        return self._line + count_line_breaks(text[:place], bytes([self._before]))

    def _make_stray_error(self, text: bytes, opening: int | None, closing: int) -> BadFileError:
        opened = self._opening_line if opening is None else self._find_line(text, opening)
        closed = self._find_line(text, closing)
        place = "" if opened == closed else f" in line {closed}"
        problem = f"the quote that opens a cell is closed{place} before the cell ends; {TWICE}"
        return BadFileError(self._file, f"line {opened}: {problem}")


def _cut_ranges(text: bytes, ranges: list[tuple[int, int]]) -> bytes:
    starts = [0, *(end for _, end in ranges)]
    ends = [*(start for start, _ in ranges), len(text)]
    return b"".join(text[start:end] for start, end in zip(starts, ends, strict=True))
