"""Decodes the content of one message from its encodings, as Ably's SDKs write them.

Ably's Python SDK decodes all messages of a frame or of a page of the history at once, and one that it can't
decode takes all others with it. So the messages are taken from the SDK as they came, and decoded here, each
by itself.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

from realtime.channel_messages import ChannelMessage

CIPHER_PREFIX = "cipher+"
BLOCK_BYTES = 16
MAX_DEPTH = 64
"""The number of lists and objects that may be nested: deeper ones overflow the stack of their readers."""


class UndecodableDataError(ValueError):
    """The data of a message doesn't have the encoding that the message says, or has one that is unknown."""


def decode_item(item: Mapping[str, Any], cipher: bytes | None) -> ChannelMessage:
    """Return a message as it is on the wire with its content decoded; ``problem`` says why it can't be.

    ``cipher`` is the key of the channel: 32 bytes; None if it is not encrypted.
    """
    data, problem = item.get("data"), ""
    try:
        data = decode_data(data, item.get("encoding") or "", cipher)
    except UndecodableDataError as error:
        problem = str(error)
    return ChannelMessage(
        published_at=item["timestamp"],
        client_id=item.get("clientId") or "",
        serial=item.get("serial") or item["id"],
        name=item.get("name") or "",
        data=data,
        id=item["id"],
        problem=problem,
    )


def decode_data(data: object, encoding: str, cipher: bytes | None) -> Any:  # noqa: ANN401
    """Undo the encodings of some data, the last one first.

    Raises:
        UndecodableDataError: this is impossible.
    """
    for step in reversed([step for step in encoding.split("/") if step]):
        data = _undo_step(data, step, cipher)
    _require_flat(data)
    return data


def _undo_step(data: object, step: str, cipher: bytes | None) -> object:
    if step == "json":
        return _parse_json(data)
    if step == "utf-8":
        return _decode_text(data)
    if step == "base64":
        return _decode_base64(data)
    if step.startswith(CIPHER_PREFIX):
        return _decrypt(data, step.removeprefix(CIPHER_PREFIX), cipher)
    raise UndecodableDataError(f"the encoding {step[:40]!r} is not supported")


def _parse_json(data: object) -> object:
    if isinstance(data, dict | list):
        return data
    text = _decode_text(data)
    try:
        return json.loads(text)
    except RecursionError as error:
        raise UndecodableDataError(_describe_depth()) from error
    except ValueError as error:
        raise UndecodableDataError("the data is not valid JSON") from error


def _decode_text(data: object) -> str:
    if isinstance(data, str):
        return data
    if not isinstance(data, bytes):
        raise UndecodableDataError("the encoding needs data that is text or bytes")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise UndecodableDataError("the data is not valid UTF-8") from error


def _decode_base64(data: object) -> bytes:
    try:
        return b64decode(_decode_text(data), validate=True)
    except ValueError as error:
        raise UndecodableDataError("the data is not valid base64") from error


def _decrypt(data: object, algorithm: str, key: bytes | None) -> bytes:
    """Decrypt bytes: an initialization vector, and text in AES-CBC with padding."""
    if key is None:
        raise UndecodableDataError("the data is encrypted, and this channel has no key")
    if algorithm != f"aes-{8 * len(key)}-cbc" or not isinstance(data, bytes):
        raise UndecodableDataError(f"the encryption must be aes-{8 * len(key)}-cbc, and the data bytes")
    if len(data) < 2 * BLOCK_BYTES or len(data) % BLOCK_BYTES:
        raise UndecodableDataError("the encrypted data is incomplete")
    decryptor, unpadder = Cipher(AES(key), CBC(data[:BLOCK_BYTES])).decryptor(), PKCS7(128).unpadder()
    padded = decryptor.update(data[BLOCK_BYTES:]) + decryptor.finalize()
    try:
        return unpadder.update(padded) + unpadder.finalize()
    except ValueError as error:
        raise UndecodableDataError("the data was encrypted with another key") from error


def _require_flat(data: object) -> None:
    level = [data]
    for _ in range(MAX_DEPTH):
        level = [child for each in level for child in _list_children(each)]
        if not level:
            return
    raise UndecodableDataError(_describe_depth())


def _list_children(data: object) -> list[object]:
    if isinstance(data, dict):
        return list(data.values())
    return data if isinstance(data, list) else []


def _describe_depth() -> str:
    return f"the data has more than {MAX_DEPTH} lists and objects in one another"
