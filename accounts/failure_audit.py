"""Failed proofs and refused requests in the audit log: all are found there, and nobody can flood it.

A wrong password or code is recorded each time one is looked at; how many that are, ``attempts`` bounds by
account and by network. What it refuses to look at is recorded once a lock, and what a person can repeat at
will once a minute. Of names only those that somebody has: people type passwords into the field of the name.
"""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from flask import request

from accounts import audit, throttle
from accounts.audit import Action, Outcome
from accounts.permissions import Permission
from accounts.principals import Principal
from accounts.throttle import TooManyError
from db.engine import session
from db.keys import column_encryption

SELDOM = timedelta(minutes=1)


def signin(name: str, method: str, why: str | TooManyError) -> None:
    """Record that somebody failed to sign in as ``name``; empty if nobody has the name they gave."""
    if _is_news(why):
        audit.record(
            Action.SIGNIN_FAILED, resource=("user", name), outcome=Outcome.FAILED, method=method, why=why
        )


def stepup(person: Principal, method: str, why: str | TooManyError) -> None:
    """Record that a person failed to prove again who they are."""
    if _is_news(why):
        audit.record(Action.STEPUP_FAILED, actor=person, outcome=Outcome.FAILED, method=method, why=why)


def denied(person: Principal, permission: Permission, what: str) -> None:
    """Record that a person asked for ``what`` (a function of ours) without the permission for it."""
    if first("denied", person.id, person.kind, what, within=SELDOM):
        audit.record(
            Action.ACCESS_DENIED,
            actor=person,
            resource=("path", request.path),
            outcome=Outcome.DENIED,
            permission=permission,
            what=what,
        )


def first(*what: object, within: timedelta) -> bool:
    """Whether this has not happened within so long, in any process. It has now."""
    bucket = column_encryption.digest("\0".join(map(str, what)), "attempts")
    with session() as work:
        return throttle.counted(work, bucket, within, sa.false()) is not None


def _is_news(why: str | TooManyError) -> bool:
    return isinstance(why, str) or first("lock", why.lock, within=throttle.MEMORY)
