"""Filters of an exploration as brushes of cuxfilter, and back: they mean the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isinf, nextafter
from typing import Any

from datasets.exploration import Box, Filter, Interval, Members, Nulls, Span

NONE, OTHER = "(no value)", "(other)"
Brush = list[Any]


class UnsupportedError(ValueError):
    """cuxfilter has nothing like this; says what."""


@dataclass(frozen=True)
class Bars:
    """The names of bars, no two the same: values, the others (a boolean has none), and no value."""

    values: tuple[str, ...]
    other: str | None
    none: str

    @property
    def names(self) -> list[str]:
        return [*self.values, *([] if self.other is None else [self.other]), self.none]


def bars(values: Sequence[str], others: bool = True) -> Bars:
    return Bars(tuple(values), _apart(OTHER, values) if others else None, _apart(NONE, values))


def _apart(name: str, values: Sequence[str]) -> str:
    """The name, marked until none of the values looks like it."""
    return _apart(f"{name}*", values) if name in values else name


def brush(filter_: Filter, bars: Bars | None) -> Brush:
    """The filter as bounds, both of which pass, or as the names of some bars.

    Raises:
        UnsupportedError: cuxfilter has nothing like it.
    """
    match filter_:
        case Interval(nulls=False):
            return _bounds(filter_)
        case Box():
            return _bounds(filter_.x) + _bounds(filter_.y)
        case Members() if bars:
            return _chosen(filter_, bars)
        case Nulls() if bars:
            return [bars.none]
    raise UnsupportedError("cuxfilter can't filter by rows without a value")


def filter_of(brush: Brush, bars: Bars | None) -> Filter:
    """The filter that a brush stands for."""
    if bars:
        kept = tuple(each for each in brush if each in bars.values)
        return Members(values=kept, other=bars.other in brush, nulls=bars.none in brush)
    if len(brush) == 4:
        return Box(x=_span(*brush[:2]), y=_span(*brush[2:]))
    span = _span(*brush)
    return Interval(lo=span.lo, hi=span.hi)


def _chosen(members: Members, bars: Bars) -> Brush:
    unknown = [value for value in members.values if value not in bars.values]
    if unknown:
        raise UnsupportedError(f"cuxfilter has no bar for {unknown[0]!r}")
    others = [(members.other, bars.other), (members.nulls, bars.none)]
    return [*members.values, *(label for chosen, label in others if chosen)]


def _bounds(span: Span) -> Brush:
    """The least and the greatest float in a span."""
    return [-inf if span.lo is None else span.lo, inf if span.hi is None else nextafter(span.hi, -inf)]


def _span(least: float, greatest: float) -> Span:
    return Span(
        lo=None if isinf(least) else least,
        hi=None if isinf(greatest) else nextafter(greatest, inf),
    )
