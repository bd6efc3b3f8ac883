"""What a key or token may do where: resources (channels, with ``*``) and operations."""

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


@dataclass(frozen=True)
class Capability:
    """Operations by resource, such as ``live:*``; frozen sets, so that answers can be remembered."""

    grants: frozenset[tuple[str, frozenset[str]]]

    def allows(self, operation: str, channel: str) -> bool:
        return operation in self.operations(channel) or "*" in self.operations(channel)

    def operations(self, channel: str) -> frozenset[str]:
        return _operations(self, channel)

    def allows_anywhere(self, operation: str) -> bool:
        return any(operations & {operation, "*"} for _, operations in self.grants)

    def within(self, other: Capability) -> Capability:
        """What both allow.

        Raises:
            BrokerError: that is nothing.
        """
        shared: dict[str, frozenset[str]] = {}
        for mine, wanted in self.grants:
            for its, granted in other.grants:
                narrow = mine if covers(its, mine) else its if covers(mine, its) else None
                if narrow is not None and (both := _both(wanted, granted)):
                    shared[narrow] = shared.get(narrow, frozenset()) | both
        if not shared:
            raise BrokerError(40160, "the key allows nothing of what is asked for")
        return Capability(frozenset(shared.items()))

    def written(self) -> str:
        """As JSON, in Ably's canonical order."""
        return json.dumps(
            {resource: sorted(operations) for resource, operations in sorted(self.grants)},
            separators=(",", ":"),
        )


def read(text: object) -> Capability:
    """A capability of its JSON.

    Raises:
        BrokerError: it is none.
    """
    try:
        found = json.loads(text) if isinstance(text, str) else text
    except (ValueError, RecursionError) as error:
        raise BrokerError(40000, f"the capability is no JSON: {error}") from error
    if not isinstance(found, Mapping) or not found:
        raise BrokerError(40000, "a capability is a map of resources to lists of operations")
    return Capability(frozenset((resource, _known(operations)) for resource, operations in found.items()))


def covers(pattern: str, name: str) -> bool:
    """Whether a resource such as ``live:*`` takes in a channel, or a narrower resource."""
    if pattern.startswith("[*]"):
        pattern, name = pattern[3:], name[name.find("]") + 1 :] if name.startswith("[") else name
    elif name.startswith("["):
        return pattern == name
    return _segments_cover(pattern.split(":"), name.split(":"))


def _segments_cover(pattern: list[str], name: list[str]) -> bool:
    if pattern[-1] == "*":
        head = pattern[:-1]
        return len(name) > len(head) and _equal(head, name[: len(head)])
    return len(pattern) == len(name) and _equal(pattern, name)


def _equal(pattern: list[str], name: list[str]) -> bool:
    return all(mine in ("*", its) for mine, its in zip(pattern, name, strict=True))


def _both(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    if "*" in one:
        return other
    return one if "*" in other else one & other


def _known(operations: object) -> frozenset[str]:
    if not isinstance(operations, list) or not all(isinstance(each, str) for each in operations):
        raise BrokerError(40000, f"this is no list of operations: {operations!r}")
    known = frozenset(operations)
    if not known or not known <= OPERATIONS or ("*" in known and len(known) > 1):
        raise BrokerError(40000, f"these are no operations: {operations!r}")
    return known


@lru_cache(4096)
def _operations(capability: Capability, channel: str) -> frozenset[str]:
    found = (operations for resource, operations in capability.grants if covers(resource, channel))
    return frozenset().union(*found)


EVERYTHING = read('{"[*]*":["*"]}')
