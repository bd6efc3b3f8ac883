"""The data keys of datasets, and the keys of single files that are derived from them.

Each dataset has one data key, which the key ring stores wrapped. The key of a file also depends on the names
of the file and its folder, so that a file that was moved or renamed can be decrypted as little as one that
was altered.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet.encryption as parquet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlmodel import col, select

from config import get_settings
from db.engine import transaction
from db.keys import key_ring
from db.keys.key_ring import UnwrappedKey
from db.tables import Dataset, DatasetVersion, utc_now
from db.tables.keys import Key, KeyPurpose
from errors import UnavailableError


class UnreadableDatasetError(UnavailableError, RuntimeError):
    """The rows of a dataset can't be read: its key is lost, or a file was altered. The message says which."""

    code = "unreadable"


def encryption_properties(key: UnwrappedKey | None, file: Path) -> object:
    """Return what pyarrow needs to encrypt a file; None if the file is not to be encrypted."""
    return key and parquet.create_encryption_properties(_file_key(key, file))


def decryption_properties(key: UnwrappedKey | None, file: Path) -> object:
    """Return what pyarrow needs to decrypt a file; None if the file is not encrypted."""
    return key and parquet.create_decryption_properties(_file_key(key, file))


def _file_key(key: UnwrappedKey, file: Path) -> bytes:
    place = f"{file.parent.name}/{file.name}".encode()
    return HKDF(SHA256(), length=32, salt=None, info=place).derive(key.secret)


def get_or_create_key(slug: str) -> UnwrappedKey | None:
    """Return the key to write files of a dataset with, created if necessary; None if encryption is off."""
    if get_settings().encryption == "off":
        return None
    known = _open_keys(slug)
    return key_ring.get_key(known[0]) if known else key_ring.create_key(KeyPurpose.DATA, slug)


def get_key(slug: str, id_: str | None) -> UnwrappedKey | None:
    """Return the key that files of a dataset were written with; None if they are not encrypted.

    Raises:
        UnreadableDatasetError: the key is lost.
    """
    try:
        return key_ring.get_key(id_) if id_ else None
    except key_ring.LostKeyError as error:
        raise UnreadableDatasetError(f"The dataset {slug!r} can't be read. {error}") from error


def require_readable(slug: str, version: str) -> None:
    """Check that the key of a version is available.

    Raises:
        UnreadableDatasetError: the key is lost.
    """
    query = select(DatasetVersion.key_id).join(Dataset).where(Dataset.slug == slug)
    with transaction() as work:
        id_ = work.exec(query.where(DatasetVersion.key == version)).one()
    get_key(slug, id_)


def begin_rotation(slug: str) -> UnwrappedKey | None:
    """Return the key to rewrite a dataset with: that of an interrupted rotation, or else a new one.

    It is None if encryption is off.
    """
    if get_settings().encryption == "off":
        return None
    known = _open_keys(slug)
    unfinished = len(known) > 1 or (known and not _is_used(known[0]))
    return key_ring.get_key(known[0]) if unfinished else key_ring.create_key(KeyPurpose.DATA, slug)


def end_rotation(slug: str, key: UnwrappedKey | None) -> None:
    """Retire all other keys of a dataset. They stay stored, because backups may still need them."""
    others = select(Key).where(Key.purpose == KeyPurpose.DATA, Key.subject == slug)
    with transaction() as work:
        for other in work.exec(others.where(col(Key.retired).is_(None))):
            if key is None or other.id != key.id:
                other.retired = utc_now()
                work.add(other)


def list_encryption_states() -> dict[str, bool]:
    """Return, by slug, whether all versions of a dataset are encrypted."""
    query = select(Dataset.slug, DatasetVersion.key_id).join(DatasetVersion).order_by(col(Dataset.id))
    found: dict[str, bool] = {}
    with transaction() as work:
        for slug, key_id in work.exec(query):
            found[slug] = found.get(slug, True) and key_id is not None
    return found


def encryption_warning() -> str | None:
    """Return a warning for admins if datasets are not encrypted, or new ones would not be; else None."""
    if get_settings().encryption == "off":
        return "Datasets are not encrypted: DATAXCHANGE_ENCRYPTION is off."
    plain = [slug for slug, encrypted in list_encryption_states().items() if not encrypted]
    return f"Not encrypted yet: {', '.join(plain)}. Run: dataxchange datasets rotate" if plain else None


def _open_keys(slug: str) -> list[str]:
    """Return the ids of a dataset's keys that are not retired, newest first."""
    query = select(Key.id).where(Key.purpose == KeyPurpose.DATA, Key.subject == slug)
    with transaction() as work:
        newest_first = query.where(col(Key.retired).is_(None)).order_by(col(Key.created).desc(), col(Key.id))
        return list(work.exec(newest_first))


def _is_used(id_: str) -> bool:
    with transaction() as work:
        return work.exec(select(DatasetVersion.id).where(DatasetVersion.key_id == id_)).first() is not None
