"""What is known of a version's columns over the rows that somebody may see: found once, then kept."""

from __future__ import annotations

from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from typing import cast

from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from datasets import catalogue
from datasets.access.effective_access import Reach
from datasets.access.visible_rows import VisibleRows
from datasets.cubes.engine_pool import Engines
from datasets.description import Column, Description
from db.engine import session
from db.tables import VisibleProfile
from gpu.cubes import AnyOf

AT_A_TIME = 2
MOST_KEPT = 256


class PreparingError(RuntimeError):
    """What a person may see is being counted for the first time: they may ask again in a moment."""

    def __init__(self, rows: int) -> None:
        super().__init__(f"Preparing what you may see of {rows:,} rows. This is needed once.")


@dataclass(frozen=True)
class Visible:
    """The number of visible rows, and the columns as these rows have them."""

    rows: int
    columns: tuple[Column, ...]


class VisibleProfiles:
    """Profiles by version and rights, each found once however many ask for it. For many threads."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._known: OrderedDict[tuple[str, str, str], Future[Visible]] = OrderedDict()
        self._lock = Lock()
        self._pool = ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="profiles")

    def of(self, whole: Description, reach: Reach, patience: float) -> Visible:
        """The profile over the rows of a reach, which are not all.

        Raises:
            PreparingError: it is not there within ``patience`` seconds; it will be.
        """
        future = self.prepare(whole, reach)
        with suppress(TimeoutError):
            return future.result(patience)
        raise PreparingError(whole.rows)

    def prepare(self, whole: Description, reach: Reach) -> Future[Visible]:
        """Begin to find a profile, unless it is known or under way."""
        key = (whole.slug, whole.version, reach.rows_key)
        with self._lock:
            future = self._known.get(key)
            if future is None or (future.done() and future.exception()):
                rows = cast(AnyOf, reach.rows)
                future = self._known[key] = self._pool.submit(self._find, whole, rows, reach.rows_key)
            self._known.move_to_end(key)
            while len(self._known) > MOST_KEPT:
                self._known.popitem(last=False)
        return future

    def settle(self) -> None:
        """Wait until nothing is under way."""
        with self._lock:
            under_way = list(self._known.values())
        wait(under_way)

    def _find(self, whole: Description, rows: AnyOf, key: str) -> Visible:
        _, version = catalogue.find(whole.slug, whole.version)
        return _kept(version.id or 0, key) or self._counted(whole, rows, version.id or 0, key)

    def _counted(self, whole: Description, rows: AnyOf, version_id: int, key: str) -> Visible:
        from datasets.ingest.profiling import profile  # noqa: PLC0415  (it loads DuckDB: no start waits)

        mask = self._engines.of(whole.slug, whole.version).mask([rows], range(whole.rows))
        shown = VisibleRows(catalogue.imported(whole.slug, whole.version), mask)
        found = Visible(shown.rows, tuple(profile(shown, lambda *_: None)))
        kept = VisibleProfile(
            version_id=version_id, rights=key, rows=found.rows, profile=catalogue.profile_of(found.columns)
        )
        with suppress(IntegrityError), session() as work:  # another process may have been faster
            work.add(kept)
        return found


def _kept(version_id: int, key: str) -> Visible | None:
    query = select(VisibleProfile).where(
        VisibleProfile.version_id == version_id, VisibleProfile.rights == key
    )
    with session() as work:
        row = work.exec(query).one_or_none()
    return None if row is None else Visible(row.rows, catalogue.columns_of(row.profile))
