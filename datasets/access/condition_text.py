"""Row conditions in words, as the strip says filters."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from datasets.access.row_conditions import Condition
from datasets.description import Column, Description
from datasets.exploration import Interval, Members, Nulls, Span
from gpu.scales.time_scale import LEAST, MOST

NAMED = 4


def words(conditions: Iterable[Condition], description: Description) -> str:
    """``State is CA or NY and Distance is between 500 and 999``; a column that vanished goes by its name."""
    columns = {column.name: column for column in description.columns}
    return " and ".join(_clause(each, columns.get(each.column)) for each in conditions)


def _clause(condition: Condition, column: Column | None) -> str:
    subject = column.label if column else condition.column
    match condition.filter:
        case Nulls():
            return f"{subject} is missing"
        case Members() as members:
            return f"{subject} is {_listed(members)}"
        case Interval() as span:
            return f"{subject} {_bounds(span, column)}{' or is missing' if span.nulls else ''}"


def _listed(members: Members) -> str:
    names = [value or "empty" for value in members.values] + ["missing"] * members.nulls
    if len(names) > NAMED + 1:
        return f"one of {len(names)}: {', '.join(names[:NAMED])}, …"
    if len(names) > 1:
        return f"{', '.join(names[:-1])} or {names[-1]}"
    return names[0] if names else "none of its values"


def _bounds(span: Span, column: Column | None) -> str:
    if span.lo is None and span.hi is None:
        return "has a value"
    if column and column.profile.kind == "time":
        ends = [f"{word} {_instant(end)}" for word, end in _ends("from", "until", span)]
        return " ".join(ends)
    return _numbers(span, whole=column is not None and column.profile.integer)


def _ends(low: str, high: str, span: Span) -> list[tuple[str, float]]:
    return [(word, end) for word, end in ((low, span.lo), (high, span.hi)) if end is not None]


def _numbers(span: Span, *, whole: bool) -> str:
    """The bounds of numbers; those of whole ones are named inclusively."""
    whole = whole and all(end.is_integer() for _, end in _ends("", "", span))
    last = span.hi if span.hi is None or not whole else span.hi - 1
    if span.lo is None:
        return f"is {'at most' if whole else 'below'} {last:,.15g}"
    if last is None:
        return f"is at least {span.lo:,.15g}"
    return f"is {last:,.15g}" if last == span.lo else f"is between {span.lo:,.15g} and {last:,.15g}"


def _instant(milliseconds: float) -> str:
    """The instant as briefly as it can be said: ``2001-01-31`` or ``2001-01-31 06:30``."""
    instant = np.datetime64(int(min(max(milliseconds, LEAST), MOST)), "ms")
    forms = (instant.astype(f"M8[{unit}]") for unit in ("D", "m", "s", "ms"))
    return str(next(form for form in forms if form == instant)).replace("T", " ")
