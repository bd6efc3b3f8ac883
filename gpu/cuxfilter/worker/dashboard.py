"""Serves one person's exploration as cuxfilter's dashboard, at a socket that nobody else can open."""

from __future__ import annotations

import os
from threading import Thread
from typing import Any, BinaryIO

import cudf
import numpy as np
import panel
from cuxfilter.charts.panel_widgets import card, data_size_indicator

from gpu.cuxfilter.protocol import Message, receive, send
from gpu.cuxfilter.worker.crossfilter import Crossfilter
from gpu.cuxfilter.worker.loading import quiet
from gpu.cuxfilter.worker.views import chart

ROWS = 5
"""Of the grid that cuxfilter lays charts out in, whatever it is asked for."""
HEIGHT = 320
"""Of a row, in pixels."""
COLUMNS = {"lg": 12, "md": 12, "sm": 6, "xs": 6, "xxs": 6}
"""Of the grid, by the width of the window: of Panel's own 10, two charts of 6 would not fit."""


def serve(asked: BinaryIO, answers: BinaryIO, place: str, path: str) -> None:
    """Serve what the first message opens, below a path; tell its filters until nobody asks any more."""
    opened = receive(asked)
    shown = Shown(opened)
    server = panel.io.server.get_server(
        {"/": shown.page},
        start=False,
        show=False,
        unix_socket=place,
        websocket_origin=["localhost"],
        prefix=path,
        secret_key=os.urandom(32).hex(),
        sign_sessions=True,
    )
    send(answers, Message({}))
    Thread(target=_answer, args=[asked, answers, shown], daemon=True).start()
    server.start()
    server.io_loop.start()


def _answer(asked: BinaryIO, answers: BinaryIO, shown: Shown) -> None:
    """Tell the filters whenever asked; end with who asks."""
    try:
        while True:
            receive(asked)
            send(answers, Message({"filters": shown.filters}))
    except EOFError:
        os._exit(0)


class Shown:
    """The rows, and the dashboard of the page that was opened last; each page has one of its own."""

    def __init__(self, opened: Message) -> None:
        self._frame = cudf.DataFrame.from_arrow(opened.table)
        self._opened = opened.head
        self.filters: dict[str, list[Any]] = self._opened["filters"]

    def page(self) -> Any:  # noqa: ANN401  (Panel's)
        """A new dashboard, filtered as the one before."""
        board = self.board()
        with quiet():
            page = board._dashboard.generate_dashboard(
                title=board.title,
                charts=board._charts,
                sidebar=board._sidebar,
                theme=board._theme,
                layout_array=_grid(len(board._charts)),
                render_location="web-app",
                height=HEIGHT * ROWS,
            )
        page.cols = COLUMNS
        return page

    def board(self) -> Board:
        charts = [chart(view) for view in self._opened["views"]]
        return Board(self, charts, self._frame, self._opened["title"])


class Board(Crossfilter):
    """A dashboard that says what it is filtered by: in words at its side, and to who has shown it."""

    def __init__(self, shown: Shown, charts: list[Any], frame: Any, title: str) -> None:  # noqa: ANN401
        self._shown = shown
        self._words = card("")
        super().__init__(charts, frame, [data_size_indicator(), self._words], title=title)
        for each in charts:
            if each.asked["id"] in shown.filters:
                each.select(self, shown.filters[each.asked["id"]])
        if shown.filters:
            self.reload()

    def _reload_charts(self, *_: object, **__: object) -> None:
        super()._reload_charts()
        charts = [each for each in self._charts.values() if each.filters(self)]
        self._shown.filters = {each.asked["id"]: list(map(_plain, each.chosen)) for each in charts}
        self._words.chart[0].object = "\n\n".join(map(_words, charts))


def _plain(value: Any) -> Any:  # noqa: ANN401
    return value.item() if isinstance(value, np.generic) else value


def _words(chart: Any) -> str:  # noqa: ANN401
    if chart.asked["labelled"]:
        return f"**{chart.title}**: {', '.join(chart.chosen)}"
    parts = [chart.chosen[at : at + 2] for at in range(0, len(chart.chosen), 2)]
    return f"**{chart.title}**: " + ", ".join(f"{low:g} to {high:g}" for low, high in parts)


def _grid(count: int) -> list[list[int]]:
    """The numbers of the charts in the rows of the grid, as few beside each other as fit; 0 is nothing."""
    columns = next(columns for columns in (2, 3, 4, 6, 12) if columns * ROWS >= count)
    numbers = [*range(1, count + 1), *[0] * (columns * ROWS - count)]
    return [numbers[at : at + columns] for at in range(0, len(numbers), columns)]
