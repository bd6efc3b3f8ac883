"""The engines of this process, one per dataset version."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from datasets import catalogue
from datasets.storage.store import Store
from gpu.engine import Engine


@dataclass(frozen=True)
class EngineUsage:
    """The memory that one engine uses: ``nbytes`` of codes, measure values and filter bits."""

    slug: str
    version: str
    engine: str
    rows: int
    nbytes: int


@dataclass(frozen=True)
class _PooledEngine:
    """An engine, the store whose rows it holds, and the lock under which rows are appended to it."""

    engine: Engine
    store: Store
    appending: Lock = field(default_factory=Lock)

    def extend_to(self, rows: int) -> None:
        """Append rows from the store until the engine has at least ``rows`` rows."""
        if self.engine.row_count >= rows:
            return
        with self.appending:
            if self.engine.row_count < rows:
                for batch in self.store.read_batches(self.engine.row_count):
                    self.engine.append_rows(batch)


class EnginePool:
    """Engines by dataset version, each created when it is first requested. Thread-safe."""

    def __init__(self, create_engine: Callable[[Store], Engine]) -> None:
        self._create_engine = create_engine
        self._engines: dict[tuple[str, str], _PooledEngine] = {}
        self._lock = Lock()

    def list_usage(self) -> list[EngineUsage]:
        """Return the memory that each engine of this process uses now, the largest first."""
        with self._lock:
            engines = {key: pooled.engine for key, pooled in self._engines.items()}
        usages = [
            EngineUsage(*key, engine.name, engine.row_count, engine.nbytes) for key, engine in engines.items()
        ]
        return sorted(usages, key=lambda usage: -usage.nbytes)

    def get_engine(self, slug: str, version: str, rows: int = 0) -> Engine:
        """Return the engine of this version, with at least ``rows`` rows.

        Raises:
            UnknownDatasetError: There is no such dataset or version.
        """
        with self._lock:
            pooled = self._engines.get((slug, version))
            if pooled is None:
                store = catalogue.open_store(slug, version)
                pooled = self._engines[slug, version] = _PooledEngine(self._create_engine(store), store)
        if rows:
            pooled.extend_to(rows)
        return pooled.engine
