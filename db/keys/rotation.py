"""Changing the keys while the service runs. Whatever ends it half way, a second run goes on from there."""

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
UNCHANGING = "unchanging"
"""What a table says of itself (``info``) when its rows must stay as they are: old keys go on opening them."""


def rotate_keys() -> int:
    """New keys to sign and to seal, then every sealed value anew under the current one; returns how many.

    A run that was ended before it was done is finished first: it has made the new keys already. Other
    processes may use the old ones for as long as they don't look: it waits for them, and looks once more.

    Raises:
        DecryptionError: a value is not what was sealed.
        LostKeyError: a key can't be opened.
    """
    if next(_reencrypt_statements(1), None) is None:
        key_ring.rotate_key(KeyPurpose.SIGN)
        key_ring.rotate_key(KeyPurpose.SEAL)
    began, done = monotonic(), reencrypt_values()
    sleep(max(0.0, began + key_ring.REFRESH_SECONDS - monotonic()))
    return done + reencrypt_values()


def reencrypt_values() -> int:
    """Seal every value anew that is not under the current key, a batch a transaction; returns how many."""
    return sum(iter(_reencrypt_batch, 0))


def rotate_master_key() -> int:
    """A new master key where it is a file of ours, and every key wrapped anew by the current one.

    Returns how many keys were wrapped anew.

    Raises:
        MasterKeyError: a key was wrapped by a master key that is not there, or a key service holds it.
    """
    keys = master.load_keys()
    if len(keys) == 1:
        master.begin_rotation()
        keys = master.load_keys()
    done = _rewrap_keys(keys)
    master.end_rotation()
    return done + _rewrap_keys(keys)  # what another process made with the old one just before it was gone


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
    """How many values of a batch were sealed anew; none that somebody else has changed meanwhile."""
    changes = list(_reencrypt_statements(BATCH))
    with transaction() as work:
        for change in changes:
            work.execute(change)
    return len(changes)


def _reencrypt_statements(limit: int) -> Iterator[sa.Update]:
    """What seals anew the values that are not under the current key, so many of each column at most."""
    current = key_ring.get_current_key(KeyPurpose.SEAL).id
    for table, columns in list_encrypted_columns(SQLModel.metadata).items():
        for column in columns if not table.info.get(UNCHANGING) else ():
            sealed = sa.type_coerce(column, sa.Text)
            query = sa.select(column, sealed, *table.primary_key).where(sealed.not_like(f"{current}:%"))
            with transaction() as work:
                rows = work.execute(query.limit(limit)).all()
            for plain, before, *key in rows:
                same = (mine == its for mine, its in zip(table.primary_key, key, strict=True))
                yield sa.update(table).where(sealed == before, *same).values({column: plain})
