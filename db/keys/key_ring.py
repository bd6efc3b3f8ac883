"""The keys of the database, unwrapped once a process."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from time import monotonic

from sqlmodel import col, select

from config import settings
from db.engine import session
from db.keys import master
from db.tables.base import now
from db.tables.keys import Key, KeyPurpose

FRESH = 60.0
"""Seconds until a process notices that another has rotated a key."""
EVERYDAY = (KeyPurpose.SIGN, KeyPurpose.SEAL, KeyPurpose.INDEX, KeyPurpose.AUDIT)


@dataclass(frozen=True)
class Material:
    """An unwrapped key of 256 bits."""

    id: str
    purpose: KeyPurpose
    secret: bytes
    retired: datetime | None = None


class LostKeyError(LookupError):
    """There is no such key, or its master key is gone."""


class _Known:
    """What this process has unwrapped, by database and id, and which keys were current when last seen."""

    lock = Lock()
    keys: dict[tuple[str, str], Material] = {}  # noqa: RUF012
    current: dict[tuple[str, KeyPurpose], tuple[float, str]] = {}  # noqa: RUF012


def ensure() -> None:
    """Make the keys that every start needs, and see that the master key opens those there are.

    Raises:
        LostKeyError: it doesn't; says what to do.
    """
    for purpose in EVERYDAY:
        with session() as work:
            known = work.exec(select(Key.id).where(Key.purpose == purpose).limit(1)).first()
        if known is None:
            new(purpose)
        current(purpose)


def new(purpose: KeyPurpose, subject: str | None = None) -> Material:
    """A new key, in a transaction of its own; the current one of its purpose from now on."""
    secret, wrapping = secrets.token_bytes(32), master.current()
    key = Key(
        id=secrets.token_hex(8),
        purpose=purpose,
        subject=subject,
        wrapped=wrapping.wrap(secret),
        master=wrapping.id,
    )
    with session() as work:
        work.add(key)
    _keep_openable(key.id, secret)
    found = Material(key.id, purpose, secret)
    with _Known.lock:
        _Known.keys[_place(key.id)] = found
        _Known.current[settings().database, purpose] = monotonic(), key.id
    return found


def current(purpose: KeyPurpose) -> Material:
    """The newest key of this purpose.

    Raises:
        LostKeyError: there is none, or it can't be unwrapped.
    """
    seen, id_ = _Known.current.get((settings().database, purpose), (-FRESH, ""))
    if monotonic() - seen >= FRESH:
        newest = select(Key.id).where(Key.purpose == purpose, col(Key.retired).is_(None))
        with session() as work:
            id_ = work.exec(newest.order_by(col(Key.created).desc(), col(Key.id)).limit(1)).first() or ""
        if _Known.current.get((settings().database, purpose), (0, id_))[1] != id_:
            forget()  # another process has rotated: look up which keys are retired
        _Known.current[settings().database, purpose] = monotonic(), id_
    return get(id_)


def get(id_: str) -> Material:
    """The key of this id.

    Raises:
        LostKeyError: there is no such key, or its master key is gone.
    """
    known = _Known.keys.get(_place(id_))
    if known is None:
        known = _unwrapped(id_)
        with _Known.lock:
            _Known.keys[_place(id_)] = known
    return known


def rotate(purpose: KeyPurpose) -> Material:
    """A new current key; the others are retired: they still open and verify what they made."""
    fresh = new(purpose)
    with session() as work:
        for key in work.exec(select(Key).where(Key.purpose == purpose, Key.id != fresh.id)):
            key.retired = key.retired or now()
            work.add(key)
    forget()
    return fresh


def forget() -> None:
    """Look every key up anew."""
    with _Known.lock:
        _Known.keys.clear()
        _Known.current.clear()


def _keep_openable(id_: str, secret: bytes) -> None:
    """Wrap a key that was just written anew if the master key was changed meanwhile."""
    wrapping = master.keys()
    with session() as work:
        key = work.get_one(Key, id_)
        if key.master not in {each.id for each in wrapping}:
            key.wrapped, key.master = wrapping[0].wrap(secret), wrapping[0].id
            work.add(key)


def _place(id_: str) -> tuple[str, str]:
    return settings().database, id_


def _unwrapped(id_: str) -> Material:
    with session() as work:
        key = work.get(Key, id_)
    if key is None:
        raise LostKeyError(f"There is no key {id_!r} in the database.")
    try:
        secret = master.of(key.master).unwrap(key.wrapped)
    except master.MasterKeyError as error:
        raise LostKeyError(f"The key {id_} ({key.purpose}) can't be opened. {error}") from error
    return Material(key.id, KeyPurpose(key.purpose), secret, key.retired)
