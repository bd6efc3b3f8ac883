"""Sealed columns: encrypted by AES-256-GCM under a key of the ring, whose id goes with the value.

A value is bound to its column, so that it opens nowhere else. It is kept as ``id:base64(nonce, ciphertext)``.
"""

from __future__ import annotations

import hmac
import json
import os
from base64 import b64decode, b64encode
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12


class DecryptionError(ValueError):
    """A sealed value was not written by us, or belongs to another column."""


def encrypt_text(text: str, column: str) -> str:
    """The text, sealed for a place such as ``users.email``."""
    from db.keys import key_ring  # noqa: PLC0415  (the ring's own table is among those that use this module)
    from db.tables.keys import KeyPurpose  # noqa: PLC0415

    key, nonce = key_ring.get_current_key(KeyPurpose.SEAL), os.urandom(NONCE_BYTES)
    box = nonce + AESGCM(key.secret).encrypt(nonce, text.encode(), column.encode())
    return f"{key.id}:{b64encode(box).decode()}"


def decrypt_text(encrypted: str, column: str) -> str:
    """The text.

    Raises:
        DecryptionError: the value was altered or moved here from another place.
        LostKeyError: its key is gone.
    """
    from db.keys import key_ring  # noqa: PLC0415

    id_, _, encoded = encrypted.partition(":")
    try:
        box = b64decode(encoded)
        text = AESGCM(key_ring.get_key(id_).secret).decrypt(
            box[:NONCE_BYTES], box[NONCE_BYTES:], column.encode()
        )
    except (InvalidTag, ValueError) as error:
        raise DecryptionError(f"A value in {column} was altered.") from error
    return text.decode()


def keyed_digest(text: str, purpose: str) -> str:
    """What equal texts of a place have in common, for looking up what is sealed; 64 hexadecimal digits."""
    from db.keys import key_ring  # noqa: PLC0415
    from db.tables.keys import KeyPurpose  # noqa: PLC0415

    key = key_ring.get_current_key(KeyPurpose.INDEX)
    return hmac.new(key.secret, f"{purpose}\0{text}".encode(), sha256).hexdigest()


class EncryptedText(sa.types.TypeDecorator[Any]):
    """Text that is readable with our keys only. Nulls stay nulls."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, column: str = "") -> None:
        super().__init__()
        self.column = column

    @classmethod
    def for_column(cls, column: str) -> type[Any]:
        """The type of a column, which SQLModel wants as a class: ``sa_type=Sealed.of("users.email")``."""
        make = {"__init__": lambda self: cls.__init__(self, column), "cache_ok": True}
        return type(cls.__name__, (cls,), make)

    def process_bind_param(self, value: str | None, _dialect: sa.Dialect) -> str | None:
        return None if value is None else encrypt_text(value, self.column)

    def process_result_value(self, value: str | None, _dialect: sa.Dialect) -> object:
        return None if value is None else decrypt_text(value, self.column)


class EncryptedJson(EncryptedText):
    """JSON, sealed. What an older release left as it was is readable until it is written anew."""

    cache_ok = True

    def process_bind_param(self, value: object, _dialect: sa.Dialect) -> str | None:
        return None if value is None else encrypt_text(json.dumps(value), self.column)

    def process_result_value(self, value: str | None, _dialect: sa.Dialect) -> object:
        if value is None:
            return None
        plain = value[:1] in "{["
        return json.loads(value if plain else decrypt_text(value, self.column))


def _is_encrypted(column: sa.Column[Any]) -> bool:
    return isinstance(column.type, EncryptedText)


def list_encrypted_columns(metadata: sa.MetaData) -> dict[sa.Table, list[sa.Column[Any]]]:
    """The tables that have sealed columns, and which these are."""
    found = {table: list(filter(_is_encrypted, table.columns)) for table in metadata.sorted_tables}
    return {table: columns for table, columns in found.items() if columns}
