"""Failed tries: they slow down who makes them, and nobody else.

Tries are counted by account and network (an address, or the /64 of an IPv6 one), so that whoever guesses
keeps nobody out elsewhere, and by network alone, whatever the account. A browser in which the owner has
signed in before is told by its cookie and counts for itself, whatever others do. An account that is attacked
from many networks gives each of them one free try instead of several.

Each try is counted before it is looked at, in one statement, so that many at once gain nothing, and taken
back when it was right. Nothing here depends on whether the account exists.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from db.engine import session
from db.keys import column_encryption
from db.tables import Attempt, Moment, now

LONGEST_WAIT = timedelta(minutes=15)
DOUBLINGS = 10
MEMORY = timedelta(days=1)
"""How long the failures of an account in one place count."""
NETWORKS, ACCOUNTS = timedelta(minutes=10), timedelta(hours=1)
"""How long the failures of a network, and of an account from everywhere, count."""


class Kind(StrEnum):
    """What is tried."""

    PASSWORD = "password"  # noqa: S105
    FACTOR = "factor"
    RESET = "reset"
    TOKEN = "token"  # noqa: S105


@dataclass(frozen=True)
class Limits:
    """How many tries of a kind are free.

    ``place``: of one account in one place, after which each costs twice the wait of the one before.
    ``network``: from one network in ten minutes. ``account``: of one account in an hour, after which each
    place has one free try, or, where ``strict``, none but from known browsers.
    """

    place: int
    network: int
    account: int
    strict: bool = False


LIMITS = {
    Kind.PASSWORD: Limits(place=5, network=100, account=100),
    Kind.FACTOR: Limits(place=5, network=50, account=20, strict=True),  # a code has six digits only
    Kind.RESET: Limits(place=3, network=20, account=10),
    Kind.TOKEN: Limits(place=50, network=50, account=50),
}


@dataclass(frozen=True)
class Try:
    """Something that is tried: on which account, from which address, in which known browser, if it is one."""

    kind: Kind
    account: str
    address: str
    device: str = ""


class TooManyError(Exception):
    """Too many tries have failed; ``seconds`` says when the next one is looked at.

    ``lock`` is the same for all that is refused until then, for the same reason.
    """

    def __init__(self, wait: timedelta, lock: str) -> None:
        self.lock = lock
        self.seconds = max(1, ceil(wait.total_seconds()))
        super().__init__(f"Too many tries. Wait {_words(self.seconds)}, then try again.")


def allowed(one: Try) -> None:
    """Count a try as failed, before it is looked at.

    Raises:
        TooManyError: it must not be looked at yet, and is not counted.
    """
    limits, free = LIMITS[one.kind], LIMITS[one.kind].place
    account, network, place = _buckets(one)
    with session() as work:
        if not one.device:
            most = col(Attempt.failures) < limits.account if limits.strict else sa.true()
            failures = counted(work, account, ACCOUNTS, most)
            if failures is None:
                raise TooManyError(_left(ACCOUNTS), account)
            if counted(work, network, NETWORKS, col(Attempt.failures) < limits.network) is None:
                raise TooManyError(_left(NETWORKS), network)
            free = free if failures <= limits.account else 1
        if counted(work, place, MEMORY, _waited(free)) is None:
            failed = work.get_one(Attempt, place)
            wait = failed.last + _wait(failed.failures, free) - now()
            raise TooManyError(wait, f"{place}/{failed.failures}")


def succeeded(one: Try) -> None:
    """Take a try back, as it was right; what failed in the same place before is forgotten."""
    account, network, place = _buckets(one)
    with session() as work:
        for bucket in () if one.device else (account, network):
            counted = (col(Attempt.bucket) == bucket, col(Attempt.failures) > 0)
            work.execute(sa.update(Attempt).where(*counted).values(failures=Attempt.failures - 1))
        work.execute(sa.delete(Attempt).where(col(Attempt.bucket) == place))


def forget(before: datetime) -> None:
    """Remove the counts that have not changed since this moment."""
    with session() as work:
        work.execute(sa.delete(Attempt).where(col(Attempt.last) < before))


def counted(work: Session, bucket: str, memory: timedelta, may: sa.ColumnElement[bool]) -> int | None:
    """How many failures a bucket has with one more; None, and no more, if there may be none yet."""
    moment = now()
    insert = postgresql.insert if work.get_bind().dialect.name == "postgresql" else sqlite.insert
    old = col(Attempt.last) < moment - memory
    more = sa.case((old, 1), else_=Attempt.failures + 1)
    change = insert(Attempt).values(bucket=bucket, failures=1, last=moment)
    change = change.on_conflict_do_update(
        index_elements=["bucket"], set_={"failures": more, "last": moment}, where=sa.or_(old, may)
    )
    return work.execute(change.returning(col(Attempt.failures))).scalar_one_or_none()


def network_of(address: str) -> str:
    """Whose address this is, as far as it tells: one who has an IPv6 address has 2^64 of them."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or ip_network((found, 64), strict=False))
    return str(found)


def _buckets(one: Try) -> tuple[str, str, str]:
    """The names of a try's counts: of the account, of the network, of both together."""
    network = network_of(one.address)
    parts = (
        ("account", one.account, _window(ACCOUNTS)),
        ("network", network, _window(NETWORKS)),
        ("device", one.account, one.device) if one.device else ("place", one.account, network),
    )
    names = [column_encryption.digest("\0".join((one.kind, *part)), "attempts") for part in parts]
    return names[0], names[1], names[2]


def _waited(free: int) -> sa.ColumnElement[bool]:
    """Whether so many failures in a place are free, or the last one is long enough ago."""
    since = [
        (col(Attempt.failures) == failures, sa.literal(now() - _wait(failures, free), Moment()))
        for failures in range(free, free + DOUBLINGS)
    ]
    longest = sa.literal(now() - LONGEST_WAIT, Moment())
    return sa.or_(col(Attempt.failures) < free, col(Attempt.last) <= sa.case(*since, else_=longest))


def _wait(failures: int, free: int) -> timedelta:
    return min(timedelta(seconds=2 ** min(failures - free, DOUBLINGS)), LONGEST_WAIT)


def _window(length: timedelta) -> str:
    return str(int(now().timestamp() // length.total_seconds()))


def _left(length: timedelta) -> timedelta:
    """How long the present window still lasts."""
    return timedelta(seconds=length.total_seconds() - now().timestamp() % length.total_seconds())


def _words(seconds: int) -> str:
    if seconds < 100:
        return f"{seconds} second{'s' if seconds > 1 else ''}"
    return f"{ceil(seconds / 60)} minutes"
