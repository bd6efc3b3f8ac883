"""Prints, as JSON, what dashboards of one process show, and what they leave behind in it."""

from __future__ import annotations

import json
import sys
import warnings

from gpu.cuxfilter.worker.loading import load_packages

load_packages()

import bokeh.embed.util
import pyarrow as pa

from gpu.cuxfilter.protocol import WorkerMessage
from gpu.cuxfilter.worker.dashboard import DashboardState

SIDES = ["east", "northeast"]
BARS = {"kind": "bars", "codes": None, "value": None, "statistic": None, "time": False}
DELAY = {"id": "delay", "title": "Delay", "x": "v0_x", "codes": "v0_codes", "labelled": False, "first": 1}
SIDE = {"id": "side", "title": "Side", "x": "v1_x", "codes": "v1_codes", "labelled": True, "first": 0}
VIEWS = [
    BARS | DELAY | {"bars": 4, "places": [0.0, 1.0, 2.0, 3.0, 4.0], "type": "float64"},
    BARS | SIDE | {"bars": 2, "places": SIDES, "type": "object"},
]
ROWS = [(delay, side) for delay in range(4) for side in range(2) for _ in range(1 + delay + 4 * side)]


def make_message():
    columns = {
        "v0_x": [float(delay) for delay, _ in ROWS],
        "v0_codes": [delay + 1 for delay, _ in ROWS],
        "v1_x": [SIDES[side] for _, side in ROWS],
        "v1_codes": [side for _, side in ROWS],
    }
    return WorkerMessage({"views": VIEWS, "filters": {}, "title": "Trips"}, pa.table(columns))


def brush_dashboard(dashboard, **filters):
    for chart in dashboard._charts.values():
        chart.apply_filter(dashboard, filters[chart.view_config["id"]])
    dashboard.reload_all()


def get_bar_heights(dashboard):
    return {
        chart.view_config["id"]: chart.chart.source_df[1].tolist() for chart in dashboard._charts.values()
    }


def main():
    shown = DashboardState(make_message())
    before = list(warnings.filters), bokeh.embed.util.log.disabled
    one, other = shown.create_dashboard(), shown.create_dashboard()
    brush_dashboard(one, delay=[1.0, 2.0], side=["east"])
    brush_dashboard(other, delay=[3.0, 3.0], side=["northeast"])
    one.reload_all()
    left = list(warnings.filters), bokeh.embed.util.log.disabled
    found = {
        "one": get_bar_heights(one),
        "other": get_bar_heights(other),
        "sides": [len(board._sidebar) for board in (one, other)],
        "quiet": left != before,
    }
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
