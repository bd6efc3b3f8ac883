"""The codec: frames to text (JSON) or bytes (MessagePack) and back."""

from __future__ import annotations

import json
from typing import Any, Literal, NoReturn

import msgpack

from realtime.broker import message_codec
from realtime.broker.errors import BrokerError

Format = Literal["json", "msgpack"]
Frame = dict[str, Any]
LARGEST = 512 * 1024
"""Bytes of a frame."""


def loads(raw: str | bytes, form: Format) -> Any:  # noqa: ANN401  (anything at all may come)
    """What a client has written.

    Raises:
        BrokerError: it is not of this format.
    """
    try:
        if form == "json":
            return json.loads(raw, parse_constant=_no_number)
        return msgpack.unpackb(raw)
    except (ValueError, RecursionError, msgpack.UnpackException) as error:
        raise BrokerError(40000, f"this is no {form}: {error}") from error


def dumps(value: object, form: Format) -> bytes:
    if form == "json":
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    packed: bytes = msgpack.packb(value)
    return packed


def decode(raw: str | bytes) -> Frame:
    """A frame: text is JSON, bytes are MessagePack.

    Raises:
        BrokerError: it is none.
    """
    frame = loads(raw, "json" if isinstance(raw, str) else "msgpack")
    if not isinstance(frame, dict) or type(frame.get("action")) is not int:
        raise BrokerError(80013, "a frame is a map with a number as its action")
    return frame


def encode(frame: Frame, form: Format) -> bytes:
    """A frame; binary data within it becomes base64 in JSON."""
    if form == "json":
        for kind in ("messages", "presence"):
            if kind in frame:
                frame = frame | {kind: [message_codec.as_text(item) for item in frame[kind]]}
    return dumps(frame, form)


class Outgoing:
    """A frame for many, encoded once a format and a name of its channel."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self._encoded: dict[tuple[Format, str], bytes] = {}

    def encoded(self, form: Format, channel: str) -> bytes:
        known = self._encoded.get((form, channel))
        if known is None:
            known = self._encoded[form, channel] = encode(self.frame | {"channel": channel}, form)
        return known


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")
