"""The key that signs the cookie of forms and of sign-ins that wait for the second factor."""

from __future__ import annotations

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from db.keys import key_ring
from db.tables import KeyPurpose


def derive_form_key() -> str:
    """Return the key that signs the form cookie, derived from the key ring so that all processes share it."""
    key = key_ring.get_current_key(KeyPurpose.SIGN)
    return HKDF(SHA256(), 32, None, b"dataxchange forms").derive(key.secret).hex()
