"""The forms in which appended text may spell the numbers and times of a column."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pyarrow as pa
import pyarrow.compute as pc

from datasets.ingest.cell_text import clear_missing
from datasets.ingest.column_parser import ColumnParser
from datasets.ingest.written_forms import ODD_PARSERS, get_form_parser


def list_forms(
    cells: pa.StringArray, field: pa.Field, likely: Sequence[ColumnParser]
) -> tuple[ColumnParser, ...]:
    """Return the parsers for appended cells of a column, the one to try first in front.

    That is the parser for the form in which the column was imported, or else the only one that takes more of
    the cells than the likely parsers do.
    """
    imported = get_form_parser(field)
    if imported is not None:
        return imported, *likely
    present, _ = clear_missing(cells)
    nulls = pc.coalesce(*(parser.parse(present) for parser in likely)).null_count
    if nulls == present.null_count:
        return tuple(likely)
    return *_find_odd_form(present, likely[0], nulls), *likely


def _find_odd_form(cells: pa.StringArray, likely: ColumnParser, most_nulls: int) -> list[ColumnParser]:
    """Return the parser that leaves fewest nulls, and fewer than so many, if all that do so agree."""
    alike = [
        parser for parser in ODD_PARSERS if parser.family == likely.family and _is_of_kind(parser, likely)
    ]
    found = [(parser, parser.parse(cells)) for parser in alike]
    fewest = min((values.null_count for _, values in found), default=most_nulls)
    best = [(parser, values) for parser, values in found if values.null_count == fewest]
    agree = all(pc.all(pc.equal(one, other)).as_py() is not False for (_, one), (_, other) in pairwise(best))
    return [best[0][0]] if fewest < most_nulls and agree else []


def _is_of_kind(parser: ColumnParser, likely: ColumnParser) -> bool:
    return parser.family == "time" or bool(parser.type == likely.type)
