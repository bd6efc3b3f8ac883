"""The key ring: the keys of the database. Each process unwraps a key once and caches it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from time import monotonic

import sqlalchemy as sa
from sqlmodel import col, select

from config import get_settings
from db.engine import transaction
from db.keys import master
from db.tables.base import utc_now
from db.tables.keys import Key, KeyPurpose

REFRESH_SECONDS = 60.0
"""Seconds until a process notices that another process has rotated a key."""
REQUIRED_PURPOSES = (KeyPurpose.SIGN, KeyPurpose.SEAL, KeyPurpose.INDEX, KeyPurpose.AUDIT)


@dataclass(frozen=True)
class UnwrappedKey:
    """An unwrapped key of 256 bits."""

    id: str
    purpose: KeyPurpose
    secret: bytes
    retired: datetime | None = None


class LostKeyError(LookupError):
    """A key does not exist, or its master key is missing."""


class _KeyCache:
    """The keys that this process has unwrapped, by database and id, and the current key of each purpose."""

    lock = Lock()
    keys: dict[tuple[str, str], UnwrappedKey] = {}  # noqa: RUF012
    current: dict[tuple[str, KeyPurpose], tuple[float, str]] = {}  # noqa: RUF012


def ensure_keys() -> None:
    """Create the keys that every start needs, and check that the master key unwraps the existing ones.

    Only a database without any key gets a master key: a new one never takes the place of a lost one.

    Raises:
        LostKeyError: the master key does not unwrap one; the message says what to do.
        MasterKeyError: the master key is missing or invalid; the message says what to do.
    """
    with transaction() as work:
        has_keys = work.exec(select(Key.id).limit(1)).first() is not None
    if not has_keys:
        master.ensure_key_file()
    master.load_keys()
    for purpose in REQUIRED_PURPOSES:
        with transaction() as work:
            known = work.exec(select(Key.id).where(Key.purpose == purpose).limit(1)).first()
        if known is None:
            create_key(purpose)
        get_current_key(purpose)


def create_key(purpose: KeyPurpose, subject: str | None = None) -> UnwrappedKey:
    """Create a key in a transaction of its own. It is the current key of its purpose from now on."""
    secret, wrapping = secrets.token_bytes(32), master.get_current_key()
    key = Key(
        id=secrets.token_hex(8),
        purpose=purpose,
        subject=subject,
        wrapped=wrapping.wrap(secret),
        master=wrapping.id,
    )
    with transaction() as work:
        work.add(key)
    _rewrap_if_rotated(key.id, secret)
    unwrapped = UnwrappedKey(key.id, purpose, secret)
    with _KeyCache.lock:
        _KeyCache.keys[_cache_key(key.id)] = unwrapped
        _KeyCache.current[get_settings().database_address, purpose] = monotonic(), key.id
    return unwrapped


def get_current_key(purpose: KeyPurpose) -> UnwrappedKey:
    """Return the newest key of this purpose.

    Raises:
        LostKeyError: there is none, or it can't be unwrapped.
    """
    seen, id_ = _KeyCache.current.get((get_settings().database_address, purpose), (-REFRESH_SECONDS, ""))
    if monotonic() - seen >= REFRESH_SECONDS:
        newest = select(Key.id).where(Key.purpose == purpose, col(Key.retired).is_(None))
        with transaction() as work:
            id_ = work.exec(newest.order_by(col(Key.created).desc(), col(Key.id)).limit(1)).first() or ""
        if _KeyCache.current.get((get_settings().database_address, purpose), (0, id_))[1] != id_:
            clear_cache()  # another process has rotated: look up which keys are retired
        _KeyCache.current[get_settings().database_address, purpose] = monotonic(), id_
    return get_key(id_)


def get_key(id_: str) -> UnwrappedKey:
    """Return the key with this id.

    Raises:
        LostKeyError: there is no such key, or its master key is missing.
    """
    known = _KeyCache.keys.get(_cache_key(id_))
    if known is None:
        known = _load_key(id_)
        with _KeyCache.lock:
            _KeyCache.keys[_cache_key(id_)] = known
    return known


def rotate_key(purpose: KeyPurpose) -> UnwrappedKey:
    """Create a new current key and retire the others, which still decrypt and verify what they made."""
    fresh = create_key(purpose)
    with transaction() as work:
        for key in work.exec(select(Key).where(Key.purpose == purpose, Key.id != fresh.id)):
            key.retired = key.retired or utc_now()
            work.add(key)
    clear_cache()
    return fresh


def forget_retired_keys(purpose: KeyPurpose) -> None:
    """Delete the retired keys of this purpose. Nothing that they made is ever accepted or read again."""
    retired = sa.delete(Key).where(col(Key.purpose) == purpose, col(Key.retired).is_not(None))
    with transaction() as work:
        work.execute(retired)
    clear_cache()


def clear_cache() -> None:
    """Forget all cached keys, so that each is loaded again."""
    with _KeyCache.lock:
        _KeyCache.keys.clear()
        _KeyCache.current.clear()


def _rewrap_if_rotated(id_: str, secret: bytes) -> None:
    """Wrap a key that was just written again if the master key was rotated meanwhile."""
    wrapping = master.load_keys()
    with transaction() as work:
        key = work.get_one(Key, id_)
        if key.master not in {each.id for each in wrapping}:
            key.wrapped, key.master = wrapping[0].wrap(secret), wrapping[0].id
            work.add(key)


def _cache_key(id_: str) -> tuple[str, str]:
    return get_settings().database_address, id_


def _load_key(id_: str) -> UnwrappedKey:
    with transaction() as work:
        key = work.get(Key, id_)
    if key is None:
        raise LostKeyError(f"There is no key {id_!r} in the database.")
    try:
        secret = master.get_key(key.master).unwrap(key.wrapped)
    except master.MasterKeyError as error:
        raise LostKeyError(f"The key {id_} ({key.purpose}) can't be opened. {error}") from error
    return UnwrappedKey(key.id, KeyPurpose(key.purpose), secret, key.retired)
