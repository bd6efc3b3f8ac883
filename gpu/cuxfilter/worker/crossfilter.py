"""cuxfilter's dashboard with corrections for its wrong answers, which docs/cuxfilter.md lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import bokeh.embed.util
import cuxfilter
from cuxfilter.charts import bar

from gpu.cuxfilter.worker.loading import suppress_warnings


class PatchedDashboard(cuxfilter.DashBoard):
    """A dashboard of charts over a frame. Each chart shows the rows that pass the *other* charts' filters.

    Each dashboard has filters and a side bar of its own, and leaves the process's warnings and logs
    unchanged.
    """

    _query_str_dict: dict[str, Any]

    def __init__(self, charts: Sequence[Any], frame: Any, sidebar: Sequence[Any] = (), **how: Any) -> None:  # noqa: ANN401
        self._query_local_variables_dict: dict[str, Any] = {}  # the class's own is shared by all dashboards
        logs = bokeh.embed.util.log.disabled
        data = cuxfilter.DataFrame.from_dataframe(frame)
        with suppress_warnings():
            super().__init__(list(charts), list(sidebar), data, data_size_widget=False, **how)
        bokeh.embed.util.log.disabled = logs

    @property
    def source_frame(self) -> Any:  # noqa: ANN401  (cuDF's)
        return self._cuxfilter_df.data

    def filter_column(self, column: str, ranges: Sequence[tuple[int, int]]) -> None:
        """Let only integers in half-open ranges pass, in cuxfilter's own way: by a query, or by an index.

        Raises:
            ValueError: The column has a filter already; cuxfilter would confuse the two.
        """
        control = bar(column, title=f"filter of {column}")
        if control.name in self._query_str_dict:
            raise ValueError(f"{column} already has a filter")
        control.box_selected_range = control.selected_indices = None
        if len(ranges) == 1:
            first, last = ranges[0][0], ranges[0][1] - 1
            control.box_selected_range = {f"{column}_min": first, f"{column}_max": last}
        else:
            values = [value for start, stop in ranges for value in range(start, stop)]
            control.selected_indices = self.source_frame[column].isin(values)
        control.compute_query_dict(self._query_str_dict, self._query_local_variables_dict)

    def passing_rows(self, excluded: str | None = None) -> Any:  # noqa: ANN401  (cuDF's)
        """Return the rows that pass every filter, except the excluded one."""
        queries = self._query_str_dict
        self._query_str_dict = {name: query for name, query in queries.items() if name != excluded}
        try:
            with suppress_warnings():
                return self._query(self._generate_query_str())
        finally:
            self._query_str_dict = queries

    def reload_all(self) -> None:
        """Let every chart show the rows that pass now."""
        self._reload_charts()

    def _reload_charts(self, *_: object, **__: object) -> None:
        all_passing = self.passing_rows()
        with suppress_warnings():
            for chart in filter(_is_reloadable, self.charts.values()):
                is_filtered = chart.name in self._query_str_dict
                chart.reload_chart(self.passing_rows(chart.name) if is_filtered else all_passing)


def _is_reloadable(chart: Any) -> bool:  # noqa: ANN401  (cuxfilter's)
    return hasattr(chart, "reload_chart")
