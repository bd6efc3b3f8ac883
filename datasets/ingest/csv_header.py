"""Whether the first row of a CSV file holds the names of the columns, judged by the rows after it."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from itertools import pairwise

from datasets.ingest.cell_text import MISSING_MARKERS
from datasets.ingest.csv_sample import SampleCell, SampleRow

MISSING_TEXTS = frozenset(("", *(marker.casefold() for marker in MISSING_MARKERS.to_pylist())))
VALUE = re.compile(
    r"""[-+(]?[$€£¥]?\s?[-+]?(?:\d[\d.,:/\s'\u00a0\u202f_TZ+-]*|\.\d+)(?:[eE][-+]?\d+)?\s?(?:[%$€£¥)]|[AaPp][Mm])?
    |\d{1,2}[-/ .][A-Za-z]{3}[-/ .]\d{2,4}
    |true|false""",
    re.VERBOSE | re.IGNORECASE,
)
"""A number, date, time or truth value, however it is spelt: the types are judged later, by all cells."""
MOST_EXCEPTIONS = 0.1
"""The share of the cells of a column of values that may be something else."""
SHAPED_ROWS = 3
YEARS = range(1800, 2201)

CellTest = Callable[[str], bool]


class HeaderVerdict(Enum):
    """What the rows say about the first one; ``ASSUMED`` is for names that nothing speaks for or against."""

    SURE = "sure"
    ASSUMED = "assumed"
    ABSENT = "absent"


def judge_header(first: SampleRow, rest: list[SampleRow]) -> HeaderVerdict:
    """Return whether the first row is a header.

    It is one if its cells don't look like the values below them, or if they alone are quoted. It is none if
    they look like these, unless they are a series such as years, or if all of them come again below.
    """
    columns = [_list_present(rest, position) for position in range(len(first.cells))]
    if not any(columns):
        is_value = all(is_value_text(cell.text) for cell in first.cells if cell.text.strip())
        return HeaderVerdict.ABSENT if is_value else HeaderVerdict.SURE
    votes = [_vote_column(name, cells) for name, cells in zip(first.cells, columns, strict=True)]
    names, values = votes.count(True), votes.count(False)
    if values and _is_series(first, columns):
        return HeaderVerdict.SURE
    if values > names or (not names and _recurs(first, columns)):
        return HeaderVerdict.ABSENT
    return HeaderVerdict.SURE if names else HeaderVerdict.ASSUMED


def is_value_text(text: str) -> bool:
    """Return whether a text looks like a number, date, time or truth value."""
    return VALUE.fullmatch(text.strip()) is not None


def is_missing_text(text: str) -> bool:
    return text.strip().casefold() in MISSING_TEXTS


def _list_present(rows: list[SampleRow], position: int) -> list[SampleCell]:
    cells = (row.cells[position] for row in rows if position < len(row.cells))
    return [cell for cell in cells if not is_missing_text(cell.text)]


def _vote_column(name: SampleCell, cells: list[SampleCell]) -> bool | None:
    """Return whether the first cell is a name; None if the column doesn't tell."""
    if not cells or is_missing_text(name.text):
        return None
    if name.is_quoted and not any(cell.is_quoted for cell in cells):
        return True
    test = _find_cell_test([cell.text.strip() for cell in cells])
    return None if test is None else not test(name.text.strip())


def _find_cell_test(texts: list[str]) -> CellTest | None:
    """Return what the values of a column have in common; None for texts of any kind."""
    if sum(not is_value_text(text) for text in texts) <= MOST_EXCEPTIONS * len(texts):
        return is_value_text
    shapes = {_reduce_shape(text) for text in texts}
    if len(shapes) == 1 and len(texts) >= SHAPED_ROWS and "9" in (shape := shapes.pop()):
        return lambda text: _reduce_shape(text) == shape
    return None


def _reduce_shape(text: str) -> str:
    """Return the text with 9 for each digit and a for each letter: the pattern of a code such as AB-123."""
    return re.sub(r"[^\W\d_]", "a", re.sub(r"\d", "9", text))


def _is_series(first: SampleRow, columns: list[list[SampleCell]]) -> bool:
    """Return whether the numbers of the first row are years or steps of a series, and those below are not."""
    places = [place for place, cell in enumerate(first.cells) if re.fullmatch(r"\d+", cell.text.strip())]
    numbers = [int(first.cells[place].text) for place in places]
    if not numbers or len(set(numbers)) < len(numbers):
        return False
    if all(number in YEARS for number in numbers):
        return not any(_are_years(columns[place]) for place in places)
    below = [columns[place][0].text.strip() for place in places if columns[place]]
    return _is_progression(first, numbers) and not _are_steps(below)


def _is_progression(first: SampleRow, numbers: list[int]) -> bool:
    """Return whether there are at least three numbers with equal steps, and beside them only texts."""
    values = sum(is_value_text(cell.text) for cell in first.cells)
    return len(numbers) >= 3 and values == len(numbers) and len(_list_steps(numbers)) == 1


def _are_steps(texts: list[str]) -> bool:
    return all(text.isdecimal() for text in texts) and len(_list_steps([int(text) for text in texts])) <= 1


def _list_steps(numbers: list[int]) -> set[int]:
    return {after - before for before, after in pairwise(numbers)}


def _are_years(cells: list[SampleCell]) -> bool:
    years = sum(cell.text.strip().isdecimal() and int(cell.text) in YEARS for cell in cells)
    return years > len(cells) / 2


def _recurs(first: SampleRow, columns: list[list[SampleCell]]) -> bool:
    """Return whether each of several cells of the first row stands below it once more."""
    pairs = zip(first.cells, columns, strict=True)
    return len(columns) > 1 and all(cell.text in {below.text for below in column} for cell, column in pairs)
