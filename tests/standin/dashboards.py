"""Prints, as JSON, what dashboards of one process show, and what they leave behind in it."""

from __future__ import annotations

import json
import sys
import warnings

from gpu.cuxfilter.worker.loading import load

load()

import bokeh.embed.util
import pyarrow as pa

from gpu.cuxfilter.protocol import Message
from gpu.cuxfilter.worker.dashboard import Shown

SIDES = ["east", "northeast"]
BARS = {"kind": "bars", "codes": None, "value": None, "statistic": None, "time": False}
DELAY = {"id": "delay", "title": "Delay", "x": "v0_x", "codes": "v0_codes", "labelled": False, "first": 1}
SIDE = {"id": "side", "title": "Side", "x": "v1_x", "codes": "v1_codes", "labelled": True, "first": 0}
VIEWS = [
    BARS | DELAY | {"bars": 4, "places": [0.0, 1.0, 2.0, 3.0, 4.0], "type": "float64"},
    BARS | SIDE | {"bars": 2, "places": SIDES, "type": "object"},
]
ROWS = [(delay, side) for delay in range(4) for side in range(2) for _ in range(1 + delay + 4 * side)]


def opened():
    columns = {
        "v0_x": [float(delay) for delay, _ in ROWS],
        "v0_codes": [delay + 1 for delay, _ in ROWS],
        "v1_x": [SIDES[side] for _, side in ROWS],
        "v1_codes": [side for _, side in ROWS],
    }
    return Message({"views": VIEWS, "filters": {}, "title": "Trips"}, pa.table(columns))


def brushed(board, **filters):
    for chart in board._charts.values():
        chart.select(board, filters[chart.asked["id"]])
    board.reload()


def heights(board):
    return {chart.asked["id"]: chart.chart.source_df[1].tolist() for chart in board._charts.values()}


def main():
    shown = Shown(opened())
    before = list(warnings.filters), bokeh.embed.util.log.disabled
    one, other = shown.board(), shown.board()
    brushed(one, delay=[1.0, 2.0], side=["east"])
    brushed(other, delay=[3.0, 3.0], side=["northeast"])
    one.reload()
    left = list(warnings.filters), bokeh.embed.util.log.disabled
    found = {
        "one": heights(one),
        "other": heights(other),
        "sides": [len(board._sidebar) for board in (one, other)],
        "quiet": left != before,
    }
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
