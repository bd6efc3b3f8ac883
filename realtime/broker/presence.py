"""Who is present on a channel."""

from __future__ import annotations

from secrets import token_urlsafe
from time import time

from realtime.broker.errors import BrokerError
from realtime.broker.message_codec import Item
from realtime.broker.protocol import Presence
from realtime.broker.storage_types import member_of

ENTERING = (Presence.ENTER, Presence.UPDATE)


class Members:
    """The members of a channel. ``expected`` are those there will be once all that was sent is written."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._present: dict[str, Item] = {}
        self._expected: set[str] = set()

    def __len__(self) -> int:
        return len(self._present)

    def __bool__(self) -> bool:
        return bool(self._expected or self._present)

    def everybody(self) -> list[Item]:
        return list(self._present.values())

    def of(self, connection: str) -> list[Item]:
        return [item for item in self._present.values() if item["connectionId"] == connection]

    def admit(self, item: Item) -> bool:
        """Expect what a member's message announces; returns whether it changes anything.

        Raises:
            BrokerError: the channel is full, or the message does nothing that a member does.
        """
        member = member_of(item)
        if item["action"] == Presence.LEAVE:
            known = member in self._expected
            self._expected.discard(member)
            return known
        if type(item["action"]) is not int or item["action"] not in ENTERING:
            raise BrokerError(40003, "members enter, update or leave")
        if member not in self._expected:
            if len(self._expected) >= self._most:
                raise BrokerError(91003, f"a channel has {self._most} members at most")
            item["action"] = int(Presence.ENTER)
            self._expected.add(member)
        return True

    def apply(self, item: Item) -> None:
        """Change who is present by a message that has been written."""
        member = member_of(item)
        if item["action"] == Presence.LEAVE:
            self._present.pop(member, None)
        else:
            self._present[member] = item | {"action": int(Presence.PRESENT)}
            self._expected.add(member)


def said_for(member: Item, action: Presence) -> Item:
    """What the broker says in a member's place; its id is not one of the member's own."""
    made = {"id": f"{token_urlsafe(9)}:0:0", "timestamp": int(time() * 1000), "action": int(action)}
    return member | made
