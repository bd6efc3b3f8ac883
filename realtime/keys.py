"""The API keys of the embedded broker, derived from the keys of the key ring and so stored nowhere."""

from __future__ import annotations

import re
from datetime import timedelta

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy.exc import SQLAlchemyError

from db.keys import key_ring
from db.tables import KeyPurpose, utc_now
from realtime.broker.keys import ApiKey, KeysUnavailableError

APP_NAME = "dataxchange"
"""The part of a key's name before the dot."""
KEY_NAME_PATTERN = re.compile(APP_NAME + r"\.[0-9a-f]{16}")
MAX_TOKEN_LIFETIME = timedelta(days=1)
"""The longest lifetime of a token that is signed with such a key."""


def get_current_key() -> ApiKey:
    """Return the key that signs tokens now."""
    return _derive_key(key_ring.get_current_key(KeyPurpose.SIGN))


def find_key(name: str) -> ApiKey | None:
    """Return the key with this name; a retired one only while tokens that it signed may still be in use.

    Raises:
        KeysUnavailableError: the database does not answer.
    """
    if not KEY_NAME_PATTERN.fullmatch(name):
        return None
    try:
        key_ring.get_current_key(KeyPurpose.SIGN)  # loads keys that another process has added or retired
        unwrapped = key_ring.get_key(name.removeprefix(APP_NAME + "."))
    except key_ring.LostKeyError:
        return None
    except SQLAlchemyError as error:
        raise KeysUnavailableError("The keys can't be read from the database.") from error
    is_expired = unwrapped.retired is not None and unwrapped.retired < utc_now() - MAX_TOKEN_LIFETIME
    return None if is_expired or unwrapped.purpose is not KeyPurpose.SIGN else _derive_key(unwrapped)


def _derive_key(unwrapped: key_ring.UnwrappedKey) -> ApiKey:
    secret = HKDF(SHA256(), 32, None, b"dataxchange realtime").derive(unwrapped.secret)
    return ApiKey(f"{APP_NAME}.{unwrapped.id}", secret.hex())
