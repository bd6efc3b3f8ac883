"""The payload of a cuxfilter process: views, brushes, and the columns of the rows that they need."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from datasets.cuxfilter.columns import CuxfilterColumns, ReadColumn, bars_for_axis, bin_edges
from datasets.cuxfilter.filters import (
    BarLabels,
    Brush,
    UnsupportedByCuxfilterError,
    brush_from_filter,
    filter_from_brush,
)
from datasets.description import Description
from datasets.exploration import Exploration, Filter, View
from datasets.query.axes import resolve_axes
from gpu.cubes import Axis
from gpu.scales import TimeScale

Json = dict[str, Any]
COLUMN_PARTS = ("x", "y", "codes", "value")


@dataclass
class DashboardPayload:
    """What a cuxfilter process shows of an exploration.

    ``left_out`` says for each view that isn't shown why; its filter is applied all the same.
    """

    exploration: Exploration
    views: list[Json] = field(default_factory=list)
    columns: dict[str, pa.Array] = field(default_factory=dict)
    brushes: dict[str, Brush] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    bars: dict[str, BarLabels | None] = field(default_factory=dict)

    def restore_exploration(self, brushes: dict[str, Brush]) -> Exploration:
        """Return the exploration with the filters of the process; those of views left out don't change."""
        filters = {id_: filter_ for id_, filter_ in self.exploration.filters.items() if id_ not in self.bars}
        filters |= {id_: filter_from_brush(brush, self.bars[id_]) for id_, brush in brushes.items()}
        return self.exploration.model_copy(update={"filters": filters})


def supported_bars(view: View, filter_: Filter | None, description: Description) -> BarLabels | None:
    """Return the bars of a view that cuxfilter can show; None if it has bins.

    Raises:
        UnsupportedByCuxfilterError: cuxfilter can't show the view, or can't filter by it.
    """
    found = resolve_axes(view, description)
    if not found:
        raise UnsupportedByCuxfilterError("cuxfilter shows wrong key figures")
    bars = bars_for_axis(found[0])
    if len(found) == 2 and (bars or bars_for_axis(found[1])):
        raise UnsupportedByCuxfilterError("cuxfilter's heat maps need two columns of numbers or times")
    if filter_ is not None:
        brush_from_filter(filter_, bars)
    return bars


def view_title(view: View, description: Description) -> str:
    """Return the title of a view."""
    return (
        view.title
        or " and ".join(description.get_column(name).label for name in view.columns)
        or "Key figure"
    )


class PayloadWriter:
    """Writes the views of an exploration to a payload; ``read`` returns the values of rows to be shown."""

    def __init__(self, exploration: Exploration, description: Description, read: ReadColumn) -> None:
        self._description, self._columns = description, CuxfilterColumns(read)
        self.payload = DashboardPayload(exploration)

    def add_view(self, view: View) -> None:
        """Add a view that ``supported_bars`` accepts.

        Raises:
            UnsupportedByCuxfilterError: cuxfilter can't represent its values exactly.
        """
        filter_ = self.payload.exploration.filters.get(view.id)
        bars = supported_bars(view, filter_, self._description)
        look, columns = self._draw_view(resolve_axes(view, self._description), bars)
        if view.measure.column is not None:
            columns["value"] = self._columns.measure_values(view.measure.column)
        name = f"v{len(self.payload.views)}"
        self.payload.columns |= {f"{name}_{part}": values for part, values in columns.items()}
        parts = {part: f"{name}_{part}" if part in columns else None for part in COLUMN_PARTS}
        self.payload.views.append(self._describe_view(view) | parts | look)
        self.payload.bars[view.id] = bars
        if filter_ is not None:
            self.payload.brushes[view.id] = brush_from_filter(filter_, bars)

    def _describe_view(self, view: View) -> Json:
        statistic = None if view.measure.column is None else view.measure.aggregate.value
        return {"id": view.id, "title": view_title(view, self._description), "statistic": statistic}

    def _draw_view(self, found: tuple[Axis, ...], bars: BarLabels | None) -> tuple[Json, dict[str, pa.Array]]:
        """Return how a view is drawn, and the columns for it."""
        if len(found) == 2:
            y, x = map(self._columns.float_values, found)
            names = [self._description.get_column(axis.column).label for axis in reversed(found)]
            times = [isinstance(axis.scale, TimeScale) for axis in reversed(found)]
            look = {"kind": "heatmap", "labelled": False, "names": names, "times": times}
            return look, {"x": x, "y": y}
        axis = found[0]
        bins = self._columns.bin_indices(axis)
        look = {"kind": "bars", "time": isinstance(axis.scale, TimeScale), "labelled": bars is not None}
        if bars:
            look |= {"first": 0, "bars": len(bars.all_labels), "places": bars.all_labels, "type": "object"}
            return look, {"x": self._columns.bar_names(axis, bars), "codes": bins}
        places = bin_edges(axis)
        look |= {"first": 1, "bars": len(places) - 1, "places": places, "type": "float64"}
        return look, {"x": self._columns.float_values(axis), "codes": bins}
