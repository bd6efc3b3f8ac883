"""Which of cuxfilter's charts count a view, and what their numbers say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from gpu.cubes import Aggregate, AnyOf, Axis, Cube, CubeSpec, Filter, passes_all
from gpu.cuxfilter.frame import ONE, Frame, Kept, Numbers, Present

Array = npt.NDArray[Any]
Chart = dict[str, Any]
Ranges = tuple[tuple[int, int], ...]
TOTALS = frozenset({Aggregate.SUM, Aggregate.MEAN})


def charts(spec: CubeSpec, frame: Frame) -> list[Chart]:
    """The charts whose numbers make up a cube: the count and, for a measure, the statistic."""
    measure = spec.view.measure
    if measure.column is None:
        return [_chart(spec, frame, "count", ONE)]
    values = Numbers(measure.column, filled=measure.aggregate in TOTALS and len(spec.view.axes) < 2)
    statistic = "sum" if measure.aggregate in TOTALS else measure.aggregate.value
    return [_counting(spec, frame, measure.column), _chart(spec, frame, statistic, frame.name_of(values))]


def _counting(spec: CubeSpec, frame: Frame, column: str) -> Chart:
    """The chart that counts the rows that have a number."""
    if len(spec.view.axes) == 2:
        return _chart(spec, frame, "count", frame.name_of(Numbers(column, filled=False)))
    return _chart(spec, frame, "sum", frame.name_of(Present(column)))


def _chart(spec: CubeSpec, frame: Frame, statistic: str, of: str) -> Chart:
    names = [frame.name_of(axis) for axis in spec.view.axes]
    if len(names) == 2:
        place = {"x": names[1], "y": names[0], "shape": spec.view.shape}
        return {"kind": "heatmap", **place, "statistic": statistic, "value": of}
    x = names[0] if names else ONE
    if of == ONE:
        return {"kind": "histogram", "x": x}
    return {"kind": "bar", "x": x, "value": of, "statistic": statistic}


def filters(of: frozenset[Filter | AnyOf], frame: Frame) -> dict[str, Ranges]:
    """What the columns must be for every filter to let a row pass: one filter a column."""
    found: dict[str, Ranges] = {}
    for filter_ in of:
        if passes_all(filter_):
            continue
        for what, ranges in _kept(filter_):
            name = frame.name_of(what)
            found[name] = _both(found[name], ranges) if name in found else _joined(ranges)
    return found


def _kept(filter_: Filter | AnyOf) -> list[tuple[Kept, Ranges]]:
    if isinstance(filter_, AnyOf):
        return [(filter_, ((1, 2),))]
    return [(Axis(each.column, each.scale), each.ranges) for each in filter_]


def _both(some: Ranges, others: Ranges) -> Ranges:
    """What lies in both."""
    cut = [(max(a, c), min(b, d)) for a, b in some for c, d in others]
    return _joined(tuple(cut))


def _joined(ranges: Ranges) -> Ranges:
    """The same integers in ranges that are ascending and apart."""
    found: list[tuple[int, int]] = []
    for start, stop in sorted(each for each in ranges if each[0] < each[1]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(stop, found[-1][1]))
        else:
            found.append((start, stop))
    return tuple(found)


def cube(spec: CubeSpec, numbers: Sequence[Mapping[str, Array]]) -> Cube:
    """The cube that the numbers of ``charts(spec)`` make up."""
    count = _placed(spec, numbers[0], 0).astype(np.int64)
    statistic = spec.view.measure.aggregate
    if statistic is Aggregate.COUNT:
        return Cube(spec, count)
    empty = {Aggregate.MIN: np.inf, Aggregate.MAX: -np.inf}.get(statistic, 0)
    values = _placed(spec, numbers[1], empty)
    values[count == 0] = empty
    part = {Aggregate.MIN: "low", Aggregate.MAX: "high"}.get(statistic, "sum")
    return Cube(spec, count, **{part: values})


def _placed(spec: CubeSpec, numbers: Mapping[str, Array], empty: float) -> Array:
    """The numbers in their cells: ``x`` says in which; without it all are there, NaN where nothing is."""
    y = numbers["y"]
    if "x" not in numbers:
        return np.where(np.isnan(y), empty, y).reshape(spec.shape)
    cells = np.full(spec.shape, empty, np.int64 if y.dtype.kind in "iu" else np.float64)
    cells.reshape(-1)[numbers["x"]] = y
    return cells
