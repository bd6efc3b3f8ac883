"""The data keys of datasets: one a dataset, wrapped in the ring; a key of its own for each file comes of it.

A file's key depends on its place too, so that a file moved to another name or version opens as little as one
that was altered.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet.encryption as parquet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlmodel import col, select

from config import settings
from db.engine import session
from db.keys import key_ring
from db.keys.key_ring import Material
from db.tables import Dataset, DatasetVersion, now
from db.tables.keys import Key, KeyPurpose


class UnreadableError(RuntimeError):
    """The rows of a dataset can't be read: its key is lost, or a file was altered; says which."""


def encryption(key: Material | None, file: Path) -> object:
    """What pyarrow needs to write a file; None to leave it plain."""
    return key and parquet.create_encryption_properties(_file_key(key, file))


def decryption(key: Material | None, file: Path) -> object:
    """What pyarrow needs to read a file."""
    return key and parquet.create_decryption_properties(_file_key(key, file))


def _file_key(key: Material, file: Path) -> bytes:
    place = f"{file.parent.name}/{file.name}".encode()
    return HKDF(SHA256(), length=32, salt=None, info=place).derive(key.secret)


def key_for(slug: str) -> Material | None:
    """The key to write files of a dataset with, made if it has none; None where encryption is off."""
    if settings().encryption == "off":
        return None
    known = _open_keys(slug)
    return key_ring.get(known[0]) if known else key_ring.new(KeyPurpose.DATA, slug)


def key_of(slug: str, id_: str | None) -> Material | None:
    """The key that files of a dataset were written with.

    Raises:
        UnreadableError: the key is lost.
    """
    try:
        return key_ring.get(id_) if id_ else None
    except key_ring.LostKeyError as error:
        raise UnreadableError(f"The dataset {slug!r} can't be read. {error}") from error


def require_readable(slug: str, version: str) -> None:
    """See that the key of a version is there.

    Raises:
        UnreadableError: it is lost.
    """
    query = select(DatasetVersion.key_id).join(Dataset).where(Dataset.slug == slug)
    with session() as work:
        id_ = work.exec(query.where(DatasetVersion.key == version)).one()
    key_of(slug, id_)


def begin_rotation(slug: str) -> Material | None:
    """The key to write the files anew with: a new one, or that of a rotation which was cut short."""
    if settings().encryption == "off":
        return None
    known = _open_keys(slug)
    unfinished = len(known) > 1 or (known and not _is_used(known[0]))
    return key_ring.get(known[0]) if unfinished else key_ring.new(KeyPurpose.DATA, slug)


def end_rotation(slug: str, key: Material | None) -> None:
    """Retire the other keys of a dataset; they still open what a backup holds."""
    others = select(Key).where(Key.purpose == KeyPurpose.DATA, Key.subject == slug)
    with session() as work:
        for other in work.exec(others.where(col(Key.retired).is_(None))):
            if key is None or other.id != key.id:
                other.retired = now()
                work.add(other)


def state() -> dict[str, bool]:
    """The datasets by slug, and whether every version of each is encrypted."""
    query = select(Dataset.slug, DatasetVersion.key_id).join(DatasetVersion).order_by(col(Dataset.id))
    found: dict[str, bool] = {}
    with session() as work:
        for slug, key_id in work.exec(query):
            found[slug] = found.get(slug, True) and key_id is not None
    return found


def warning() -> str | None:
    """A sentence for admins while files are not, or would not be, encrypted."""
    if settings().encryption == "off":
        return "Datasets are not encrypted: DATAXCHANGE_ENCRYPTION is off."
    plain = [slug for slug, encrypted in state().items() if not encrypted]
    return f"Not encrypted yet: {', '.join(plain)}. Run: python -m datasets rotate" if plain else None


def _open_keys(slug: str) -> list[str]:
    """The ids of a dataset's keys that are not retired, newest first."""
    query = select(Key.id).where(Key.purpose == KeyPurpose.DATA, Key.subject == slug)
    with session() as work:
        newest_first = query.where(col(Key.retired).is_(None)).order_by(col(Key.created).desc(), col(Key.id))
        return list(work.exec(newest_first))


def _is_used(id_: str) -> bool:
    with session() as work:
        return work.exec(select(DatasetVersion.id).where(DatasetVersion.key_id == id_)).first() is not None
