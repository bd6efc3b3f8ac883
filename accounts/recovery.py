"""Recovery codes: ten on paper, each stands in once for a second factor that is lost."""

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
    """New codes such as ``ABCD-EFGH-2345-6789``, shown this once; those before are good no longer."""
    codes = [_generate_code() for _ in range(CODE_COUNT)]
    with transaction() as work:
        work.execute(sa.delete(RecoveryCode).where(col(RecoveryCode.user_id) == user_id))
        work.add_all(RecoveryCode(user_id=user_id, code_hash=_hash_code(code)) for code in codes)
    return codes


def redeem_code(user_id: int, code: str) -> bool:
    """Whether this is an unused code of the user; it is used up."""
    mine = (col(RecoveryCode.user_id) == user_id, col(RecoveryCode.code_hash) == _hash_code(code))
    unused = sa.update(RecoveryCode).where(*mine, col(RecoveryCode.used).is_(None))
    with transaction() as work:
        return work.execute(unused.values(used=utc_now()).returning(col(RecoveryCode.id))).first() is not None


def count_unused(user_id: int) -> int:
    """How many codes the user has not used yet."""
    query = select(func.count()).select_from(RecoveryCode)
    with transaction() as work:
        return work.exec(query.where(RecoveryCode.user_id == user_id, col(RecoveryCode.used).is_(None))).one()


def _generate_code() -> str:
    letters = b32encode(secrets.token_bytes(CODE_BYTES)).decode()
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def _hash_code(code: str) -> str:
    """Of the letters and digits alone, however they were typed."""
    return sha256("".join(filter(str.isalnum, code)).upper().encode()).hexdigest()
