"""cuxfilter's charts in the form of an exploration's views: with its bins, labels and readable brushes."""

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


class ExplorationBars(Histogram):
    """A histogram over the codes of a column, where ``first`` is the code of the first bar.

    cuxfilter's own histogram is half a bin off when it rounds values, and leaves out empty bins.
    """

    def __init__(self, view: Json) -> None:
        options: Json = {"xlabel": "", "line_width": 0}
        options |= {"xformatter": DatetimeTickFormatter()} if view["time"] else {}
        super().__init__(x=view["x"], title=view["title"], **options)
        self.chart_type = "histogram"
        self.view_config = view
        self.box_selected_range: dict[str, Any] | None = None
        self.selected_indices: Any = None
        self.selected_values: list[Any] = []

    def calculate_source(self, data: Any = None) -> tuple[Numbers, Numbers]:  # noqa: ANN401  (cuDF's)
        data = self.source if data is None else data
        codes, values = self._count_codes(data)
        is_shown = (codes >= self.view_config["first"]) & (
            codes < self.view_config["first"] + self.view_config["bars"]
        )
        heights = np.zeros(self.view_config["bars"])
        heights[codes[is_shown].astype(np.int64) - self.view_config["first"]] = np.nan_to_num(
            values[is_shown]
        )
        return np.array(self.view_config["places"], self.view_config["type"]), heights

    def _count_codes(self, data: Any) -> tuple[Numbers, Numbers]:  # noqa: ANN401
        codes, value = self.view_config["codes"], self.view_config["value"]
        if value is None:
            return calc_value_counts(data[codes], None, None)  # type: ignore[no-any-return]
        chart_like = SimpleNamespace(x=codes, y=value, aggregate_fn=self.view_config["statistic"])
        grouped = calc_groupby(chart_like, data)
        return grouped[codes].to_numpy(), grouped[value].to_numpy(na_value=np.nan)

    def get_box_select_callback(self, dashboard: Any) -> Any:  # noqa: ANN401  (cuxfilter's)
        def on_select(bounds: Any, x_selection: Any, y_selection: Any) -> None:  # noqa: ANN401, ARG001
            if x_selection is not None:
                self.apply_filter(dashboard, list(x_selection))
                dashboard.reload_all()

        return on_select

    def apply_filter(self, dashboard: Any, selected: list[Any]) -> None:  # noqa: ANN401
        """Filter by ``[least, greatest]`` or, with labels, by these labels."""
        self.box_selected_range = self.selected_indices = None
        self.selected_values = selected
        if self.view_config["labelled"]:
            self.selected_indices = dashboard.source_frame[self.x].isin(selected)
        else:
            self.box_selected_range = dict(zip((f"{self.x}_min", f"{self.x}_max"), selected, strict=True))
        self.compute_query_dict(dashboard._query_str_dict, dashboard._query_local_variables_dict)

    def has_filter(self, dashboard: Any) -> bool:  # noqa: ANN401
        return self.name in dashboard._query_str_dict


class ExplorationHeatMap(Scatter):
    """A heat map of two columns, brushed by boxes; an exploration has no filter for a lasso."""

    def __init__(self, view: Json) -> None:
        value, statistic = view["value"] or view["x"], view["statistic"] or "count"
        content = {"aggregate_col": value, "aggregate_fn": statistic, "title": view["title"]}
        style = {"point_size": 15, "point_shape": "rect_vertical", "legend_position": "right", "xaxis": True}
        super().__init__(view["x"], view["y"], pixel_shade_type="linear", yaxis=True, **style, **content)
        self.chart_type = "heatmap"
        self.view_config = view
        self.box_selected_range: dict[str, Any] | None = None
        self.selected_values: list[Any] = []

    def get_dashboard_view(self) -> Any:  # noqa: ANN401  (Panel's)
        """Return the chart with the original column names at its axes, instead of the names that we send."""
        names, dates = self.view_config["names"], self.view_config["times"]
        options = {"xlabel": names[0], "ylabel": names[1]}
        options |= {
            f"{end}formatter": DatetimeTickFormatter() for end, date in zip("xy", dates, strict=True) if date
        }
        image = self.chart.view().opts(holoviews.opts.Image(**options))
        return panel.panel(image, sizing_mode="stretch_both")

    def generate_chart(self) -> None:
        super().generate_chart()
        self.chart.tools = [tool for tool in self.chart.tools if tool != "lasso_select"]

    def get_box_select_callback(self, dashboard: Any) -> Any:  # noqa: ANN401
        def on_select(bounds: Any, x_selection: Any, y_selection: Any) -> None:  # noqa: ANN401, ARG001
            if x_selection is not None and y_selection is not None:
                self.apply_filter(dashboard, [*x_selection, *y_selection])
                dashboard.reload_all()

        return on_select

    def get_lasso_select_callback(self, dashboard: Any) -> Any:  # noqa: ANN401, ARG002
        return lambda geometry: None  # noqa: ARG005

    def apply_filter(self, dashboard: Any, selected: list[float]) -> None:  # noqa: ANN401
        """Filter by ``[least x, greatest x, least y, greatest y]``."""
        self.selected_values = selected
        bounds = [f"{column}_{end}" for column in (self.x, self.y) for end in ("min", "max")]
        self.box_selected_range = dict(zip(bounds, selected, strict=True))
        self.compute_query_dict(dashboard._query_str_dict, dashboard._query_local_variables_dict)

    has_filter = ExplorationBars.has_filter


def create_chart(view: Json) -> ExplorationBars | ExplorationHeatMap:
    """Return the chart of a view as ``datasets.cuxfilter`` describes it."""
    return ExplorationHeatMap(view) if view["kind"] == "heatmap" else ExplorationBars(view)
