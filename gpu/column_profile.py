"""The profile of a column: what is known of it before it is given a scale."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, NonNegativeInt

ColumnKind = Literal["number", "time", "category", "boolean"]
MAX_VALUES = 1000


class ColumnProfile(BaseModel):
    """A column's kind, its extent and its categories.

    Times are epoch milliseconds (UTC). ``minimum`` and ``maximum`` cover the finite values and are None if
    there are none; ``low`` and ``high`` are the 0.5 % and 99.5 % quantiles. ``least_positive`` is where the
    positive numbers begin, but for rare ones that are far smaller than all others. ``values`` are the
    categories, by descending count or, if ``ordered``, in their natural order; at most 1000 of the
    ``distinct`` ones are listed. ``dates`` says that times are dates without a time of day, and ``zone`` in
    which time zone the clock stood that they were read from, if it is known.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ColumnKind
    integer: bool = False
    dates: bool = False
    zone: str | None = None
    rows: NonNegativeInt
    nulls: NonNegativeInt
    minimum: FiniteFloat | None = None
    maximum: FiniteFloat | None = None
    low: FiniteFloat | None = None
    high: FiniteFloat | None = None
    least_positive: FiniteFloat | None = None
    distinct: NonNegativeInt = 0
    values: tuple[str, ...] = Field(default=(), max_length=MAX_VALUES)
    ordered: bool = False
