"""The engines of this process, one a dataset version."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from datasets import catalogue
from datasets.store import Store
from gpu.engine import Engine


@dataclass(frozen=True)
class Resident:
    """What one engine holds: ``nbytes`` of codes, measure values and filter bits."""

    slug: str
    version: str
    engine: str
    rows: int
    nbytes: int


class Engines:
    """Makes the engine of a dataset version when it is first asked for. For many threads."""

    def __init__(self, make: Callable[[Store], Engine]) -> None:
        self._make = make
        self._engines: dict[tuple[str, str], Engine] = {}
        self._lock = Lock()

    def resident(self) -> list[Resident]:
        """What each engine of this process holds now, the largest first."""
        with self._lock:
            engines = dict(self._engines)
        held = [Resident(*key, engine.name, engine.rows, engine.nbytes) for key, engine in engines.items()]
        return sorted(held, key=lambda each: -each.nbytes)

    def of(self, slug: str, version: str) -> Engine:
        """The engine that holds this version.

        Raises:
            UnknownDatasetError: there is no such dataset or version.
        """
        with self._lock:
            engine = self._engines.get((slug, version))
            if engine is None:
                engine = self._engines[slug, version] = self._make(catalogue.store(slug, version))
            return engine
