"""Authenticator codes (TOTP, RFC 6238): six digits, a new one every 30 seconds, each valid once."""

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
"""The steps of 30 seconds by which a clock may be off."""
SECRET_PATTERN = re.compile(r"[A-Z2-7]{32}")


class BadSecretError(InvalidError):
    """The secret is not base32 of the full length."""

    where = "secret"

    def __init__(self) -> None:
        super().__init__("This isn't the secret that was shown.")


class WrongCodeError(InvalidError):
    """The code is not the current one, or was used before."""

    where = "code"

    def __init__(self) -> None:
        super().__init__(
            "This code is wrong or was already used. Enter the code that your authenticator shows now."
        )


def propose_secret(name: str) -> tuple[str, str]:
    """Return a new secret (base32), and the URI with which an authenticator app reads it."""
    secret = generate_secret()
    return secret, build_provisioning_uri(name, secret)


def generate_secret() -> str:
    """Return a random secret of 160 bits in base32."""
    return pyotp.random_base32()


def build_provisioning_uri(name: str, secret: str) -> str:
    """Return the URI that an authenticator app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def enable_totp(user_id: int, secret: str, code: str) -> None:
    """Require codes from this user from now on, if the first code is right.

    Raises:
        BadSecretError: the secret is not of the kind that ``generate_secret`` returns.
        WrongCodeError: the code is wrong; nothing has changed.
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
    """Redeem a code; return whether it is a code of the user's authenticator, newer than all used ones."""
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
    """Return the step (30 seconds, counted since 1970) that has this code, or None."""
    digits = "".join(code.split()).encode()
    current, codes = int(utc_now().timestamp()) // STEP_SECONDS, pyotp.TOTP(secret)
    for step in (current + drift for drift in DRIFT_STEPS):
        if hmac.compare_digest(codes.generate_otp(step).encode(), digits):
            return step
    return None
