"""Codes of an authenticator (TOTP, RFC 6238): six digits, another every half minute, each good once."""

from __future__ import annotations

import hmac
import re

import pyotp
import sqlalchemy as sa
from sqlmodel import col, select

from db.engine import transaction
from db.tables import User, utc_now
from errors import InvalidError

ISSUER = "DataXchange"
STEP_SECONDS = 30
DRIFT_STEPS = (0, -1, 1)
"""Steps by which a clock may be off."""
SECRET_PATTERN = re.compile(r"[A-Z2-7]{32}")


class BadSecretError(InvalidError):
    """This is no secret of full length."""

    where = "secret"

    def __init__(self) -> None:
        super().__init__("This isn't the secret that was shown.")


class WrongCodeError(InvalidError):
    """This is not the code of now, or it was used before."""

    where = "code"

    def __init__(self) -> None:
        super().__init__(
            "This code is wrong or was already used. Enter the code that your authenticator shows now."
        )


def propose_secret(name: str) -> tuple[str, str]:
    """A new secret (base32), and the address by which an authenticator app takes it."""
    secret = generate_secret()
    return secret, build_provisioning_uri(name, secret)


def generate_secret() -> str:
    """160 bits, in base32."""
    return pyotp.random_base32()


def build_provisioning_uri(name: str, secret: str) -> str:
    """What the app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def enable_totp(user_id: int, secret: str, code: str) -> None:
    """Ask this user for codes from now on, once the first is right.

    Raises:
        BadSecretError: the secret is none of ``generate_secret``'s kind.
        WrongCodeError: the code isn't right; nothing has changed.
    """
    if not SECRET_PATTERN.fullmatch(secret):
        raise BadSecretError
    step = _find_step(secret, code)
    if step is None:
        raise WrongCodeError
    with transaction() as work:
        user = work.get_one(User, user_id)
        user.totp, user.totp_step = secret, step
        work.add(user)


def verify_totp_code(user_id: int, code: str) -> bool:
    """Whether this is a code of the user's authenticator, newer than all before; it is used up."""
    with transaction() as work:
        secret = work.exec(select(User.totp).where(User.id == user_id)).one()
    step = None if secret is None else _find_step(secret, code)
    if step is None:
        return False
    newer = (col(User.id) == user_id, col(User.totp_step) < step)
    use = sa.update(User).where(*newer).values(totp_step=step).returning(col(User.id))
    with transaction() as work:
        return work.execute(use).first() is not None


def is_enabled(user_id: int) -> bool:
    with transaction() as work:
        return work.get_one(User, user_id).totp is not None


def _find_step(secret: str, code: str) -> int | None:
    """The half minute of which this is the code, as counted since 1970."""
    digits = "".join(code.split()).encode()
    current, codes = int(utc_now().timestamp()) // STEP_SECONDS, pyotp.TOTP(secret)
    for step in (current + drift for drift in DRIFT_STEPS):
        if hmac.compare_digest(codes.generate_otp(step).encode(), digits):
            return step
    return None
