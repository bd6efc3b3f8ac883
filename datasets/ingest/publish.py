"""From rows to a dataset version: write, profile, make durable, and only then enter it in the catalogue."""

from __future__ import annotations

from collections.abc import Callable

from datasets import catalogue
from datasets.description import Description
from datasets.ingest import version_folders
from datasets.ingest.profiling import profile
from datasets.ingest.shuffle import Progress
from datasets.slugs import require_slug
from datasets.storage.encryption import key_for
from datasets.storage.store import Store


def publish(
    slug: str, name: str, key: str, write: Callable[[Store], None], progress: Progress
) -> Description:
    """Make what ``write`` puts into a store the newest version of a dataset.

    A kill at any moment leaves the dataset as it was, or complete.

    Raises:
        ValueError: the slug can't be an address.
        versions.BusyError: another process is writing this version.
    """
    require_slug(slug)
    data_key = key_for(slug)
    with version_folders.writing(slug, key) as folder:
        store = Store(folder, data_key)
        write(store)
        columns = profile(store, progress)
        version_folders.make_durable(folder)
        catalogue.add(slug, name, key, store, columns)
    return catalogue.open(slug, key)
