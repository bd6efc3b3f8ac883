"""Names of channels, with the parameters that may stand before them: ``[?rewind=1]name``."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from realtime.broker.errors import BrokerError

LONGEST = 512
QUALIFIED = re.compile(r"\[(?P<qualifier>[^\]?]*)(\?(?P<params>[^\]]*))?\](?P<name>.+)", re.DOTALL)
FORBIDDEN = re.compile(r"[\x00-\x1f*]")


@dataclass(frozen=True)
class ChannelName:
    """A channel's own name, and what was asked for along with it."""

    own: str
    params: dict[str, str] = field(default_factory=dict)


def read(given: object) -> ChannelName:
    """The channel that a client means.

    Raises:
        BrokerError: there can be no such channel.
    """
    if not isinstance(given, str) or not 0 < len(given) <= LONGEST:
        raise BrokerError(40010, f"the name of a channel has 1 to {LONGEST} letters")
    name, params = given, {}
    if given.startswith("["):
        parts = QUALIFIED.fullmatch(given)
        if parts is None or parts["qualifier"]:
            raise BrokerError(40010, f"there are no channels such as {given}")
        name, params = parts["name"], dict(parse_qsl(parts["params"] or ""))
    if name[0] in ":[" or FORBIDDEN.search(name):
        raise BrokerError(40010, f"a channel can't have the name {name}")
    _require_writable(name)
    return ChannelName(name, params)


def _require_writable(name: str) -> None:
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise BrokerError(40010, "the name of a channel is no text") from error
