"""Recovery codes: ten codes, each of which replaces a lost second factor once."""

from __future__ import annotations

import secrets
from base64 import b32encode
from hashlib import sha256

import sqlalchemy as sa
from sqlmodel import col, func, select

from db.engine import transaction
from db.tables import RecoveryCode, utc_now

CODE_COUNT = 10
CODE_BYTES = 10


def renew_codes(user_id: int) -> list[str]:
    """Replace a user's codes and return the new ones, such as ``ABCD-EFGH-2345-6789``."""
    codes = [_generate_code() for _ in range(CODE_COUNT)]
    with transaction() as work:
        work.execute(sa.delete(RecoveryCode).where(col(RecoveryCode.user_id) == user_id))
        work.add_all(RecoveryCode(user_id=user_id, code_hash=_hash_code(code)) for code in codes)
    return codes


def redeem_code(user_id: int, code: str) -> bool:
    """Redeem a code and return whether it was an unused code of the user."""
    mine = (col(RecoveryCode.user_id) == user_id, col(RecoveryCode.code_hash) == _hash_code(code))
    unused = sa.update(RecoveryCode).where(*mine, col(RecoveryCode.used).is_(None))
    with transaction() as work:
        return work.execute(unused.values(used=utc_now()).returning(col(RecoveryCode.id))).first() is not None


def count_unused(user_id: int) -> int:
    """Return how many codes the user has not used yet."""
    query = select(func.count()).select_from(RecoveryCode)
    with transaction() as work:
        return work.exec(query.where(RecoveryCode.user_id == user_id, col(RecoveryCode.used).is_(None))).one()


def _generate_code() -> str:
    letters = b32encode(secrets.token_bytes(CODE_BYTES)).decode()
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def _hash_code(code: str) -> str:
    """Return the hash of the letters and digits only, so that case and separators don't matter."""
    return sha256("".join(filter(str.isalnum, code)).upper().encode()).hexdigest()
