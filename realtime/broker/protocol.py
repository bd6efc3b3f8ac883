"""The numbers of Ably's protocol: actions of frames and presence messages, and flags of channels."""

from __future__ import annotations

from enum import IntEnum, IntFlag


class ProtocolAction(IntEnum):
    """The action of a frame."""

    HEARTBEAT = 0
    ACK = 1
    NACK = 2
    CONNECTED = 4
    DISCONNECTED = 6
    CLOSE = 7
    CLOSED = 8
    ERROR = 9
    ATTACH = 10
    ATTACHED = 11
    DETACH = 12
    DETACHED = 13
    PRESENCE = 14
    MESSAGE = 15
    SYNC = 16
    AUTH = 17


class PresenceAction(IntEnum):
    """The action of a presence message."""

    ABSENT = 0
    PRESENT = 1
    ENTER = 2
    LEAVE = 3
    UPDATE = 4


class ChannelFlag(IntFlag):
    """Flags of ATTACH and ATTACHED: the outcome of attaching, followed by the modes of the attachment."""

    HAS_PRESENCE = 1
    HAS_BACKLOG = 1 << 1
    RESUMED = 1 << 2
    ATTACH_RESUME = 1 << 5
    PRESENCE = 1 << 16
    PUBLISH = 1 << 17
    SUBSCRIBE = 1 << 18
    PRESENCE_SUBSCRIBE = 1 << 19


MODE_FLAGS = (
    ChannelFlag.PRESENCE | ChannelFlag.PUBLISH | ChannelFlag.SUBSCRIBE | ChannelFlag.PRESENCE_SUBSCRIBE
)
"""The flags that are modes."""
