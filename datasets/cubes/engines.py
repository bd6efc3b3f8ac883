"""The engines of this process, one a dataset version."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from datasets import catalogue
from datasets.store import Store
from gpu.engine import Engine


class Engines:
    """Makes the engine of a dataset version when it is first asked for. For many threads."""

    def __init__(self, make: Callable[[Store], Engine]) -> None:
        self._make = make
        self._engines: dict[tuple[str, str], Engine] = {}
        self._lock = Lock()

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
