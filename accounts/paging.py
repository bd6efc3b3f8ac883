"""Pages of long lists: the database sorts, filters and limits them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

MAX_PAGE_SIZE = 500
"""The maximum number of rows on a page."""


@dataclass(frozen=True)
class PageOptions:
    """Which rows of a list to return. An unknown or empty ``sort`` means the default order of the list."""

    start: int = 0
    size: int = 100
    sort: str = ""
    descending: bool = False

    def __post_init__(self) -> None:
        if self.start < 0 or not 0 < self.size <= MAX_PAGE_SIZE:
            raise ValueError(f"a window begins at 0 or later and has 1 to {MAX_PAGE_SIZE} rows")


def paginate(query: Any, page: PageOptions, columns: Mapping[str, Any], *tie_breakers: Any) -> Any:  # noqa: ANN401
    """Return the query for one page, sorted by one of ``columns``, nulls last, then by ``tie_breakers``."""
    chosen = columns.get(page.sort)
    first = [] if chosen is None else [chosen.desc() if page.descending else chosen.asc()]
    if chosen is not None and getattr(chosen, "nullable", False):
        first = [first[0].nulls_last()]
    return query.order_by(*first, *tie_breakers).offset(page.start).limit(page.size)


def contains_text(column: Any, text: str) -> sa.ColumnElement[bool]:  # noqa: ANN401
    """Return the condition that a text column contains this text, ignoring case."""
    plain = text.replace("\0", "").lower()
    found: sa.ColumnElement[bool] = sa.func.lower(column).contains(plain, autoescape=True)
    return found
