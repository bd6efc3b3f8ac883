"""The codec between frames and text (JSON) or bytes (MessagePack)."""

from __future__ import annotations

import json
from typing import Any, Literal, NoReturn

import msgpack

from realtime.broker import message_codec
from realtime.broker.errors import BrokerError

Format = Literal["json", "msgpack"]
Frame = dict[str, Any]
MAX_FRAME_BYTES = 512 * 1024
"""The size limit of a frame in bytes."""


def load_value(raw: str | bytes, form: Format) -> Any:  # noqa: ANN401  (anything at all may come)
    """Return the value that a client has sent.

    Raises:
        BrokerError: it is not valid in this format.
    """
    try:
        if form == "json":
            return json.loads(raw, parse_constant=_reject_constant)
        return msgpack.unpackb(raw)
    except (ValueError, RecursionError, msgpack.UnpackException) as error:
        raise BrokerError(40000, f"invalid {form}: {error}") from error


def dump_value(value: object, form: Format) -> bytes:
    if form == "json":
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    packed: bytes = msgpack.packb(value)
    return packed


def decode_frame(raw: str | bytes) -> Frame:
    """Return the frame in a WebSocket message: text is JSON, bytes are MessagePack.

    Raises:
        BrokerError: it is not a frame.
    """
    frame = load_value(raw, "json" if isinstance(raw, str) else "msgpack")
    if not isinstance(frame, dict) or type(frame.get("action")) is not int:
        raise BrokerError(80013, "a frame must be an object with an integer action")
    return frame


def encode_frame(frame: Frame, form: Format) -> bytes:
    """Encode a frame; in JSON, binary data becomes base64."""
    if form == "json":
        for kind in ("messages", "presence"):
            if kind in frame:
                frame = frame | {kind: [message_codec.to_json_item(item) for item in frame[kind]]}
    return dump_value(frame, form)


class BroadcastFrame:
    """A frame for many clients, encoded only once per format and channel name."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self._cache: dict[tuple[Format, str], bytes] = {}

    def encode_for(self, form: Format, channel: str) -> bytes:
        """Return the encoded frame with the channel name that the client has used."""
        encoded = self._cache.get((form, channel))
        if encoded is None:
            encoded = self._cache[form, channel] = encode_frame(self.frame | {"channel": channel}, form)
        return encoded


def _reject_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a valid number")
