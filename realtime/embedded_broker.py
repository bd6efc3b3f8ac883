"""The broker within this service, with a second listener through which the service itself connects."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from starlette.types import ASGIApp, Receive, Scope, Send

from config import Settings, get_settings
from db.keys import key_ring
from db.keys.column_encryption import DecryptionError
from db.tables import KeyPurpose
from realtime import keys
from realtime.broker.app import Broker
from realtime.broker.options import BrokerOptions
from realtime.broker.storage_types import Cipher

NONCE_SIZE, KEY_ID_SIZE = 12, 16
ASSOCIATED_DATA = b"realtime history"


class KeyRingCipher:
    """AES-256-GCM with the current key of the key ring; the id of the key stands before the ciphertext."""

    def encrypt(self, content: bytes) -> bytes:
        """Return the encrypted content, preceded by the key id and the nonce."""
        key, nonce = key_ring.get_current_key(KeyPurpose.SEAL), os.urandom(NONCE_SIZE)
        return key.id.encode() + nonce + AESGCM(key.secret).encrypt(nonce, content, ASSOCIATED_DATA)

    def decrypt(self, sealed: bytes) -> bytes:
        """Return the decrypted content.

        Raises:
            DecryptionError: it was altered, or its key is lost.
        """
        nonce, ciphertext = sealed[KEY_ID_SIZE : KEY_ID_SIZE + NONCE_SIZE], sealed[KEY_ID_SIZE + NONCE_SIZE :]
        try:
            return AESGCM(key_ring.get_key(sealed[:KEY_ID_SIZE].decode()).secret).decrypt(
                nonce, ciphertext, ASSOCIATED_DATA
            )
        except (InvalidTag, UnicodeDecodeError, key_ring.LostKeyError) as error:
            raise DecryptionError("A stored message was altered or its key is lost.") from error


def create_broker(settings: Settings, origins: frozenset[str] = frozenset()) -> Broker:
    """Create the broker that the settings describe; ``origins`` are other origins whose pages may connect."""
    options = BrokerOptions(
        file=settings.data / "realtime.sqlite",
        retention=settings.realtime_history.total_seconds(),
        max_bytes=settings.realtime_room,
        rate=settings.realtime_rate,
        max_connections=max(
            1, settings.connections // 2
        ),  # uvicorn counts sockets too, and pages also send requests
        origins=origins,
    )
    cipher: Cipher | None = KeyRingCipher() if settings.encryption == "on" else None
    return Broker(options, keys.find_key, cipher)


LoopbackServer = Callable[[ASGIApp], AbstractAsyncContextManager[int]]
"""Serves an application on the loopback interface until the end of the block, and yields its port."""


class EmbeddedBroker:
    """The broker during its ``lifespan``, on the service's port for clients, and on another for the service.

    That other port is on the loopback interface and without TLS, so the service need not trust its own
    certificate. It is not announced, and clients that find it need a token as anywhere else.
    """

    def __init__(self, loopback_server: LoopbackServer) -> None:
        self._loopback_server = loopback_server
        self._port = 0
        self._broker: Broker | None = None

    def get_address(self) -> str:
        """Return host and port for the service itself.

        Raises:
            ConnectionError: the broker is not running.
        """
        if not self._port:
            raise ConnectionError("the broker is not running")
        return f"127.0.0.1:{self._port}"

    @asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        """Run in the current event loop until the end of the block."""
        broker = self._broker = create_broker(get_settings())
        async with broker.lifespan(), self._loopback_server(broker) as port:
            self._port = port
            try:
                yield
            finally:
                self._port, self._broker = 0, None

    def mount_with(self, other: ASGIApp) -> ASGIApp:
        """Return an application that passes the broker's requests to the broker, all others to ``other``."""

        async def route_scope(scope: Scope, receive: Receive, send: Send) -> None:
            broker = self._broker
            await (broker if broker and broker.accepts_scope(scope) else other)(scope, receive, send)

        return route_scope

    @property
    def socket_count(self) -> int:
        """The number of connected clients, including the service itself."""
        return self._broker.socket_count if self._broker else 0

    def revoke_tokens(self, targets: Iterable[str]) -> None:
        """Revoke the tokens of ``clientId:…`` or ``revocationKey:…`` targets, and close their sockets."""
        targets = list(targets)
        if self._broker is not None and targets:
            self._broker.revoke_tokens(*targets)
