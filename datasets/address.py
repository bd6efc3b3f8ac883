"""An exploration in the hash of an address: ``#v=1&x=<rison>``. docs/exploration.md says what is in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs

import prison
from prison.decoder import ParserException

VERSION = "1"
LONGEST = 100_000
PARTS = ("d", "at", "f", "w", "on", "t")


@dataclass(frozen=True)
class Address:
    """What a hash says, part by part, unchecked; ``problems`` are sentences on what it could not say."""

    parts: Mapping[str, object] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    @property
    def version(self) -> str | None:
        """The key of the dataset version that it was made on."""
        version = self.parts.get("at")
        return version if isinstance(version, str) else None


def parse(hash_: str) -> Address:
    """Read a hash; never raises. An empty one is an address without parts."""
    text = hash_.removeprefix("#")
    if not text:
        return Address()
    if len(text) > LONGEST:
        return Address(problems=("The address is too long to be one of ours; it was ignored.",))
    fields = parse_qs(text)
    if fields.get("v", [VERSION])[0] != VERSION:
        return Address(problems=("The address is of a newer kind than this server reads; it was ignored.",))
    try:
        parts = prison.loads(fields.get("x", ["()"])[0])
    except (ParserException, ValueError, TypeError, IndexError, RecursionError):
        parts = None
    if not isinstance(parts, dict):
        return Address(problems=("The address is damaged; it was ignored.",))
    unknown = [
        f"The address has an unknown part {name!r}; it was ignored." for name in parts if name not in PARTS
    ]
    return Address({name: part for name, part in parts.items() if name in PARTS}, tuple(unknown))
