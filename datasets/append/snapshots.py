"""The states of a version that a person can ask for, each named by how many rows they see in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from datasets.append.visible_row_index import VisibleRowIndex
from datasets.storage import appended_files
from db.tables import DatasetVersion, utc_now

RATE_PERIOD = timedelta(seconds=10)


@dataclass(frozen=True)
class Snapshots:
    """The states from the imported rows to the current rows, as a person sees them.

    ``visible_imported`` is how many imported rows they see; without a ``row_index`` they see all rows.
    """

    version: DatasetVersion
    total_rows: int
    visible_imported: int
    row_index: VisibleRowIndex | None = None

    @property
    def visible_now(self) -> int:
        """How many rows the person sees now."""
        return self.count_visible(self.total_rows)

    def count_visible(self, rows: int) -> int:
        """Return how many of the first ``rows`` rows of the version the person sees."""
        return rows if self.row_index is None else self.row_index.count_visible(rows)

    @property
    def arrival_rate(self) -> float:
        """How many visible rows per second have arrived recently."""
        if not self.version.grows:
            return 0.0
        before = appended_files.count_rows_before(self.version, utc_now() - RATE_PERIOD)
        return (self.visible_now - self.count_visible(before)) / RATE_PERIOD.total_seconds()

    def row_range(self, until: int | None = None, since: int | None = None) -> range:
        """Return the rows of state ``until`` (None: as imported) that aren't in state ``since`` (None:
        empty).

        Raises:
            ValueError: there is no such state, or ``since`` is after ``until``.
        """
        rows = range(0 if since is None else self._to_version_rows(since), self._to_version_rows(until))
        if rows.start > rows.stop:
            raise ValueError(f"the state of {since} rows is after that of {until}")
        return rows

    def _to_version_rows(self, seen: int | None) -> int:
        """Return how many rows the version has in a state, which is named by how many of them are visible."""
        if seen is None or seen == self.visible_imported:
            return self.version.rows
        if self.row_index is not None:
            return self.row_index.find_row_count(seen, self.total_rows)
        if not self.version.rows <= seen <= self.total_rows:
            raise ValueError(f"there is no state of {seen} rows")
        return seen
