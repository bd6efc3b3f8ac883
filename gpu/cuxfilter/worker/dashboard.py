"""Serves one person's exploration as a cuxfilter dashboard, on a socket that nobody else can open."""

from __future__ import annotations

import os
from threading import Thread
from typing import Any, BinaryIO

import cudf
import numpy as np
import panel
from cuxfilter.charts.panel_widgets import card, data_size_indicator

from gpu.cuxfilter.protocol import WorkerMessage, receive_message, send_message
from gpu.cuxfilter.worker.crossfilter import PatchedDashboard
from gpu.cuxfilter.worker.loading import suppress_warnings
from gpu.cuxfilter.worker.views import create_chart

ROWS = 5
"""The rows of the grid in which cuxfilter lays out charts; it can't be changed."""
HEIGHT = 320
"""The height of a row in pixels."""
COLUMNS = {"lg": 12, "md": 12, "sm": 6, "xs": 6, "xxs": 6}
"""The columns of the grid by the width of the window. Two charts of 6 would not fit in Panel's 10."""


def serve(requests: BinaryIO, answers: BinaryIO, socket_path: str, path: str) -> None:
    """Serve the dashboard that the first message describes, below a path; answer requests for its filters."""
    opening = receive_message(requests)
    state = DashboardState(opening)
    server = panel.io.server.get_server(
        {"/": state.create_page},
        start=False,
        show=False,
        unix_socket=socket_path,
        websocket_origin=["localhost"],
        prefix=path,
        secret_key=os.urandom(32).hex(),
        sign_sessions=True,
    )
    send_message(answers, WorkerMessage({}))
    Thread(target=_answer_requests, args=[requests, answers, state], daemon=True).start()
    server.start()
    server.io_loop.start()


def _answer_requests(requests: BinaryIO, answers: BinaryIO, state: DashboardState) -> None:
    """Send the filters whenever requested; end the process when the other side ends."""
    try:
        while True:
            receive_message(requests)
            send_message(answers, WorkerMessage({"filters": state.filters}))
    except EOFError:
        os._exit(0)


class DashboardState:
    """The rows and the filters of an exploration. Each page has its own dashboard; the newest one counts."""

    def __init__(self, opening: WorkerMessage) -> None:
        self._frame = cudf.DataFrame.from_arrow(opening.table)
        self._opening = opening.head
        self.filters: dict[str, list[Any]] = self._opening["filters"]

    def create_page(self) -> Any:  # noqa: ANN401  (Panel's)
        """Return a new dashboard with the filters of the previous one."""
        board = self.create_dashboard()
        with suppress_warnings():
            page = board._dashboard.generate_dashboard(
                title=board.title,
                charts=board._charts,
                sidebar=board._sidebar,
                theme=board._theme,
                layout_array=_layout_grid(len(board._charts)),
                render_location="web-app",
                height=HEIGHT * ROWS,
            )
        page.cols = COLUMNS
        return page

    def create_dashboard(self) -> ExplorationDashboard:
        charts = [create_chart(view) for view in self._opening["views"]]
        return ExplorationDashboard(self, charts, self._frame, self._opening["title"])


class ExplorationDashboard(PatchedDashboard):
    """A dashboard that shows its filters as text in its side bar, and reports them to ``DashboardState``."""

    def __init__(self, state: DashboardState, charts: list[Any], frame: Any, title: str) -> None:  # noqa: ANN401
        self._state = state
        self._filter_card = card("")
        super().__init__(charts, frame, [data_size_indicator(), self._filter_card], title=title)
        for chart in charts:
            if chart.view_config["id"] in state.filters:
                chart.apply_filter(self, state.filters[chart.view_config["id"]])
        if state.filters:
            self.reload_all()

    def _reload_charts(self, *_: object, **__: object) -> None:
        super()._reload_charts()
        charts = [chart for chart in self._charts.values() if chart.has_filter(self)]
        self._state.filters = {
            chart.view_config["id"]: list(map(_to_json_value, chart.selected_values)) for chart in charts
        }
        self._filter_card.chart[0].object = "\n\n".join(map(_describe_filter, charts))


def _to_json_value(value: Any) -> Any:  # noqa: ANN401
    return value.item() if isinstance(value, np.generic) else value


def _describe_filter(chart: Any) -> str:  # noqa: ANN401
    if chart.view_config["labelled"]:
        return f"**{chart.title}**: {', '.join(chart.selected_values)}"
    parts = [chart.selected_values[at : at + 2] for at in range(0, len(chart.selected_values), 2)]
    return f"**{chart.title}**: " + ", ".join(f"{low:g} to {high:g}" for low, high in parts)


def _layout_grid(count: int) -> list[list[int]]:
    """Return the numbers of the charts by rows of the grid, with as few columns as fit; 0 is a gap."""
    columns = next(columns for columns in (2, 3, 4, 6, 12) if columns * ROWS >= count)
    numbers = [*range(1, count + 1), *[0] * (columns * ROWS - count)]
    return [numbers[at : at + columns] for at in range(0, len(numbers), columns)]
