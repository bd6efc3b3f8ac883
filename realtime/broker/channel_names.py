"""Channel names, with the parameters that may stand before them: ``[?rewind=1]name``."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from realtime.broker.errors import BrokerError

MAX_LENGTH = 512
QUALIFIED_PATTERN = re.compile(r"\[(?P<qualifier>[^\]?]*)(\?(?P<params>[^\]]*))?\](?P<name>.+)", re.DOTALL)
FORBIDDEN_PATTERN = re.compile(r"[\x00-\x1f*]")


@dataclass(frozen=True)
class ChannelName:
    """A channel's name without its prefix, and the parameters of the prefix."""

    name: str
    params: dict[str, str] = field(default_factory=dict)


def parse_channel_name(text: object) -> ChannelName:
    """Return the name and the parameters of the channel that a client names.

    Raises:
        BrokerError: the name is not valid.
    """
    if not isinstance(text, str) or not 0 < len(text) <= MAX_LENGTH:
        raise BrokerError(40010, f"a channel name must have 1 to {MAX_LENGTH} characters")
    name, params = text, {}
    if text.startswith("["):
        parts = QUALIFIED_PATTERN.fullmatch(text)
        if parts is None or parts["qualifier"]:
            raise BrokerError(40010, f"invalid channel name or qualifier: {text}")
        name, params = parts["name"], dict(parse_qsl(parts["params"] or ""))
    if name[0] in ":[" or FORBIDDEN_PATTERN.search(name):
        raise BrokerError(40010, f"invalid channel name: {name}")
    _require_encodable(name)
    return ChannelName(name, params)


def _require_encodable(name: str) -> None:
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise BrokerError(40010, "a channel name must be valid Unicode") from error
