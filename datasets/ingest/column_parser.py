"""A way to parse the cells of a column, and the two simplest: text, and true or false."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from datasets.ingest.cell_text import keep_matching

ParserFamily = Literal["boolean", "number", "time", "text"]


@dataclass(frozen=True)
class ColumnParser:
    """A way to parse a column.

    Args:
        name: what its cells are, as a person is told.
        family: what kind of values it makes.
        type: the type of the values. The inference gives dates, and times of one zone, a type of their own.
        shape: a pattern of RE2. Cells that don't match it can't be parsed; those that do nearly always can.
        parse: returns the values of cells without blanks and markers around; null where a cell doesn't fit.
        includes: the names of parsers of which this one takes every cell that all of them take, with the same
            value; None if there are none.
        plain: for real numbers, returns the cells as plain numbers; None for other parsers.
        remark: what else the person who imports should know.
        obstacle: why no cell of this shape can be parsed; empty for all but those shapes.
    """

    name: str
    family: ParserFamily
    type: pa.DataType
    shape: str
    parse: Callable[[pa.StringArray], pa.Array]
    includes: tuple[str, ...] | None = None
    plain: Callable[[pa.StringArray], pa.StringArray] | None = None
    remark: str = ""
    obstacle: str = ""


def _parse_booleans(cells: pa.StringArray) -> pa.Array:
    return pc.equal(pc.ascii_lower(keep_matching(cells, BOOLEANS.shape)), "true")


TEXTS = ColumnParser("text", "text", pa.large_string(), "", lambda cells: pc.cast(cells, pa.large_string()))
BOOLEANS = ColumnParser("true or false", "boolean", pa.bool_(), "(?i)^(?:true|false)$", _parse_booleans)
