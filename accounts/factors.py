"""Second factors: which ones a person has, and who must have one."""

from __future__ import annotations

from enum import StrEnum

from sqlmodel import Session, select

from accounts import audit, recovery, totp, users
from accounts.audit import Action
from config import settings
from db.engine import session
from db.tables import Passkey, Role, User


class Factor(StrEnum):
    """What a person proves besides their password."""

    TOTP = "totp"
    PASSKEY = "passkey"


def of(user_id: int) -> frozenset[Factor]:
    """The second factors a user has."""
    with session() as work:
        return within(work, user_id)


def within(work: Session, user_id: int) -> frozenset[Factor]:
    """The second factors a user has, as a transaction sees them."""
    query = select(Passkey.id).where(Passkey.user_id == user_id).limit(1)
    passkey = work.exec(query).first() is not None
    code = work.get_one(User, user_id).totp is not None
    return frozenset([Factor.PASSKEY] * passkey + [Factor.TOTP] * code)


def ways(user_id: int) -> list[str]:
    """How a user can prove again that it is them: by a factor if they have one, else as they signed in."""
    found = of(user_id)
    if found:
        return ["code"] * (Factor.TOTP in found) + ["passkey"] * (Factor.PASSKEY in found)
    with session() as work:
        return ["password" if work.get_one(User, user_id).password_hash else "signin"]


def demanded(role: Role) -> bool:
    """Whether people of this role must have a second factor."""
    policy = settings().second_factor
    return policy == "everyone" or (policy == "admins" and role is Role.ADMIN)


def proven(user_id: int, code: str) -> str | None:
    """By what this code proves who they are: ``totp`` or ``recovery``; None: by nothing. It is used up."""
    if totp.verify(user_id, code):
        return Factor.TOTP
    if not recovery.use(user_id, code):
        return None
    audit.record(Action.RECOVERY_USED, actor=users.of_id(user_id), left=recovery.left(user_id))
    return "recovery"
