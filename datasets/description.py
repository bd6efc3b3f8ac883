"""The description of a dataset version: its columns, their kinds, extents and sketches."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from errors import InvalidError
from gpu.column_profile import ColumnProfile
from gpu.scales import find_log_start

MAX_INTEGER_BINS = 60


class Column(BaseModel):
    """The profile of a column, with a small picture of its distribution.

    ``sketch`` counts rows: for numbers and times, those of a sample in 24 equal bins over the default domain;
    for categories, those of the first 24. ``middle`` contains the 2 % and 98 % quantiles of numbers and
    times.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    label: str
    profile: ColumnProfile
    sketch: tuple[int, ...]
    middle: tuple[float | None, float | None] = (None, None)

    @property
    def scale_types(self) -> tuple[str, ...]:
        """The scale types that the column can be shown on, the default first."""
        match self.profile.kind:
            case "number":
                return ("linear", "log") if self._spans_magnitudes else ("linear",)
            case kind:
                return (kind,)

    @property
    def integer_bin_count(self) -> int:
        """How many integers there are from minimum to maximum, or 0 if they are too many for a bin each."""
        low, high = self.profile.minimum, self.profile.maximum
        if not self.profile.integer or low is None or high is None or high - low >= MAX_INTEGER_BINS:
            return 0
        return int(high - low) + 1

    @property
    def _spans_magnitudes(self) -> bool:
        """Return whether a log scale shows more than a linear one; a few zeros don't matter, debts do."""
        profile, start = self.profile, find_log_start(self.profile)
        if start is None or self.integer_bin_count or not _is_rarely_negative(profile):
            return False
        return 10 * start <= (profile.high or profile.maximum or 0)

    @property
    def json_outline(self) -> dict[str, Any]:
        """The column as JSON for the browser."""
        profile = self.profile
        return {
            "name": self.name,
            "label": self.label,
            "kind": profile.kind,
            "integer": profile.integer,
            "dates": profile.dates,
            "zone": profile.zone,
            "distinct": profile.distinct,
            "nulls": profile.nulls,
            "minimum": profile.minimum,
            "maximum": profile.maximum,
            "sketch": self.sketch,
            "scales": self.scale_types,
        }


def _is_rarely_negative(profile: ColumnProfile) -> bool:
    return any(bound is not None and bound >= 0 for bound in (profile.minimum, profile.low))


class Description(BaseModel):
    """One version of a dataset as a person sees it; ``version`` is its key in URLs and caches.

    ``rights`` is equal for all who see the same: "all", or a key that reveals nothing else. If the
    description is ``partial``, some rows are hidden from the person. If the version ``grows``, ``rows`` is
    the count at some moment; the columns stay those of the imported rows.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    slug: str
    name: str
    version: str
    rows: int
    columns: tuple[Column, ...]
    rights: str = "all"
    partial: bool = False
    grows: bool = False

    def get_column(self, name: str) -> Column:
        """Return the column of this name.

        Raises:
            UnknownColumnError: there is none.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise UnknownColumnError(f"{self.name} has no column {name!r}")

    @property
    def json_outline(self) -> dict[str, Any]:
        """The description as JSON for the browser, as documented in docs/datasets.md."""
        return {
            **self.model_dump(include={"slug", "name", "version", "rows", "rights", "grows"}),
            "columns": [column.json_outline for column in self.columns],
        }


class UnknownColumnError(InvalidError):
    """A view or filter names a column that the dataset version doesn't have."""

    where = "column"
