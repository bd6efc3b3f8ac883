"""Capabilities: the operations that a key or token allows on resources (channels, with ``*`` as wildcard)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from realtime.broker.errors import BrokerError

OPERATIONS = frozenset(
    (
        *("*", "publish", "subscribe", "presence", "history", "stats", "channel-metadata"),
        *("privileged-headers", "push-admin", "push-subscribe", "object-publish", "object-subscribe"),
        *("annotation-publish", "annotation-subscribe", "message-update-any", "message-update-own"),
        *("message-delete-any", "message-delete-own"),
    )
)
"""The operations that a capability may name."""


@dataclass(frozen=True)
class Capability:
    """The operations allowed on each resource, such as ``live:*``.

    It consists of frozen sets, so that it is hashable and lookups can be cached.
    """

    grants: frozenset[tuple[str, frozenset[str]]]

    def allows(self, operation: str, channel: str) -> bool:
        """Return whether the operation is allowed on the channel."""
        return operation in self.operations_on(channel) or "*" in self.operations_on(channel)

    def operations_on(self, channel: str) -> frozenset[str]:
        """Return the operations that are allowed on the channel, which may be ``*``."""
        return _operations(self, channel)

    def intersect_with(self, other: Capability) -> Capability:
        """Return the capability that allows what both allow.

        Raises:
            BrokerError: both together allow nothing.
        """
        shared: dict[str, frozenset[str]] = {}
        for own, own_granted in self.grants:
            for its, its_granted in other.grants:
                narrower = own if pattern_covers(its, own) else its if pattern_covers(own, its) else None
                if narrower is not None and (both := _intersect_operations(own_granted, its_granted)):
                    shared[narrower] = shared.get(narrower, frozenset()) | both
        if not shared:
            raise BrokerError(40160, "the key's capability allows none of the requested operations")
        return Capability(frozenset(shared.items()))

    def to_json(self) -> str:
        """Return the capability as JSON in Ably's canonical order."""
        return json.dumps(
            {resource: sorted(operations) for resource, operations in sorted(self.grants)},
            separators=(",", ":"),
        )


def parse_capability(text: object) -> Capability:
    """Return the capability that JSON text, or a parsed JSON value, describes.

    Raises:
        BrokerError: it does not describe a capability.
    """
    try:
        value = json.loads(text) if isinstance(text, str) else text
    except (ValueError, RecursionError) as error:
        raise BrokerError(40000, f"the capability is not valid JSON: {error}") from error
    if not isinstance(value, Mapping) or not value:
        raise BrokerError(40000, "a capability must map resources to lists of operations")
    return Capability(
        frozenset((resource, _parse_operations(operations)) for resource, operations in value.items())
    )


def pattern_covers(pattern: str, name: str) -> bool:
    """Return whether a resource pattern such as ``live:*`` covers a channel or a narrower pattern."""
    if pattern.startswith("[*]"):
        pattern, name = pattern[3:], name[name.find("]") + 1 :] if name.startswith("[") else name
    elif name.startswith("["):
        return pattern == name
    return _segments_cover(pattern.split(":"), name.split(":"))


def _segments_cover(pattern: list[str], name: list[str]) -> bool:
    if pattern[-1] == "*":
        head = pattern[:-1]
        return len(name) > len(head) and _segments_match(head, name[: len(head)])
    return len(pattern) == len(name) and _segments_match(pattern, name)


def _segments_match(pattern: list[str], name: list[str]) -> bool:
    return all(own in ("*", part) for own, part in zip(pattern, name, strict=True))


def _intersect_operations(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    if "*" in one:
        return other
    return one if "*" in other else one & other


def _parse_operations(operations: object) -> frozenset[str]:
    if not isinstance(operations, list) or not all(isinstance(each, str) for each in operations):
        raise BrokerError(40000, f"operations must be a list of strings: {operations!r}")
    parsed = frozenset(operations)
    if not parsed or not parsed <= OPERATIONS or ("*" in parsed and len(parsed) > 1):
        raise BrokerError(40000, f"unknown operations: {operations!r}")
    return parsed


@lru_cache(4096)
def _operations(capability: Capability, channel: str) -> frozenset[str]:
    matching = (operations for resource, operations in capability.grants if pattern_covers(resource, channel))
    return frozenset().union(*matching)


EVERYTHING = parse_capability('{"[*]*":["*"]}')
