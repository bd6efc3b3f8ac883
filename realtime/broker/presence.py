"""The members that are present on a channel."""

from __future__ import annotations

from secrets import token_urlsafe
from time import time

from realtime.broker.errors import BrokerError
from realtime.broker.message_codec import Item
from realtime.broker.protocol import PresenceAction
from realtime.broker.storage_types import get_member_key

ENTERING_ACTIONS = (PresenceAction.ENTER, PresenceAction.UPDATE)


class ChannelMembers:
    """The members of a channel: those present, and those expected once all pending messages are written."""

    def __init__(self, max_members: int) -> None:
        self._max_members = max_members
        self._present: dict[str, Item] = {}
        self._expected: set[str] = set()

    def __len__(self) -> int:
        return len(self._present)

    def __bool__(self) -> bool:
        return bool(self._expected or self._present)

    def list_all(self) -> list[Item]:
        return list(self._present.values())

    def list_of_connection(self, connection: str) -> list[Item]:
        """Return the members that entered through this connection."""
        return [item for item in self._present.values() if item["connectionId"] == connection]

    def expect_change(self, item: Item) -> bool:
        """Expect the change that a presence message announces; return whether it changes anything.

        Raises:
            BrokerError: the channel is full, or the action is not one that a member can send.
        """
        member = get_member_key(item)
        if item["action"] == PresenceAction.LEAVE:
            was_expected = member in self._expected
            self._expected.discard(member)
            return was_expected
        if type(item["action"]) is not int or item["action"] not in ENTERING_ACTIONS:
            raise BrokerError(40003, "the action must be ENTER, UPDATE or LEAVE")
        if member not in self._expected:
            if len(self._expected) >= self._max_members:
                raise BrokerError(91003, f"a channel can have at most {self._max_members} members")
            item["action"] = int(PresenceAction.ENTER)
            self._expected.add(member)
        return True

    def apply_change(self, item: Item) -> None:
        """Apply a presence message that has been written."""
        member = get_member_key(item)
        if item["action"] == PresenceAction.LEAVE:
            self._present.pop(member, None)
        else:
            self._present[member] = item | {"action": int(PresenceAction.PRESENT)}
            self._expected.add(member)


def make_presence_item(member: Item, action: PresenceAction) -> Item:
    """Return a presence message that the broker sends in place of a member, with an id of its own."""
    changes = {"id": f"{token_urlsafe(9)}:0:0", "timestamp": int(time() * 1000), "action": int(action)}
    return member | changes
