"""The translation of cubes to cuxfilter's charts, and of the charts' numbers to cubes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from gpu.cubes import Aggregate, AnyOf, Axis, Cube, CubeSpec, Filter, is_unrestricted
from gpu.cuxfilter.frame import ONE, FrameColumn, MeasureColumn, PresenceColumn, WorkerFrame

Array = npt.NDArray[Any]
Chart = dict[str, Any]
Ranges = tuple[tuple[int, int], ...]
SUM_AGGREGATES = frozenset({Aggregate.SUM, Aggregate.MEAN})


def build_charts(spec: CubeSpec, frame: WorkerFrame) -> list[Chart]:
    """Return the charts that a cube is made from: the count and, for a measure, its statistic."""
    measure = spec.view.measure
    if measure.column is None:
        return [_build_chart(spec, frame, "count", ONE)]
    values = MeasureColumn(
        measure.column, nulls_as_zero=measure.aggregate in SUM_AGGREGATES and len(spec.view.axes) < 2
    )
    statistic = "sum" if measure.aggregate in SUM_AGGREGATES else measure.aggregate.value
    return [
        _count_chart(spec, frame, measure.column),
        _build_chart(spec, frame, statistic, frame.ensure_column(values)),
    ]


def _count_chart(spec: CubeSpec, frame: WorkerFrame, column: str) -> Chart:
    """Return the chart that counts the rows that have a number."""
    if len(spec.view.axes) == 2:
        return _build_chart(
            spec, frame, "count", frame.ensure_column(MeasureColumn(column, nulls_as_zero=False))
        )
    return _build_chart(spec, frame, "sum", frame.ensure_column(PresenceColumn(column)))


def _build_chart(spec: CubeSpec, frame: WorkerFrame, statistic: str, value: str) -> Chart:
    names = [frame.ensure_column(axis) for axis in spec.view.axes]
    if len(names) == 2:
        place = {"x": names[1], "y": names[0], "shape": spec.view.shape}
        return {"kind": "heatmap", **place, "statistic": statistic, "value": value}
    x = names[0] if names else ONE
    if value == ONE:
        return {"kind": "histogram", "x": x}
    return {"kind": "bar", "x": x, "value": value, "statistic": statistic}


def build_filters(conjunctions: frozenset[Filter | AnyOf], frame: WorkerFrame) -> dict[str, Ranges]:
    """Return, for each column, the ranges in which its values pass every filter."""
    by_column: dict[str, Ranges] = {}
    for filter_ in conjunctions:
        if is_unrestricted(filter_):
            continue
        for column, ranges in _filter_columns(filter_):
            name = frame.ensure_column(column)
            by_column[name] = (
                _intersect_ranges(by_column[name], ranges) if name in by_column else _merge_ranges(ranges)
            )
    return by_column


def _filter_columns(filter_: Filter | AnyOf) -> list[tuple[FrameColumn, Ranges]]:
    if isinstance(filter_, AnyOf):
        return [(filter_, ((1, 2),))]
    return [(Axis(predicate.column, predicate.scale), predicate.ranges) for predicate in filter_]


def _intersect_ranges(left: Ranges, right: Ranges) -> Ranges:
    """Return the integers that are in both."""
    overlaps = [(max(a, c), min(b, d)) for a, b in left for c, d in right]
    return _merge_ranges(tuple(overlaps))


def _merge_ranges(ranges: Ranges) -> Ranges:
    """Return the same integers as ascending ranges that don't touch."""
    merged: list[tuple[int, int]] = []
    for start, stop in sorted(pair for pair in ranges if pair[0] < pair[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
        else:
            merged.append((start, stop))
    return tuple(merged)


def build_cube(spec: CubeSpec, numbers: Sequence[Mapping[str, Array]]) -> Cube:
    """Return the cube made from the numbers of the charts that ``build_charts(spec)`` returns."""
    count = _fill_cells(spec, numbers[0], 0).astype(np.int64)
    statistic = spec.view.measure.aggregate
    if statistic is Aggregate.COUNT:
        return Cube(spec, count)
    empty = {Aggregate.MIN: np.inf, Aggregate.MAX: -np.inf}.get(statistic, 0)
    values = _fill_cells(spec, numbers[1], empty)
    values[count == 0] = empty
    part = {Aggregate.MIN: "low", Aggregate.MAX: "high"}.get(statistic, "sum")
    return Cube(spec, count, **{part: values})


def _fill_cells(spec: CubeSpec, numbers: Mapping[str, Array], empty: float) -> Array:
    """Return the numbers in their cells.

    ``x`` are the indices of the cells; without it all cells are given, NaN for empty ones.
    """
    y = numbers["y"]
    if "x" not in numbers:
        return np.where(np.isnan(y), empty, y).reshape(spec.shape)
    cells = np.full(spec.shape, empty, np.int64 if y.dtype.kind in "iu" else np.float64)
    cells.reshape(-1)[numbers["x"]] = y
    return cells
