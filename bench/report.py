"""Quantiles and tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np


def compute_quantiles(values: Iterable[float], *fractions: float) -> list[float]:
    """At these parts of the sorted values (0..1); NaN where there are none."""
    found = np.fromiter(values, np.float64)
    return [float(np.quantile(found, part)) if found.size else float("nan") for part in fractions]


def format_number(value: float) -> str:
    """Three digits that mean something."""
    if np.isnan(value):
        return "-"
    return f"{value:.3f}" if abs(value) < 0.95 else f"{value:.1f}" if abs(value) < 99.5 else f"{value:,.0f}"


def print_table(title: str, head: Sequence[str], rows: Iterable[Sequence[str | float]]) -> None:
    """Print rows below a head as Markdown, the first column to the left."""
    cells = [
        list(head),
        *([each if isinstance(each, str) else format_number(each) for each in row] for row in rows),
    ]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    print(f"\n{title}\n")
    for index, row in enumerate(cells):
        print(f"| {row[0]:<{widths[0]}} | " + " | ".join(map(str.rjust, row[1:], widths[1:])) + " |")
        if index == 0:
            rules = (":" + "-" * (width - 1) for width in widths[:1])
            print(f"| {next(rules)} | " + " | ".join("-" * (width - 1) + ":" for width in widths[1:]) + " |")
