"""Views and explorations as they are sent."""

from __future__ import annotations


def view(id_, *columns, types=("linear", "linear"), bins=None, aggregate="count", of=None):
    return {
        "id": id_,
        "columns": list(columns),
        "scales": [
            {"type": kind, "domain": None, "top": None} for kind, _ in zip(types, columns, strict=False)
        ],
        "bins": [bins for _ in columns],
        "measure": {"aggregate": aggregate, "column": of},
    }


def exploration(version, views, **filters):
    """Of the dataset ``trips``."""
    return {
        "v": 1,
        "dataset": "trips",
        "version": version,
        "views": views,
        "filters": filters,
        "active": None,
    }
