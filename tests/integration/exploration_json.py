"""Views and explorations as they are sent."""

from __future__ import annotations


def make_view(id_, *columns, types=("linear", "linear"), bins=None, aggregate="count", measure_column=None):
    return {
        "id": id_,
        "columns": list(columns),
        "scales": [
            {"type": kind, "domain": None, "top": None} for kind, _ in zip(types, columns, strict=False)
        ],
        "bins": [bins for _ in columns],
        "measure": {"aggregate": aggregate, "column": measure_column},
    }


def make_exploration(version, views, **filters):
    """Of the dataset ``trips``."""
    return {
        "v": 1,
        "dataset": "trips",
        "version": version,
        "views": views,
        "filters": filters,
        "active": None,
    }
