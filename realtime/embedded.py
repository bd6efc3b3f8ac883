"""The broker as this service has it: its key, its file and its seal."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from config import Settings
from db.keys import key_ring
from db.keys.column_encryption import AlteredError
from db.tables import KeyPurpose
from realtime import keys
from realtime.broker.app import Broker
from realtime.broker.options import Options
from realtime.broker.storage_types import Seal

NONCE, ID = 12, 16
PLACE = b"realtime history"


class RingSeal:
    """AES-256-GCM under the current key of the ring, whose id stands before what it closes."""

    def close(self, content: bytes) -> bytes:
        key, nonce = key_ring.current(KeyPurpose.SEAL), os.urandom(NONCE)
        return key.id.encode() + nonce + AESGCM(key.secret).encrypt(nonce, content, PLACE)

    def open(self, sealed: bytes) -> bytes:
        """The content.

        Raises:
            AlteredError: it is not what was closed.
        """
        nonce, box = sealed[ID : ID + NONCE], sealed[ID + NONCE :]
        try:
            return AESGCM(key_ring.get(sealed[:ID].decode()).secret).decrypt(nonce, box, PLACE)
        except (InvalidTag, UnicodeDecodeError, key_ring.LostKeyError) as error:
            raise AlteredError("A message in the history was altered.") from error


def broker(settings: Settings, origins: frozenset[str] = frozenset()) -> Broker:
    """The broker of these settings; ``origins`` are those of pages that come from elsewhere."""
    options = Options(
        file=settings.data / "realtime.sqlite",
        keep=settings.realtime_history.total_seconds(),
        room=settings.realtime_room,
        rate=settings.realtime_rate,
        connections=max(1, settings.connections // 2),  # uvicorn counts sockets too; each page also asks
        origins=origins,
    )
    seal: Seal | None = RingSeal() if settings.encryption == "on" else None
    return Broker(options, keys.find, seal)
