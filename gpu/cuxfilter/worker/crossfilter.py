"""cuxfilter's dashboard, with its wrong answers put right. docs/cuxfilter.md lists them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import bokeh.embed.util
import cuxfilter
from cuxfilter.charts import bar

from gpu.cuxfilter.worker.loading import quiet


class Crossfilter(cuxfilter.DashBoard):
    """A dashboard of these charts over a frame. Each chart shows what the filters of the *others* let pass.

    Its filters are its own, its side bar too, and it leaves warnings and logs of the process as they were.
    """

    _query_str_dict: dict[str, Any]

    def __init__(self, charts: Sequence[Any], frame: Any, sidebar: Sequence[Any] = (), **how: Any) -> None:  # noqa: ANN401
        self._query_local_variables_dict: dict[str, Any] = {}  # that of the class is everybody's
        logs = bokeh.embed.util.log.disabled
        data = cuxfilter.DataFrame.from_dataframe(frame)
        with quiet():
            super().__init__(list(charts), list(sidebar), data, data_size_widget=False, **how)
        bokeh.embed.util.log.disabled = logs

    @property
    def frame(self) -> Any:  # noqa: ANN401  (cuDF's)
        return self._cuxfilter_df.data

    def hold(self, column: str, ranges: Sequence[tuple[int, int]]) -> None:
        """Let only integers in half-open ranges pass, in cuxfilter's own way: by a query, or by an index.

        Raises:
            ValueError: the column is filtered already; cuxfilter would mix the two up.
        """
        control = bar(column, title=f"filter of {column}")
        if control.name in self._query_str_dict:
            raise ValueError(f"{column} is filtered already")
        control.box_selected_range = control.selected_indices = None
        if len(ranges) == 1:
            first, last = ranges[0][0], ranges[0][1] - 1
            control.box_selected_range = {f"{column}_min": first, f"{column}_max": last}
        else:
            kept = [value for start, stop in ranges for value in range(start, stop)]
            control.selected_indices = self.frame[column].isin(kept)
        control.compute_query_dict(self._query_str_dict, self._query_local_variables_dict)

    def passing(self, but: str | None = None) -> Any:  # noqa: ANN401  (cuDF's)
        """The rows that pass every filter but one."""
        kept = self._query_str_dict
        self._query_str_dict = {name: query for name, query in kept.items() if name != but}
        try:
            with quiet():
                return self._query(self._generate_query_str())
        finally:
            self._query_str_dict = kept

    def reload(self) -> None:
        """Let every chart show what passes now."""
        self._reload_charts()

    def _reload_charts(self, *_: object, **__: object) -> None:
        everywhere = self.passing()
        with quiet():
            for chart in filter(_follows, self.charts.values()):
                own = chart.name in self._query_str_dict
                chart.reload_chart(self.passing(chart.name) if own else everywhere)


def _follows(chart: Any) -> bool:  # noqa: ANN401  (cuxfilter's)
    return hasattr(chart, "reload_chart")
