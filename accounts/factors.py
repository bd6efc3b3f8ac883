"""Second factors: which ones a user has, and who must have one."""

from __future__ import annotations

from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Session, col, select

from accounts import audit, recovery, totp
from accounts.audit import AuditAction
from accounts.principals import Principal
from config import get_settings
from db.engine import transaction
from db.tables import Passkey, Role, User


class Factor(StrEnum):
    """The kinds of second factor."""

    TOTP = "totp"
    PASSKEY = "passkey"


def list_factors(user_id: int) -> frozenset[Factor]:
    """Return the second factors a user has."""
    with transaction() as work:
        return query_factors(work, user_id)


def query_factors(work: Session, user_id: int) -> frozenset[Factor]:
    """Return the second factors a user has, as a transaction sees them."""
    has_totp, passkey = work.exec(
        select(col(User.totp).is_not(None), has_passkey()).where(User.id == user_id)
    ).one()
    return to_factors(has_totp=has_totp, has_passkey=passkey)


def has_passkey() -> sa.ColumnElement[bool]:
    """Return the condition that the user of a query has a passkey."""
    return sa.exists().where(col(Passkey.user_id) == col(User.id))


def to_factors(*, has_totp: bool, has_passkey: bool) -> frozenset[Factor]:
    return frozenset([Factor.PASSKEY] * has_passkey + [Factor.TOTP] * has_totp)


def list_confirmation_methods(user_id: int) -> list[str]:
    """Return how a user can confirm their identity: by a factor if they have one, else as they signed in."""
    found = list_factors(user_id)
    if found:
        return ["code"] * (Factor.TOTP in found) + ["passkey"] * (Factor.PASSKEY in found)
    with transaction() as work:
        return ["password" if work.get_one(User, user_id).password_hash else "signin"]


def is_factor_required(role: Role) -> bool:
    """Return whether people of this role must have a second factor."""
    policy = get_settings().second_factor
    return policy == "everyone" or (policy == "admins" and role is Role.ADMIN)


def verify_code(person: Principal, code: str) -> str | None:
    """Redeem a code and return its kind: ``totp`` or ``recovery``, or None if it is wrong."""
    if totp.verify_totp_code(person.id, code):
        return Factor.TOTP
    if not recovery.redeem_code(person.id, code):
        return None
    audit.record_event(AuditAction.RECOVERY_USED, actor=person, left=recovery.count_unused(person.id))
    return "recovery"
