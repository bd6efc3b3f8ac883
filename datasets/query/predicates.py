"""From filters by values to predicates on codes that pass exactly the same rows."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import cast

from datasets.description import Description
from datasets.exploration import Box, Filter, Interval, Members, Nulls, Span, View
from datasets.query.axes import axes
from gpu import cubes
from gpu.cubes import Predicate
from gpu.scales import Boolean, Category, Edges, OrderedScale

Ranges = tuple[tuple[int, int], ...]


def predicates(view: View, filter_: Filter, description: Description) -> cubes.Filter:
    """The filter as code ranges: on the view's own scale or, where a bound is no edge of it, an exact one.

    Empty when every row passes.

    Raises:
        MisfitError: the view can't filter like this.
    """
    scales = [axis.scale for axis in reversed(axes(view, description))]
    if isinstance(filter_, Box):
        pairs = zip(view.columns, scales, (filter_.x, filter_.y), strict=True)
        return tuple(within(column, cast(OrderedScale, scale), span) for column, scale, span in pairs)
    column, scale = view.columns[0], scales[0]
    match filter_:
        case Nulls():
            found = Predicate(column, scale, ((scale.codes - 1, scale.codes),))
        case Interval():
            found = within(column, cast(OrderedScale, scale), filter_, filter_.nulls)
        case Members():
            found = among(column, cast(Category | Boolean, scale), filter_)
    return () if found.ranges == ((0, found.scale.codes),) else (found,)


def within(column: str, scale: OrderedScale, span: Span, nulls: bool = False) -> Predicate:
    """The rows of a span: on this scale or, where a bound is no edge of it, on one of just these bounds."""
    ranges = scale.ranges_between(span.lo, span.hi, nulls)
    if ranges is not None:
        return Predicate(column, scale, ranges)
    bounds = tuple(bound for bound in (span.lo, span.hi) if bound is not None)
    exact = Edges(values=bounds, temporal=scale.measures_time)
    return Predicate(column, exact, exact.ranges_between(span.lo, span.hi, nulls) or ())


def among(column: str, scale: Category | Boolean, members: Members) -> Predicate:
    """The rows of some values: on this scale or, where one isn't on it, on one of just these values.

    Raises:
        ValueError: a boolean is neither of these.
    """
    if isinstance(scale, Boolean):
        unknown = sorted(set(members.values) - {"false", "true"})
        if unknown or members.other:
            raise ValueError(f"{column} is true or false, not {unknown[0] if unknown else 'other'!r}")
        chosen = {("false", "true").index(value) for value in members.values}
        return Predicate(column, scale, _ranges(chosen | ({2} if members.nulls else set())))
    if not set(members.values) <= set(scale.values):
        scale, members = _own_scale(scale, members)
    codes = {scale.values.index(value) for value in members.values}
    codes |= {len(scale.values)} if members.other else set()
    return Predicate(column, scale, _ranges(codes | ({len(scale.values) + 1} if members.nulls else set())))


def _own_scale(scale: Category, members: Members) -> tuple[Category, Members]:
    """A scale of just these members, some of which the view has no bar for, and what they are on it.

    With the view's other values, all pass but the ones it has a bar for that are not chosen.
    """
    chosen = set(members.values)
    if members.other:
        out = sorted(set(scale.values) - chosen)
        return Category(values=tuple(out)), members.model_copy(update={"values": ()})
    return Category(values=tuple(sorted(chosen))), members


def _ranges(codes: Iterable[int]) -> Ranges:
    """Codes as half-open ranges, ascending and apart."""
    runs = groupby(enumerate(sorted(codes)), key=lambda pair: pair[1] - pair[0])
    found = [[code for _, code in run] for _, run in runs]
    return tuple((run[0], run[-1] + 1) for run in found)
