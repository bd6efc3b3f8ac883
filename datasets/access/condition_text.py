"""Row conditions in words, phrased like the filters in the filter bar."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from datasets.access.row_conditions import Condition
from datasets.description import Column, Description
from datasets.exploration import Interval, Members, Nulls, Span
from gpu.scales.time_scale import MAX_INSTANT, MIN_INSTANT

MAX_NAMED_VALUES = 4


def describe_conditions(conditions: Iterable[Condition], description: Description) -> str:
    """Return text such as ``State is CA or NY and Distance is between 500 and 999``.

    A column that no longer exists is called by its name, because its label is unknown.
    """
    columns = {column.name: column for column in description.columns}
    return " and ".join(
        _describe_condition(condition, columns.get(condition.column)) for condition in conditions
    )


def join_words(words: Iterable[str], last: str = "and") -> str:
    """Return words as a list in a sentence: ``a, b and c``; empty if there are none."""
    *others, end = [*words] or [""]
    return f"{', '.join(others)} {last} {end}" if others else end


def _describe_condition(condition: Condition, column: Column | None) -> str:
    subject = column.label if column else condition.column
    match condition.filter:
        case Nulls():
            return f"{subject} is missing"
        case Members() as members:
            return f"{subject} is {_describe_members(members)}"
        case Interval() as span:
            return f"{subject} {_describe_span(span, column)}{' or is missing' if span.nulls else ''}"


def _describe_members(members: Members) -> str:
    names = [value or "empty" for value in members.values] + ["missing"] * members.nulls
    if len(names) > MAX_NAMED_VALUES + 1:
        return f"one of {len(names)}: {', '.join(names[:MAX_NAMED_VALUES])}, …"
    return join_words(names, "or") or "none of its values"


def _describe_span(span: Span, column: Column | None) -> str:
    if span.lo is None and span.hi is None:
        return "has a value"
    if column and column.profile.kind == "time":
        ends = [f"{word} {_format_instant(end)}" for word, end in _bounded_ends("from", "until", span)]
        return " ".join(ends)
    return _describe_number_span(span, whole=column is not None and column.profile.integer)


def _bounded_ends(low: str, high: str, span: Span) -> list[tuple[str, float]]:
    return [(word, end) for word, end in ((low, span.lo), (high, span.hi)) if end is not None]


def _describe_number_span(span: Span, *, whole: bool) -> str:
    """Return the bounds of numbers in words; those of whole numbers are inclusive."""
    whole = whole and all(end.is_integer() for _, end in _bounded_ends("", "", span))
    last = span.hi if span.hi is None or not whole else span.hi - 1
    if span.lo is None:
        return f"is {'at most' if whole else 'below'} {last:,.15g}"
    if last is None:
        return f"is at least {span.lo:,.15g}"
    return f"is {last:,.15g}" if last == span.lo else f"is between {span.lo:,.15g} and {last:,.15g}"


def _format_instant(milliseconds: float) -> str:
    """Return an instant as short as possible: ``2001-01-31`` or ``2001-01-31 06:30``."""
    instant = np.datetime64(int(min(max(milliseconds, MIN_INSTANT), MAX_INSTANT)), "ms")
    forms = (instant.astype(f"M8[{unit}]") for unit in ("D", "m", "s", "ms"))
    return str(next(form for form in forms if form == instant)).replace("T", " ")
