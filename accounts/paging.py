"""Part of a long list, in the order asked for: the database sorts and cuts, however long the list is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

MOST = 500
"""Rows at a time."""


@dataclass(frozen=True)
class Window:
    """Which rows of a list; an unknown or empty ``sort`` is the list's own order."""

    start: int = 0
    size: int = 100
    sort: str = ""
    descending: bool = False

    def __post_init__(self) -> None:
        if self.start < 0 or not 0 < self.size <= MOST:
            raise ValueError(f"a window begins at 0 or later and has 1 to {MOST} rows")


def part(query: Any, window: Window, columns: Mapping[str, Any], *last: Any) -> Any:  # noqa: ANN401
    """The rows that a window shows, sorted by one of ``columns``, nulls last, then by ``last``."""
    chosen = columns.get(window.sort)
    first = [] if chosen is None else [chosen.desc() if window.descending else chosen.asc()]
    if chosen is not None and getattr(chosen, "nullable", False):
        first = [first[0].nulls_last()]
    return query.order_by(*first, *last).offset(window.start).limit(window.size)


def holds(column: Any, text: str) -> sa.ColumnElement[bool]:  # noqa: ANN401
    """Whether a column of text contains this, whatever the case."""
    plain = text.replace("\0", "").lower()
    found: sa.ColumnElement[bool] = sa.func.lower(column).contains(plain, autoescape=True)
    return found
