"""Recovery codes: ten on paper, each stands in once for a second factor that is lost."""

from __future__ import annotations

import secrets
from base64 import b32encode
from hashlib import sha256

import sqlalchemy as sa
from sqlmodel import col, func, select

from db.engine import session
from db.tables import RecoveryCode, now

HOW_MANY = 10
BYTES = 10


def renew(user_id: int) -> list[str]:
    """New codes such as ``ABCD-EFGH-2345-6789``, shown this once; those before are good no longer."""
    codes = [_new() for _ in range(HOW_MANY)]
    with session() as work:
        work.execute(sa.delete(RecoveryCode).where(col(RecoveryCode.user_id) == user_id))
        work.add_all(RecoveryCode(user_id=user_id, code_hash=_hash(code)) for code in codes)
    return codes


def use(user_id: int, code: str) -> bool:
    """Whether this is an unused code of the user; it is used up."""
    mine = (col(RecoveryCode.user_id) == user_id, col(RecoveryCode.code_hash) == _hash(code))
    unused = sa.update(RecoveryCode).where(*mine, col(RecoveryCode.used).is_(None))
    with session() as work:
        return work.execute(unused.values(used=now()).returning(col(RecoveryCode.id))).first() is not None


def left(user_id: int) -> int:
    """How many codes the user has not used yet."""
    query = select(func.count()).select_from(RecoveryCode)
    with session() as work:
        return work.exec(query.where(RecoveryCode.user_id == user_id, col(RecoveryCode.used).is_(None))).one()


def _new() -> str:
    letters = b32encode(secrets.token_bytes(BYTES)).decode()
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def _hash(code: str) -> str:
    """Of the letters and digits alone, however they were typed."""
    return sha256("".join(filter(str.isalnum, code)).upper().encode()).hexdigest()
