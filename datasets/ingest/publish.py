"""Publishing of a dataset version: write, profile, make durable, and only then add it to the catalogue."""

from __future__ import annotations

from collections.abc import Callable

from datasets import catalogue
from datasets.catalogue import require_slug
from datasets.description import Description
from datasets.ingest import version_folders
from datasets.ingest.profiling import profile_columns
from datasets.ingest.read_result import ProgressCallback
from datasets.storage.encryption import get_or_create_key
from datasets.storage.store import Store


def publish_version(
    slug: str, name: str, key: str, write_rows: Callable[[Store], None], progress: ProgressCallback
) -> Description:
    """Make the rows that ``write_rows`` puts into a store the newest version of a dataset.

    If the process is killed, the dataset is unchanged or the version is complete.

    Raises:
        ValueError: the slug isn't valid.
        version_folders.VersionBusyError: another process is writing this version.
    """
    require_slug(slug)
    data_key = get_or_create_key(slug)
    with version_folders.create_version_folder(slug, key) as folder:
        store = Store(folder, data_key)
        write_rows(store)
        columns = profile_columns(store, progress)
        version_folders.sync_folder(folder)
        catalogue.add_version(slug, name, key, store, columns)
    return catalogue.get_description(slug, key)
