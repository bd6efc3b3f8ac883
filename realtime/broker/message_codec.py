"""Messages as they are received, stored and sent: binary data is bytes here, and base64 only in JSON."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Mapping, Sequence
from typing import Any

import msgpack

from realtime.broker.errors import BrokerError

Item = dict[str, Any]
"""A message or a presence message."""
BASE64 = "base64"
TEXT_FIELDS = ("id", "name", "clientId", "connectionId", "encoding")
"""The fields of a message that must be strings."""
MAX_ITEMS = 1000
"""The number of messages that one frame or request may have."""


def parse_items(items: object, max_bytes: int) -> list[Item]:
    """Return the messages that a client publishes, with their known fields, and data as string or bytes.

    Raises:
        BrokerError: a field has the wrong type, or the messages together exceed ``max_bytes``.
    """
    if not isinstance(items, list) or not 1 <= len(items) <= MAX_ITEMS:
        raise BrokerError(40000, f"1 to {MAX_ITEMS} messages can be published at a time")
    parsed = [_parse_item(item) for item in items]
    if sum(map(get_size, parsed)) > max_bytes:
        raise BrokerError(40009, f"the messages together exceed {max_bytes:,} bytes")
    return parsed


def get_size(item: Item) -> int:
    """Return the size in bytes that counts against the limit: name, client id, data and extras."""
    text_size = sum(len(item.get(name, "").encode()) for name in ("name", "clientId"))
    data = item.get("data", b"")
    extras = json.dumps(item["extras"]) if "extras" in item else ""
    return text_size + len(data if isinstance(data, bytes) else data.encode()) + len(extras)


def to_json_item(item: Item) -> Item:
    """Return the item in a form that JSON can hold."""
    data = item.get("data")
    if not isinstance(data, bytes):
        return item
    steps = [*filter(None, [item.get("encoding")]), BASE64]
    return item | {"data": b64encode(data).decode(), "encoding": "/".join(steps)}


def pack_item(item: Item) -> bytes:
    """Return the item as it is stored.

    Raises:
        BrokerError: it has a value that can't be stored, such as half of a surrogate pair.
    """
    try:
        packed: bytes = msgpack.packb(item)
    except (ValueError, TypeError, OverflowError) as error:
        raise BrokerError(40013, f"the message can't be encoded: {error}") from error
    return packed


def unpack_item(packed: bytes) -> Item:
    item: Item = msgpack.unpackb(packed)
    return item


def is_ephemeral(items: Sequence[Item]) -> bool:
    """Return whether the items (Ably's ``ephemeral``) are only for clients attached now, and not stored."""
    return all(item.get("extras", {}).get("ephemeral") is True for item in items)


def _parse_item(raw: object) -> Item:
    if not isinstance(raw, Mapping):
        raise BrokerError(40000, "a message must be an object")
    if raw.get("connectionKey") is not None:
        raise BrokerError(40006, "connectionKey is not supported: a connection can't publish for another")
    item = {name: raw[name] for name in TEXT_FIELDS if raw.get(name) is not None}
    wrong = next((name for name, value in item.items() if not isinstance(value, str)), None)
    if wrong:
        raise BrokerError(40000, f"{wrong} must be a string")
    if raw.get("extras") is not None:
        item["extras"] = _parse_extras(raw["extras"])
    _set_data(item, raw.get("data"))
    pack_item(item)
    return item


def _parse_extras(extras: object) -> Mapping[str, object]:
    try:
        json.dumps(extras, allow_nan=False)
    except (ValueError, TypeError, RecursionError) as error:
        raise BrokerError(40032, f"not valid JSON: {error}") from error
    if not isinstance(extras, Mapping):
        raise BrokerError(40032, "extras must be an object")
    return extras


def _set_data(item: Item, data: object) -> None:
    """Set the data of the item: structures become JSON text, base64 becomes bytes."""
    if isinstance(data, dict | list):
        data, steps = json.dumps(_parse_extras({"data": data})["data"]), [*_encoding_steps(item), "json"]
    else:
        steps = _encoding_steps(item)
    if data is None:
        return
    if steps and steps[-1] == BASE64 and isinstance(data, str):
        data, steps = _decode_base64(data), steps[:-1]
    if not isinstance(data, str | bytes):
        raise BrokerError(40013, "data must be a string, bytes, an object or a list")
    item["data"] = data
    item.pop("encoding", None)
    if steps:
        item["encoding"] = "/".join(steps)


def _encoding_steps(item: Item) -> list[str]:
    return [step for step in item.get("encoding", "").split("/") if step]


def _decode_base64(data: str) -> bytes:
    try:
        return b64decode(data, validate=True)
    except (Error, ValueError) as error:
        raise BrokerError(40013, f"the data is not valid base64: {error}") from error
