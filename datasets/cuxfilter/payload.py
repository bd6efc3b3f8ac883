"""What a process is given to show of an exploration: views, brushes, and the rows and columns they need."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from datasets.cuxfilter.columns import Columns, Read, bars_of, edges
from datasets.cuxfilter.filters import Bars, Brush, UnsupportedError, brush, filter_of
from datasets.description import Description
from datasets.exploration import Exploration, Filter, View
from datasets.query.axes import axes
from gpu.cubes import Axis
from gpu.scales import Time

Json = dict[str, Any]
PARTS = ("x", "y", "codes", "value")


@dataclass
class Sheet:
    """``left_out`` says of each view that is not shown why. Its filter holds all the same."""

    exploration: Exploration
    views: list[Json] = field(default_factory=list)
    columns: dict[str, pa.Array] = field(default_factory=dict)
    brushes: dict[str, Brush] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    bars: dict[str, Bars | None] = field(default_factory=dict)

    def returned(self, brushes: dict[str, Brush]) -> Exploration:
        """The exploration with the filters that come back; what was not shown is as before."""
        filters = {id_: kept for id_, kept in self.exploration.filters.items() if id_ not in self.bars}
        filters |= {id_: filter_of(kept, self.bars[id_]) for id_, kept in brushes.items()}
        return self.exploration.model_copy(update={"filters": filters})


def shown(view: View, filter_: Filter | None, description: Description) -> Bars | None:
    """The bars of a view that cuxfilter can show; None if it has bins.

    Raises:
        UnsupportedError: it can't, or not filter by it.
    """
    found = axes(view, description)
    if not found:
        raise UnsupportedError("cuxfilter's key figures go wrong")
    bars = bars_of(found[0])
    if len(found) == 2 and (bars or bars_of(found[1])):
        raise UnsupportedError("cuxfilter's heat maps need two columns of numbers or times")
    if filter_ is not None:
        brush(filter_, bars)
    return bars


def title(view: View, description: Description) -> str:
    """What a view is called."""
    return view.title or " and ".join(description.column(name).label for name in view.columns) or "Key figure"


class Writer:
    """Writes the views of an exploration on a sheet; ``read`` gives the rows that are to be on it."""

    def __init__(self, exploration: Exploration, description: Description, read: Read) -> None:
        self._description, self._columns = description, Columns(read)
        self.sheet = Sheet(exploration)

    def write(self, view: View) -> None:
        """Add a view that can be ``shown``.

        Raises:
            UnsupportedError: cuxfilter would get its values wrong.
        """
        filter_ = self.sheet.exploration.filters.get(view.id)
        bars = shown(view, filter_, self._description)
        look, columns = self._drawn(axes(view, self._description), bars)
        if view.measure.column is not None:
            columns["value"] = self._columns.measured(view.measure.column)
        name = f"v{len(self.sheet.views)}"
        self.sheet.columns |= {f"{name}_{part}": values for part, values in columns.items()}
        parts = {part: f"{name}_{part}" if part in columns else None for part in PARTS}
        self.sheet.views.append(self._about(view) | parts | look)
        self.sheet.bars[view.id] = bars
        if filter_ is not None:
            self.sheet.brushes[view.id] = brush(filter_, bars)

    def _about(self, view: View) -> Json:
        statistic = None if view.measure.column is None else view.measure.aggregate.value
        return {"id": view.id, "title": title(view, self._description), "statistic": statistic}

    def _drawn(self, found: tuple[Axis, ...], bars: Bars | None) -> tuple[Json, dict[str, pa.Array]]:
        """How the view is drawn, and the columns that takes."""
        if len(found) == 2:
            y, x = map(self._columns.floats, found)
            names = [self._description.column(axis.column).label for axis in reversed(found)]
            times = [isinstance(axis.scale, Time) for axis in reversed(found)]
            look = {"kind": "heatmap", "labelled": False, "names": names, "times": times}
            return look, {"x": x, "y": y}
        axis = found[0]
        bins = self._columns.bins(axis)
        look = {"kind": "bars", "time": isinstance(axis.scale, Time), "labelled": bars is not None}
        if bars:
            look |= {"first": 0, "bars": len(bars.names), "places": bars.names, "type": "object"}
            return look, {"x": self._columns.names(axis, bars), "codes": bins}
        places = edges(axis)
        look |= {"first": 1, "bars": len(places) - 1, "places": places, "type": "float64"}
        return look, {"x": self._columns.floats(axis), "codes": bins}
