"""The profiles of columns over the rows that a person may see: computed once, then stored in the database."""

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
from datasets.access.effective_access import EffectiveAccess
from datasets.access.visible_rows import VisibleRows
from datasets.cubes.engine_pool import EnginePool
from datasets.description import Column, Description
from db.engine import transaction
from db.tables import VisibleProfile
from errors import UnavailableError
from gpu.cubes import AnyOf

PROFILE_THREADS = 2
MAX_CACHED_PROFILES = 256


class PreparingError(UnavailableError, RuntimeError):
    """What a person may see is being counted for the first time; they may ask again in a moment."""

    code = "preparing"
    retry_after = "5"

    def __init__(self, rows: int) -> None:
        super().__init__(f"Preparing your view of {rows:,} rows. This happens only once.")


@dataclass(frozen=True)
class VisibleColumns:
    """The number of visible rows, and the columns as profiled over these rows."""

    rows: int
    columns: tuple[Column, ...]


class VisibleProfiles:
    """Profiles by version and rights, each computed once however many people ask for it. Thread-safe."""

    def __init__(self, engines: EnginePool) -> None:
        self._engines = engines
        self._futures: OrderedDict[tuple[str, str, str], Future[VisibleColumns]] = OrderedDict()
        self._lock = Lock()
        self._pool = ThreadPoolExecutor(PROFILE_THREADS, thread_name_prefix="profiles")

    def get_profile(self, whole: Description, access: EffectiveAccess, timeout: float) -> VisibleColumns:
        """Return the profile over the rows that an access with row rights shows.

        Raises:
            PreparingError: it isn't available within ``timeout`` seconds; it will be later.
        """
        future = self.prepare_profile(whole, access)
        with suppress(TimeoutError):
            return future.result(timeout)
        raise PreparingError(whole.rows)

    def prepare_profile(self, whole: Description, access: EffectiveAccess) -> Future[VisibleColumns]:
        """Start computing a profile, unless it is known or being computed."""
        key = (whole.slug, whole.version, access.row_rights_key)
        with self._lock:
            future = self._futures.get(key)
            if future is None or (future.done() and future.exception()):
                rows = cast(AnyOf, access.row_rights)
                future = self._futures[key] = self._pool.submit(
                    self._load_or_compute, whole, rows, access.row_rights_key
                )
            self._futures.move_to_end(key)
            while len(self._futures) > MAX_CACHED_PROFILES:
                self._futures.popitem(last=False)
        return future

    def wait_idle(self) -> None:
        """Wait until no profile is being computed."""
        with self._lock:
            pending = list(self._futures.values())
        wait(pending)

    def _load_or_compute(self, whole: Description, rows: AnyOf, key: str) -> VisibleColumns:
        _, version = catalogue.find_version(whole.slug, whole.version)
        return _load_stored(version.id or 0, key) or self._compute(whole, rows, version.id or 0, key)

    def _compute(self, whole: Description, rows: AnyOf, version_id: int, key: str) -> VisibleColumns:
        from datasets.ingest.profiling import profile_columns  # noqa: PLC0415  (DuckDB would delay the start)

        mask = self._engines.get_engine(whole.slug, whole.version).compute_mask([rows], range(whole.rows))
        shown = VisibleRows(catalogue.open_imported_store(whole.slug, whole.version), mask)
        found = VisibleColumns(shown.row_count, tuple(profile_columns(shown, lambda *_: None)))
        kept = VisibleProfile(
            version_id=version_id,
            rights=key,
            rows=found.rows,
            profile=catalogue.serialize_columns(found.columns),
        )
        with suppress(IntegrityError), transaction() as work:  # another process may have been faster
            work.add(kept)
        return found


def _load_stored(version_id: int, key: str) -> VisibleColumns | None:
    query = select(VisibleProfile).where(
        VisibleProfile.version_id == version_id, VisibleProfile.rights == key
    )
    with transaction() as work:
        row = work.exec(query).one_or_none()
    return None if row is None else VisibleColumns(row.rows, catalogue.deserialize_columns(row.profile))
