"""The engines of this process, one a dataset version."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from datasets import catalogue
from datasets.storage.store import Store
from gpu.engine import Engine


@dataclass(frozen=True)
class Resident:
    """What one engine holds: ``nbytes`` of codes, measure values and filter bits."""

    slug: str
    version: str
    engine: str
    rows: int
    nbytes: int


@dataclass(frozen=True)
class _Held:
    """An engine, the rows it holds or will hold, and who may append to it."""

    engine: Engine
    store: Store
    appending: Lock = field(default_factory=Lock)

    def reach(self, rows: int) -> None:
        """Append what the store has and the engine does not, up to so many rows or more."""
        if self.engine.rows >= rows:
            return
        with self.appending:
            if self.engine.rows < rows:
                for batch in self.store.batches(self.engine.rows):
                    self.engine.append(batch)


class Engines:
    """Makes the engine of a dataset version when it is first asked for. For many threads."""

    def __init__(self, make: Callable[[Store], Engine]) -> None:
        self._make = make
        self._engines: dict[tuple[str, str], _Held] = {}
        self._lock = Lock()

    def resident(self) -> list[Resident]:
        """What each engine of this process holds now, the largest first."""
        with self._lock:
            engines = {key: held.engine for key, held in self._engines.items()}
        held = [Resident(*key, engine.name, engine.rows, engine.nbytes) for key, engine in engines.items()]
        return sorted(held, key=lambda each: -each.nbytes)

    def of(self, slug: str, version: str, rows: int = 0) -> Engine:
        """The engine that holds this version, so many of its rows at least.

        Raises:
            UnknownDatasetError: there is no such dataset or version.
        """
        with self._lock:
            held = self._engines.get((slug, version))
            if held is None:
                store = catalogue.store(slug, version)
                held = self._engines[slug, version] = _Held(self._make(store), store)
        if rows:
            held.reach(rows)
        return held.engine
