"""The rotation of keys while the service runs. When a run is interrupted, the next one continues it."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic, sleep

import sqlalchemy as sa
from sqlmodel import SQLModel, select

from db.engine import transaction
from db.keys import key_ring, master
from db.keys.column_encryption import list_encrypted_columns
from db.keys.master import MasterKey
from db.tables.keys import Key, KeyPurpose

BATCH = 100


def rotate_keys() -> int:
    """Create new keys to sign and encrypt, encrypt every value again, and return how many values that were.

    When the previous run was interrupted, finish it instead: it has created the new keys already. Other
    processes use the old keys until they refresh their cache: wait for that, then encrypt their values too.

    Raises:
        DecryptionError: a value was altered.
        LostKeyError: a key can't be unwrapped.
    """
    if next(_reencrypt_statements(1), None) is None:  # nothing is left of an interrupted run
        create_new_keys()
    return reencrypt_everywhere()


def create_new_keys() -> None:
    """Create new keys to sign and encrypt, and retire those before them."""
    key_ring.rotate_key(KeyPurpose.SIGN)
    key_ring.rotate_key(KeyPurpose.SEAL)


def reencrypt_everywhere() -> int:
    """Encrypt each value again, also those that other processes write until they use the new key.

    Return how many values that were.
    """
    began, count = monotonic(), reencrypt_values()
    sleep(max(0.0, began + key_ring.REFRESH_SECONDS - monotonic()))
    return count + reencrypt_values()


def reencrypt_values() -> int:
    """Encrypt each value again that an older key encrypts, one transaction per batch; return how many."""
    return sum(iter(_reencrypt_batch, 0))


def rotate_master_key() -> int:
    """Create a new master key if it is in a file, and wrap every key again with the current master key.

    Return how many keys were wrapped again.

    Raises:
        MasterKeyError: the master key of a key is missing, or is in a key service.
    """
    keys = master.load_keys()
    if len(keys) == 1:  # several: an interrupted run has created the new key already
        master.begin_rotation()
        keys = master.load_keys()
    count = _rewrap_keys(keys)
    master.end_rotation()
    return count + _rewrap_keys(keys)  # keys that another process wrapped with the old one meanwhile


def _rewrap_keys(keys: list[MasterKey]) -> int:
    known = {key.id: key for key in keys}
    with transaction() as work:
        ids = list(work.exec(select(Key.id).where(Key.master != keys[0].id)))
    for id_ in ids:
        with transaction() as work:
            key = work.get_one(Key, id_)
            old = known.get(key.master) or master.get_key(key.master)
            key.wrapped, key.master = keys[0].wrap(old.unwrap(key.wrapped)), keys[0].id
            work.add(key)
    return len(ids)


def _reencrypt_batch() -> int:
    """Encrypt a batch of values again, except those changed meanwhile; return how many."""
    changes = list(_reencrypt_statements(BATCH))
    with transaction() as work:
        for change in changes:
            work.execute(change)
    return len(changes)


def _reencrypt_statements(limit: int) -> Iterator[sa.Update]:
    """Yield the updates that encrypt values of older keys again, at most ``limit`` per column."""
    current = key_ring.get_current_key(KeyPurpose.SEAL).id
    for table, columns in list_encrypted_columns(SQLModel.metadata).items():
        for column in columns:
            sealed = sa.type_coerce(column, sa.Text)
            query = sa.select(column, sealed, *table.primary_key).where(sealed.not_like(f"{current}:%"))
            with transaction() as work:
                rows = work.execute(query.limit(limit)).all()
            for plain, before, *key in rows:
                same = (mine == its for mine, its in zip(table.primary_key, key, strict=True))
                yield sa.update(table).where(sealed == before, *same).values({column: plain})
