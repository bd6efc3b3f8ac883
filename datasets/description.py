"""What is known of a dataset version: its columns, their kinds, extents and sketches."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from gpu.column_profile import Profile

FEW = 60


class Column(BaseModel):
    """A column's profile, with what is drawn of it in small.

    ``sketch`` counts rows: of a sample of numbers and times in 24 equal bins over the default domain, of
    categories for the 24 first. ``middle`` holds the 2 % and 98 % quantiles of numbers and times.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    label: str
    profile: Profile
    sketch: tuple[int, ...]
    middle: tuple[float | None, float | None] = (None, None)

    @property
    def scales(self) -> tuple[str, ...]:
        """The scale types the column can be shown on, the default first."""
        match self.profile.kind:
            case "number":
                return ("linear", "log") if self._spans_magnitudes else ("linear",)
            case kind:
                return (kind,)

    @property
    def few_integers(self) -> int:
        """How many integers lie from least to greatest value, if few enough for a bin each, or 0."""
        low, high = self.profile.minimum, self.profile.maximum
        if not self.profile.integer or low is None or high is None or high - low >= FEW:
            return 0
        return int(high - low) + 1

    @property
    def _spans_magnitudes(self) -> bool:
        low, high = self.profile.low, self.profile.high
        return low is not None and high is not None and 0 < 10 * low <= high and not self.few_integers

    @property
    def outline(self) -> dict[str, Any]:
        """The column as JSON for the browser."""
        profile = self.profile
        return {
            "name": self.name,
            "label": self.label,
            "kind": profile.kind,
            "integer": profile.integer,
            "distinct": profile.distinct,
            "nulls": profile.nulls,
            "minimum": profile.minimum,
            "maximum": profile.maximum,
            "sketch": self.sketch,
            "scales": self.scales,
        }


class Description(BaseModel):
    """One version of a dataset as somebody sees it; ``version`` is its key in addresses and caches.

    ``rights`` is equal for all who see the same of it: "all", or a key that tells nothing else; of a
    ``partial`` one some rows are hidden from them. Where it ``grows``, ``rows`` are those as of some moment;
    the columns stay those of the rows that were imported.
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

    def column(self, name: str) -> Column:
        """The column of this name.

        Raises:
            UnknownColumnError: there is none.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise UnknownColumnError(f"{self.name} has no column {name!r}")

    @property
    def outline(self) -> dict[str, Any]:
        """The description as JSON for the browser; docs/datasets.md shows it."""
        return {
            **self.model_dump(include={"slug", "name", "version", "rows", "rights", "grows"}),
            "columns": [column.outline for column in self.columns],
        }


class UnknownColumnError(ValueError):
    """A view or filter names a column that the dataset version does not have."""
