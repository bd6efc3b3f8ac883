"""New keys after a leak: what older ones signed is refused from then on, and nothing encrypted is lost."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col

from accounts import audit
from accounts.audit import AuditAction
from db.engine import transaction
from db.keys import key_ring, rotation
from db.tables import ApiToken, GuestLink, KeyPurpose, OneTimeLink, UserSession, utc_now

ENDED_COLUMNS = {
    "sessions": col(UserSession.ended),
    "API tokens": col(ApiToken.revoked),
    "guest links": col(GuestLink.revoked),
    "one-time links": col(OneTimeLink.used),
}
"""The time at which each kind of credential has ended; NULL while it is valid."""


def replace_leaked_keys() -> str:
    """Create new keys, forget those that signed until now, end all credentials, and encrypt everything again.

    Return a phrase that says what was ended. When a run is interrupted, run it again. Keys that only decrypt
    are kept, as backups and the broker's history need them.
    """
    rotation.create_new_keys()
    key_ring.forget_retired_keys(KeyPurpose.SIGN)
    ended = _end_credentials()
    audit.record_event(AuditAction.KEY_ROTATED, resource=("key", "sign"), compromised=True, ended=ended)
    count = rotation.reencrypt_everywhere()
    late = _end_credentials()  # what older keys let in until each process used the new ones
    audit.record_event(AuditAction.KEY_ROTATED, resource=("key", "sign and seal"), sealed=count, ended=late)
    return ", ".join(f"{ended[kind] + late[kind]:,} {kind}" for kind in ENDED_COLUMNS)


def _end_credentials() -> dict[str, int]:
    """End every valid credential, and return how many that were of each kind."""
    with transaction() as work:
        return {kind: _end_all(work, column) for kind, column in ENDED_COLUMNS.items()}


def _end_all(work: Session, column: Mapped[datetime | None]) -> int:
    ending = sa.update(sa.inspect(column).parent).where(column.is_(None)).values({column: utc_now()})
    return cast("sa.CursorResult[Any]", work.execute(ending)).rowcount
