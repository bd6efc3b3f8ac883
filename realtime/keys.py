"""The key of the embedded broker: derived from the ring, so that it needs no keeping of its own."""

from __future__ import annotations

import re
from datetime import timedelta

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from db.keys import key_ring
from db.tables import KeyPurpose, now
from realtime.broker.keys import Key

APP = "dataxchange"
NAME = re.compile(APP + r"\.[0-9a-f]{16}")
LONGEST = timedelta(days=1)
"""How long a token of Ably's kind may live."""


def current() -> Key:
    """The key that tokens are signed with now."""
    return _of(key_ring.current(KeyPurpose.SIGN))


def find(name: str) -> Key | None:
    """The key of this name; a retired one for as long as tokens that it has signed may be in use."""
    if not NAME.fullmatch(name):
        return None
    key_ring.current(KeyPurpose.SIGN)  # notices in time what another process has retired
    try:
        material = key_ring.get(name.removeprefix(APP + "."))
    except key_ring.LostKeyError:
        return None
    over = material.retired is not None and material.retired < now() - LONGEST
    return None if over or material.purpose is not KeyPurpose.SIGN else _of(material)


def _of(material: key_ring.Material) -> Key:
    secret = HKDF(SHA256(), 32, None, b"dataxchange realtime").derive(material.secret)
    return Key(f"{APP}.{material.id}", secret.hex())
