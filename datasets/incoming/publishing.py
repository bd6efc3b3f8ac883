"""From rows to a dataset version: write, profile, make durable, and only then enter it in the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from datasets import catalogue
from datasets.description import Description
from datasets.incoming import versions
from datasets.incoming.profiling import profile
from datasets.incoming.shuffle import Progress
from datasets.slugs import require_slug
from datasets.store import Store


def publish(slug: str, name: str, key: str, write: Callable[[Path], None], progress: Progress) -> Description:
    """Make what ``write`` puts into a folder the newest version of a dataset.

    A kill at any moment leaves the dataset as it was, or complete.

    Raises:
        ValueError: the slug can't be an address.
        versions.BusyError: another process is writing this version.
    """
    require_slug(slug)
    with versions.writing(slug, key) as folder:
        write(folder)
        store = Store(folder)
        columns = profile(store, progress)
        versions.make_durable(folder)
        catalogue.add(slug, name, key, store, columns)
    return catalogue.open(slug, key)
