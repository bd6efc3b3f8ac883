"""Encrypted columns: AES-256-GCM under a key of the key ring, whose id is stored with the value.

A value is bound to its column: copied to another one, it can't be decrypted.
It is stored as ``id:base64(nonce, ciphertext)``.
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
    """An encrypted value was altered, or belongs to another column."""


def encrypt_text(text: str, column: str) -> str:
    """Return the text, encrypted for a column such as ``users.email``."""
    from db.keys import key_ring  # noqa: PLC0415  (the ring's own table is among those that use this module)
    from db.tables.keys import KeyPurpose  # noqa: PLC0415

    key, nonce = key_ring.get_current_key(KeyPurpose.SEAL), os.urandom(NONCE_BYTES)
    box = nonce + AESGCM(key.secret).encrypt(nonce, text.encode(), column.encode())
    return f"{key.id}:{b64encode(box).decode()}"


def decrypt_text(encrypted: str, column: str) -> str:
    """Return the decrypted text.

    Raises:
        DecryptionError: the value was altered, or copied here from another column.
        LostKeyError: its key does not exist or can't be unwrapped.
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
    """Return the keyed hash of a text (64 hexadecimal digits), by which encrypted values can be looked up."""
    from db.keys import key_ring  # noqa: PLC0415
    from db.tables.keys import KeyPurpose  # noqa: PLC0415

    key = key_ring.get_current_key(KeyPurpose.INDEX)
    return hmac.new(key.secret, f"{purpose}\0{text}".encode(), sha256).hexdigest()


class EncryptedText(sa.types.TypeDecorator[Any]):
    """A text column whose values are stored encrypted. NULL stays NULL."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, column: str = "") -> None:
        super().__init__()
        self.column = column

    @classmethod
    def for_column(cls, column: str) -> type[Any]:
        """Return the type of a column as a class, as SQLModel needs it.

        Example: ``sa_type=EncryptedText.for_column("users.email")``.
        """
        make = {"__init__": lambda self: cls.__init__(self, column), "cache_ok": True}
        return type(cls.__name__, (cls,), make)

    def process_bind_param(self, value: str | None, _dialect: sa.Dialect) -> str | None:
        return None if value is None else encrypt_text(value, self.column)

    def process_result_value(self, value: str | None, _dialect: sa.Dialect) -> object:
        return None if value is None else decrypt_text(value, self.column)


class EncryptedJson(EncryptedText):
    """A JSON column, encrypted. Plain values of older releases stay readable until they are written again."""

    cache_ok = True

    def process_bind_param(self, value: object, _dialect: sa.Dialect) -> str | None:
        return None if value is None else encrypt_text(json.dumps(value), self.column)

    def process_result_value(self, value: str | None, _dialect: sa.Dialect) -> object:
        if value is None:
            return None
        plain = value[:1] in "{["
        return json.loads(value if plain else decrypt_text(value, self.column))


class EncryptedJsonValue(EncryptedJson):
    """A JSON column, encrypted, in which ``None`` is a value like any other: JSON's null."""

    cache_ok = True
    should_evaluate_none = True

    def process_bind_param(self, value: object, _dialect: sa.Dialect) -> str:
        return encrypt_text(json.dumps(value), self.column)


def _is_encrypted(column: sa.Column[Any]) -> bool:
    return isinstance(column.type, EncryptedText)


def list_encrypted_columns(metadata: sa.MetaData) -> dict[sa.Table, list[sa.Column[Any]]]:
    """Return the tables that have encrypted columns, with these columns."""
    found = {table: list(filter(_is_encrypted, table.columns)) for table in metadata.sorted_tables}
    return {table: columns for table, columns in found.items() if columns}
