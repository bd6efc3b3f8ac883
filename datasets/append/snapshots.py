"""The states of a version that somebody can ask for, each named by how many rows they see in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from datasets.append.visible_row_index import Ranks
from datasets.storage import appended_files
from db.tables import DatasetVersion, now

RECENT = timedelta(seconds=10)


@dataclass(frozen=True)
class States:
    """From the rows that were imported to those there are now, as seen by somebody.

    ``visible`` is how many they see of those imported; without ``ranks`` they see every row.
    """

    version: DatasetVersion
    total: int
    visible: int
    ranks: Ranks | None = None

    @property
    def latest(self) -> int:
        """How many rows they see now."""
        return self.seen(self.total)

    def seen(self, rows: int) -> int:
        """How many they see of the first rows of the version: as many as there were at some moment."""
        return rows if self.ranks is None else self.ranks.visible(rows)

    @property
    def rate(self) -> float:
        """How many of them came a second, lately."""
        if not self.version.grows:
            return 0.0
        before = appended_files.before(self.version, now() - RECENT)
        return (self.latest - self.seen(before)) / RECENT.total_seconds()

    def rows(self, until: int | None = None, since: int | None = None) -> range:
        """The rows of a state, None being as imported; those that have come since another one.

        Raises:
            ValueError: there is no such state, or it is older than the other.
        """
        rows = range(0 if since is None else self._of(since), self._of(until))
        if rows.start > rows.stop:
            raise ValueError(f"{since} rows came after {until}")
        return rows

    def _of(self, seen: int | None) -> int:
        """The rows of the version in a state."""
        if seen is None or seen == self.visible:
            return self.version.rows
        if self.ranks is not None:
            return self.ranks.rows(seen, self.total)
        if not self.version.rows <= seen <= self.total:
            raise ValueError(f"there is no state of {seen} rows")
        return seen
