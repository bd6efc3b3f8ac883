"""cuxfilter's charts as an exploration has its views: its bins, its labels, and brushes that can be told."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import holoviews
import numpy as np
import numpy.typing as npt
import panel
from bokeh.models import DatetimeTickFormatter
from cuxfilter.assets.numba_kernels import calc_groupby, calc_value_counts
from cuxfilter.charts.bokeh.plots import Histogram
from cuxfilter.charts.datashader.plots import Scatter

Json = dict[str, Any]
Numbers = npt.NDArray[Any]


class Bars(Histogram):
    """A histogram over the codes of a column, ``first`` being that of the first bar.

    cuxfilter's own rounds values to bins half a bin off, and leaves empty bins out.
    """

    def __init__(self, view: Json) -> None:
        looks: Json = {"xlabel": "", "line_width": 0}
        looks |= {"xformatter": DatetimeTickFormatter()} if view["time"] else {}
        super().__init__(x=view["x"], title=view["title"], **looks)
        self.chart_type = "histogram"
        self.asked = view
        self.box_selected_range: dict[str, Any] | None = None
        self.selected_indices: Any = None
        self.chosen: list[Any] = []

    def calculate_source(self, data: Any = None) -> tuple[Numbers, Numbers]:  # noqa: ANN401  (cuDF's)
        data = self.source if data is None else data
        codes, values = self._values(data)
        shown = (codes >= self.asked["first"]) & (codes < self.asked["first"] + self.asked["bars"])
        heights = np.zeros(self.asked["bars"])
        heights[codes[shown].astype(np.int64) - self.asked["first"]] = np.nan_to_num(values[shown])
        return np.array(self.asked["places"], self.asked["type"]), heights

    def _values(self, data: Any) -> tuple[Numbers, Numbers]:  # noqa: ANN401
        codes, value = self.asked["codes"], self.asked["value"]
        if value is None:
            return calc_value_counts(data[codes], None, None)  # type: ignore[no-any-return]
        wanted = SimpleNamespace(x=codes, y=value, aggregate_fn=self.asked["statistic"])
        found = calc_groupby(wanted, data)
        return found[codes].to_numpy(), found[value].to_numpy(na_value=np.nan)

    def get_box_select_callback(self, dashboard: Any) -> Any:  # noqa: ANN401  (cuxfilter's)
        def selected(bounds: Any, x_selection: Any, y_selection: Any) -> None:  # noqa: ANN401, ARG001
            if x_selection is not None:
                self.select(dashboard, list(x_selection))
                dashboard.reload()

        return selected

    def select(self, dashboard: Any, kept: list[Any]) -> None:  # noqa: ANN401
        """Filter by ``[least, greatest]`` or, of labels, by these."""
        self.box_selected_range = self.selected_indices = None
        self.chosen = kept
        if self.asked["labelled"]:
            self.selected_indices = dashboard.frame[self.x].isin(kept)
        else:
            self.box_selected_range = dict(zip((f"{self.x}_min", f"{self.x}_max"), kept, strict=True))
        self.compute_query_dict(dashboard._query_str_dict, dashboard._query_local_variables_dict)

    def filters(self, dashboard: Any) -> bool:  # noqa: ANN401
        return self.name in dashboard._query_str_dict


class HeatMap(Scatter):
    """A heat map of two columns, brushed by boxes: there is no filter of an exploration for a lasso."""

    def __init__(self, view: Json) -> None:
        value, statistic = view["value"] or view["x"], view["statistic"] or "count"
        shown = {"aggregate_col": value, "aggregate_fn": statistic, "title": view["title"]}
        looks = {"point_size": 15, "point_shape": "rect_vertical", "legend_position": "right", "xaxis": True}
        super().__init__(view["x"], view["y"], pixel_shade_type="linear", yaxis=True, **looks, **shown)
        self.chart_type = "heatmap"
        self.asked = view
        self.box_selected_range: dict[str, Any] | None = None
        self.chosen: list[Any] = []

    def get_dashboard_view(self) -> Any:  # noqa: ANN401  (Panel's)
        """With the names of the columns at the axes: cuxfilter would show those that we send."""
        names, dates = self.asked["names"], self.asked["times"]
        said = {"xlabel": names[0], "ylabel": names[1]}
        said |= {
            f"{end}formatter": DatetimeTickFormatter() for end, date in zip("xy", dates, strict=True) if date
        }
        shown = self.chart.view().opts(holoviews.opts.Image(**said))
        return panel.panel(shown, sizing_mode="stretch_both")

    def generate_chart(self) -> None:
        super().generate_chart()
        self.chart.tools = [tool for tool in self.chart.tools if tool != "lasso_select"]

    def get_box_select_callback(self, dashboard: Any) -> Any:  # noqa: ANN401
        def selected(bounds: Any, x_selection: Any, y_selection: Any) -> None:  # noqa: ANN401, ARG001
            if x_selection is not None and y_selection is not None:
                self.select(dashboard, [*x_selection, *y_selection])
                dashboard.reload()

        return selected

    def get_lasso_select_callback(self, dashboard: Any) -> Any:  # noqa: ANN401, ARG002
        return lambda geometry: None  # noqa: ARG005

    def select(self, dashboard: Any, kept: list[float]) -> None:  # noqa: ANN401
        """Filter by ``[least x, greatest x, least y, greatest y]``."""
        self.chosen = kept
        bounds = [f"{column}_{end}" for column in (self.x, self.y) for end in ("min", "max")]
        self.box_selected_range = dict(zip(bounds, kept, strict=True))
        self.compute_query_dict(dashboard._query_str_dict, dashboard._query_local_variables_dict)

    filters = Bars.filters


def chart(view: Json) -> Bars | HeatMap:
    """The chart of a view as ``datasets.cuxfilter`` describes it."""
    return HeatMap(view) if view["kind"] == "heatmap" else Bars(view)
