"""Messages as they come, are kept and go out: binary data is bytes here, and base64 in JSON only."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Mapping, Sequence
from typing import Any

import msgpack

from realtime.broker.errors import BrokerError

Item = dict[str, Any]
"""A message, or a member's message."""
BASE64 = "base64"
WORDS = ("id", "name", "clientId", "connectionId", "encoding")
MOST = 1000
"""Messages that one frame or request may carry."""


def taken(items: object, largest: int) -> list[Item]:
    """What a client wants published, each with the fields that we know, its data as string or bytes.

    Raises:
        BrokerError: a field has a wrong type, or all together are larger than so many bytes.
    """
    if not isinstance(items, list) or not 1 <= len(items) <= MOST:
        raise BrokerError(40000, f"1 to {MOST} messages are published at a time")
    found = [_taken(item) for item in items]
    if sum(map(size, found)) > largest:
        raise BrokerError(40009, f"messages have {largest:,} bytes at most")
    return found


def size(item: Item) -> int:
    """Bytes that count: those of name, client id, data and extras."""
    words = sum(len(item.get(name, "").encode()) for name in ("name", "clientId"))
    data = item.get("data", b"")
    extras = json.dumps(item["extras"]) if "extras" in item else ""
    return words + len(data if isinstance(data, bytes) else data.encode()) + len(extras)


def as_text(item: Item) -> Item:
    """The same for JSON."""
    data = item.get("data")
    if not isinstance(data, bytes):
        return item
    steps = [*filter(None, [item.get("encoding")]), BASE64]
    return item | {"data": b64encode(data).decode(), "encoding": "/".join(steps)}


def packed(item: Item) -> bytes:
    """An item as it is kept.

    Raises:
        BrokerError: it holds what can't be written, such as half of a surrogate pair.
    """
    try:
        kept: bytes = msgpack.packb(item)
    except (ValueError, TypeError, OverflowError) as error:
        raise BrokerError(40013, f"the message can't be written: {error}") from error
    return kept


def unpacked(kept: bytes) -> Item:
    item: Item = msgpack.unpackb(kept)
    return item


def is_passing(items: Sequence[Item]) -> bool:
    """Whether these are for those who listen now only (Ably's ``ephemeral``), kept nowhere."""
    return all(item.get("extras", {}).get("ephemeral") is True for item in items)


def _taken(raw: object) -> Item:
    if not isinstance(raw, Mapping):
        raise BrokerError(40000, "a message is a map")
    if raw.get("connectionKey") is not None:
        raise BrokerError(40006, "nobody publishes for a connection but its own client")
    item = {name: raw[name] for name in WORDS if raw.get(name) is not None}
    wrong = next((name for name, value in item.items() if not isinstance(value, str)), None)
    if wrong:
        raise BrokerError(40000, f"the {wrong} of a message is a string")
    if raw.get("extras") is not None:
        item["extras"] = _extras(raw["extras"])
    _decode(item, raw.get("data"))
    packed(item)
    return item


def _extras(extras: object) -> Mapping[str, object]:
    try:
        json.dumps(extras, allow_nan=False)
    except (ValueError, TypeError, RecursionError) as error:
        raise BrokerError(40032, f"extras are JSON: {error}") from error
    if not isinstance(extras, Mapping):
        raise BrokerError(40032, "extras are a map")
    return extras


def _decode(item: Item, data: object) -> None:
    """Put the data into the item; structures become JSON, base64 becomes bytes."""
    if isinstance(data, dict | list):
        data, steps = json.dumps(_extras({"data": data})["data"]), [*_steps(item), "json"]
    else:
        steps = _steps(item)
    if data is None:
        return
    if steps and steps[-1] == BASE64 and isinstance(data, str):
        data, steps = _bytes(data), steps[:-1]
    if not isinstance(data, str | bytes):
        raise BrokerError(40013, "the data of a message is a string, bytes, a map or a list")
    item["data"] = data
    item.pop("encoding", None)
    if steps:
        item["encoding"] = "/".join(steps)


def _steps(item: Item) -> list[str]:
    return [step for step in item.get("encoding", "").split("/") if step]


def _bytes(data: str) -> bytes:
    try:
        return b64decode(data, validate=True)
    except (Error, ValueError) as error:
        raise BrokerError(40013, f"the data is no base64: {error}") from error
