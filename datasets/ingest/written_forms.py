"""The less likely forms of numbers and times, and how a column keeps the form it was imported in."""

from __future__ import annotations

from functools import cache

import pyarrow as pa

from datasets.ingest.column_parser import ColumnParser
from datasets.ingest.number_parsers import ODD_NUMBERS, UNITS, list_unit_parsers
from datasets.ingest.time_parsers import ODD_TIMES

FORM_KEY = b"form"
"""The metadata of a stored column that names the parser of its cells: appended cells are read alike."""
ODD_PARSERS = (*ODD_NUMBERS, *ODD_TIMES)


def make_field(name: str, parser: ColumnParser) -> pa.Field:
    """Return the stored field of a column whose cells a parser has parsed."""
    is_odd = parser.name in _list_by_name()
    return pa.field(name, parser.type, metadata={FORM_KEY: parser.name.encode()} if is_odd else None)


def get_form_parser(field: pa.Field) -> ColumnParser | None:
    """Return the parser for the form in which a column was imported; None for a likely or unknown form."""
    return _list_by_name().get((field.metadata or {}).get(FORM_KEY, b"").decode())


@cache
def _list_by_name() -> dict[str, ColumnParser]:
    with_units = (parser for unit in UNITS for parser in list_unit_parsers(unit))
    return {parser.name: parser for parser in (*ODD_PARSERS, *with_units)}
