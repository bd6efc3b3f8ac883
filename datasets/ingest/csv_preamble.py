"""What stands before the table in a CSV file: blank lines, comments and titles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from datasets.ingest.csv_header import HeaderVerdict
from datasets.ingest.csv_sample import SampleRow

MAX_TITLE_LINES = 20
"""How many lines before the table may be titles: more are rather a table with rows of different lengths."""

RowJudge = Callable[[int], HeaderVerdict]
"""Says of the row with this index whether it is the header of those after it."""


def count_width(rows: list[SampleRow]) -> int:
    """Return how many cells most rows have, the larger number if there are two; at least 1."""
    widths = Counter(len(row.cells) for row in rows if not row.is_blank and not row.is_comment)
    return max(widths, key=lambda width: (widths[width], width), default=1)


def find_table_start(rows: list[SampleRow], width: int, judge_row: RowJudge, *, keeps_lines: bool) -> int:
    """Return the index of the header, or of the first row; ``keeps_lines``: only blank lines are before it.

    A comment with as many cells as the rows is their header. A title has cells in less than half of the
    columns, and names must follow it: a first row that is only too short is an error, which reading tells.
    """
    start = _find_index(rows, lambda row: not row.is_blank)
    if keeps_lines:
        return start
    start = _find_index(rows, lambda row: not row.is_blank and not row.is_comment)
    if start > 0 and _is_commented_header(rows, start, width, judge_row):
        return start - 1
    return _skip_titles(rows, start, width, judge_row)


def describe_skipped(rows: list[SampleRow]) -> Iterator[str]:
    """Yield what a person should know about the rows before the table."""
    counts = {
        "comment": sum(row.is_comment for row in rows),
        "blank": sum(not row.count_filled() for row in rows),
    }
    for kind, count in counts.items():
        if count:
            yield f"{count} {kind} lines are skipped" if count > 1 else f"1 {kind} line is skipped"
    for row in rows:
        if not row.is_comment and row.count_filled():
            title = " ".join(cell.text for cell in row.cells if cell.text)
            yield f"line {row.line} is skipped as a title: {title[:60]!r}"


def _find_index(rows: list[SampleRow], test: Callable[[SampleRow], bool]) -> int:
    return next((index for index, row in enumerate(rows) if test(row)), len(rows))


def _is_commented_header(rows: list[SampleRow], start: int, width: int, judge_row: RowJudge) -> bool:
    if not rows[start - 1].is_comment or judge_row(start - 1) is HeaderVerdict.ABSENT:
        return False
    if start == len(rows) or len(rows[start - 1].cells) != width:
        return False
    verdict = judge_row(start)
    return verdict is HeaderVerdict.ABSENT or (width > 1 and verdict is HeaderVerdict.ASSUMED)


def _skip_titles(rows: list[SampleRow], start: int, width: int, judge_row: RowJudge) -> int:
    end = start
    while end < len(rows) and end - start <= MAX_TITLE_LINES and _is_title(rows[end], width):
        end += 1
    names_follow = end + 1 < len(rows) and all(len(row.cells) == width for row in rows[end : end + 2])
    if end == start or not names_follow or judge_row(end) is HeaderVerdict.ABSENT:
        return start
    return end


def _is_title(row: SampleRow, width: int) -> bool:
    if row.is_blank or row.is_comment or (width > 1 and not row.count_filled()):
        return True
    if len(row.cells) == width and (width < 3 or not row.cells[0].text.strip()):
        return False
    return row.count_filled() <= max(1, (width - 1) // 2) and (
        len(row.cells) < width or row.count_filled() == 1
    )
