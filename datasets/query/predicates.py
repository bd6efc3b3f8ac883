"""Predicates on codes that pass exactly the same rows as the filters by values."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import cast

from datasets.description import Description
from datasets.exploration import Box, Filter, Interval, Members, Nulls, Span, View
from datasets.query.axes import resolve_axes
from gpu import cubes
from gpu.cubes import Predicate
from gpu.scales import BooleanScale, CategoryScale, EdgesScale, OrderedScale

Ranges = tuple[tuple[int, int], ...]


def filter_predicates(view: View, filter_: Filter, description: Description) -> cubes.Filter:
    """Return a filter as ranges of codes, on the view's own scale or on an exact one.

    An exact scale is used if a bound is no edge of the view's scale. The result is empty if all rows pass.

    Raises:
        IncompatibleRequestError: the view can't filter like this.
    """
    scales = [axis.scale for axis in reversed(resolve_axes(view, description))]
    if isinstance(filter_, Box):
        pairs = zip(view.columns, scales, (filter_.x, filter_.y), strict=True)
        return tuple(span_predicate(column, cast(OrderedScale, scale), span) for column, scale, span in pairs)
    column, scale = view.columns[0], scales[0]
    match filter_:
        case Nulls():
            found = Predicate(column, scale, ((scale.code_count - 1, scale.code_count),))
        case Interval():
            found = span_predicate(column, cast(OrderedScale, scale), filter_, filter_.nulls)
        case Members():
            found = members_predicate(column, cast(CategoryScale | BooleanScale, scale), filter_)
    return () if found.ranges == ((0, found.scale.code_count),) else (found,)


def span_predicate(column: str, scale: OrderedScale, span: Span, nulls: bool = False) -> Predicate:
    """Return the rows of a span as ranges on this scale or, if a bound is no edge of it, on an exact one."""
    ranges = scale.ranges_between(span.lo, span.hi, nulls)
    if ranges is not None:
        return Predicate(column, scale, ranges)
    bounds = tuple(bound for bound in (span.lo, span.hi) if bound is not None)
    exact = EdgesScale(values=bounds, temporal=scale.measures_time)
    return Predicate(column, exact, exact.ranges_between(span.lo, span.hi, nulls) or ())


def members_predicate(column: str, scale: CategoryScale | BooleanScale, members: Members) -> Predicate:
    """Return the rows with some values as ranges on this scale or, if one isn't on it, on an exact one.

    Raises:
        ValueError: a boolean is filtered by something else than its two values.
    """
    if isinstance(scale, BooleanScale):
        unknown = sorted(set(members.values) - {"false", "true"})
        if unknown or members.other:
            raise ValueError(f"{column} is true or false, not {unknown[0] if unknown else 'other'!r}")
        chosen = {("false", "true").index(value) for value in members.values}
        return Predicate(column, scale, _code_ranges(chosen | ({2} if members.nulls else set())))
    if not set(members.values) <= set(scale.values):
        scale, members = _own_scale(scale, members)
    codes = {scale.values.index(value) for value in members.values}
    codes |= {len(scale.values)} if members.other else set()
    return Predicate(
        column, scale, _code_ranges(codes | ({len(scale.values) + 1} if members.nulls else set()))
    )


def _own_scale(scale: CategoryScale, members: Members) -> tuple[CategoryScale, Members]:
    """Return a scale of these members, for some of which the view has no bar, and the members on it.

    With ``other``, all values pass except those for which the view has a bar and which aren't selected.
    """
    chosen = set(members.values)
    if members.other:
        out = sorted(set(scale.values) - chosen)
        return CategoryScale(values=tuple(out)), members.model_copy(update={"values": ()})
    return CategoryScale(values=tuple(sorted(chosen))), members


def _code_ranges(codes: Iterable[int]) -> Ranges:
    """Return codes as half-open ranges, ascending and without adjacent ones."""
    runs = groupby(enumerate(sorted(codes)), key=lambda pair: pair[1] - pair[0])
    found = [[code for _, code in run] for _, run in runs]
    return tuple((run[0], run[-1] + 1) for run in found)
