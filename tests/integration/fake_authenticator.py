"""A passkey device in a few lines: makes and uses ES256 passkeys as WebAuthn has it, or wrongly on demand."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_bytes

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, NEW = 0x01, 0x04, 0x40


def encode_base64url(data):
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def decode_base64url(text):
    return urlsafe_b64decode(text + "==")


@dataclass
class FakeAuthenticator:
    """What may be told to be wrong: where it believes to be, and whether it verifies its owner."""

    origin: str = "http://localhost"
    host: str = "localhost"
    flags: int = PRESENT | VERIFIED
    sign_count: int = 0
    id: bytes = field(default_factory=lambda: token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    handle: bytes = b""

    def create_credential(self, options):
        """The answer to ``navigator.credentials.create``."""
        self.handle = decode_base64url(options["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
        key = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        new = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + key
        statement = {"fmt": "none", "attStmt": {}, "authData": self._make_authenticator_data(NEW) + new}
        client = self._make_client_data("webauthn.create", options)
        return self._make_credential(clientDataJSON=client, attestationObject=cbor2.dumps(statement))

    def get_assertion(self, options):
        """The answer to ``navigator.credentials.get``."""
        client, data = self._make_client_data("webauthn.get", options), self._make_authenticator_data()
        signature = self.key.sign(data + sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._make_credential(
            clientDataJSON=client, authenticatorData=data, signature=signature, userHandle=self.handle
        )

    def _make_authenticator_data(self, more=0):
        return (
            sha256(self.host.encode()).digest()
            + bytes([self.flags | more])
            + self.sign_count.to_bytes(4, "big")
        )

    def _make_client_data(self, kind, options):
        return json.dumps({"type": kind, "challenge": options["challenge"], "origin": self.origin}).encode()

    def _make_credential(self, **response):
        id_ = encode_base64url(self.id)
        response = {name: encode_base64url(value) for name, value in response.items()}
        return {"id": id_, "rawId": id_, "type": "public-key", "response": response}
