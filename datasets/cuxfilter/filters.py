"""Conversion of filters to cuxfilter's brushes and back, without a change of the rows that they select."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isinf, nextafter
from typing import Any

from datasets.exploration import Box, Filter, Interval, Members, Nulls, Span

NO_VALUE_LABEL, OTHER_LABEL = "(no value)", "(other)"
Brush = list[Any]


class UnsupportedByCuxfilterError(ValueError):
    """cuxfilter has nothing equivalent; the message says to what."""


@dataclass(frozen=True)
class BarLabels:
    """The names of bars, all different: values, other values (None for a boolean), and no value."""

    values: tuple[str, ...]
    other: str | None
    no_value: str

    @property
    def all_labels(self) -> list[str]:
        return [*self.values, *([] if self.other is None else [self.other]), self.no_value]


def label_bars(values: Sequence[str], others: bool = True) -> BarLabels:
    return BarLabels(
        tuple(values),
        _distinct_label(OTHER_LABEL, values) if others else None,
        _distinct_label(NO_VALUE_LABEL, values),
    )


def _distinct_label(name: str, values: Sequence[str]) -> str:
    """Return the name, with asterisks until it differs from all values."""
    return _distinct_label(f"{name}*", values) if name in values else name


def brush_from_filter(filter_: Filter, bars: BarLabels | None) -> Brush:
    """Return a filter as inclusive bounds, or as the names of the selected bars.

    Raises:
        UnsupportedByCuxfilterError: cuxfilter has no such filter.
    """
    match filter_:
        case Interval(nulls=False):
            return _span_brush(filter_)
        case Box():
            return _span_brush(filter_.x) + _span_brush(filter_.y)
        case Members() if bars:
            return _members_brush(filter_, bars)
        case Nulls() if bars:
            return [bars.no_value]
    raise UnsupportedByCuxfilterError("cuxfilter can't filter by rows without a value")


def filter_from_brush(brush: Brush, bars: BarLabels | None) -> Filter:
    """Return the filter that a brush stands for."""
    if bars:
        values = tuple(label for label in brush if label in bars.values)
        return Members(values=values, other=bars.other in brush, nulls=bars.no_value in brush)
    if len(brush) == 4:
        return Box(x=_span_from_brush(*brush[:2]), y=_span_from_brush(*brush[2:]))
    span = _span_from_brush(*brush)
    return Interval(lo=span.lo, hi=span.hi)


def _members_brush(members: Members, bars: BarLabels) -> Brush:
    unknown = [value for value in members.values if value not in bars.values]
    if unknown:
        raise UnsupportedByCuxfilterError(f"cuxfilter has no bar for {unknown[0]!r}")
    others = [(members.other, bars.other), (members.nulls, bars.no_value)]
    return [*members.values, *(label for chosen, label in others if chosen)]


def _span_brush(span: Span) -> Brush:
    """Return the least and the greatest float in a span."""
    return [-inf if span.lo is None else span.lo, inf if span.hi is None else nextafter(span.hi, -inf)]


def _span_from_brush(least: float, greatest: float) -> Span:
    return Span(
        lo=None if isinf(least) else least,
        hi=None if isinf(greatest) else nextafter(greatest, inf),
    )
