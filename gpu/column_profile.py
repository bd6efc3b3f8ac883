"""What is known of a column before it is given a scale."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, NonNegativeInt

Kind = Literal["number", "time", "category", "boolean"]
MOST_VALUES = 1000


class Profile(BaseModel):
    """A column's kind, extent and categories.

    Times are epoch milliseconds (UTC). ``minimum`` and ``maximum`` are over finite values, None if there are
    none; ``low`` and ``high`` are the 0.5 % and 99.5 % quantiles. ``values`` are the categories by descending
    count, or in their natural order where ``ordered``; at most 1000 of the ``distinct`` ones.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    integer: bool = False
    rows: NonNegativeInt
    nulls: NonNegativeInt
    minimum: FiniteFloat | None = None
    maximum: FiniteFloat | None = None
    low: FiniteFloat | None = None
    high: FiniteFloat | None = None
    distinct: NonNegativeInt = 0
    values: tuple[str, ...] = Field(default=(), max_length=MOST_VALUES)
    ordered: bool = False
