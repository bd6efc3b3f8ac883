"""ATTACH and DETACH frames, and what a new token changes about attached channels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from realtime.broker import attachments, channel_names, disconnect, replay
from realtime.broker.attachments import Attachment
from realtime.broker.connections import Connection
from realtime.broker.errors import BrokerError
from realtime.broker.frames import Frame
from realtime.broker.message_codec import Item
from realtime.broker.protocol import MODE_FLAGS, ChannelFlag, ProtocolAction
from realtime.broker.replay import ChannelReplay
from realtime.broker.session import ClientSession

SYNC_PAGE_SIZE = 100
"""The number of members in one SYNC frame."""
RESUMED = ChannelReplay(is_resumed=True)


@dataclass(frozen=True)
class AttachReply:
    """What a client is sent when it attaches: the state of the channel at ``serial``, and what it missed."""

    requested_name: str
    serial: str
    modes: ChannelFlag
    params: dict[str, str]
    replay: ChannelReplay
    members: list[Item]

    def make_frames(self) -> Iterator[Frame]:
        """Yield ATTACHED, the messages to replay, and the members in frames of SYNC."""
        members = self.members if ChannelFlag.PRESENCE_SUBSCRIBE in self.modes else []
        messages = self.replay.frames if ChannelFlag.SUBSCRIBE in self.modes else []
        yield self._make_attached(bool(messages), bool(members))
        for frame in messages:
            yield frame | {"channel": self.requested_name}
        for start in range(0, len(members), SYNC_PAGE_SIZE):
            end = start + SYNC_PAGE_SIZE
            yield {
                "action": int(ProtocolAction.SYNC),
                "channel": self.requested_name,
                "channelSerial": f"{self.serial}:{end if end < len(members) else ''}",
                "presence": members[start:end],
            }

    def _make_attached(self, has_backlog: bool, has_presence: bool) -> Frame:
        flags = self.modes
        flags |= ChannelFlag.HAS_PRESENCE if has_presence else ChannelFlag(0)
        flags |= ChannelFlag.HAS_BACKLOG if has_backlog else ChannelFlag(0)
        flags |= ChannelFlag.RESUMED if self.replay.is_resumed else ChannelFlag(0)
        frame = {
            "action": int(ProtocolAction.ATTACHED),
            "channel": self.requested_name,
            "channelSerial": self.serial,
            "flags": int(flags),
            "params": {name: value for name, value in self.params.items() if name in attachments.PARAMS},
        }
        return frame | ({"error": self.replay.error.to_json()} if self.replay.error else {})


async def attach_channel(session: ClientSession, frame: Frame) -> None:
    """Attach a channel: send ATTACHED, then what the client missed, then what was published meanwhile."""
    name, params = _parse_target(frame)
    modes = attachments.grant_modes(name, params, _parse_flags(frame), session.access.capability)
    connection, requested_name = session.connection, frame["channel"]
    is_attached = requested_name in connection.attachments
    if not is_attached and len(connection.attachments) >= session.hub.options.max_channels:
        raise BrokerError(90010, f"at most {session.hub.options.max_channels} channels per connection")
    channel = session.hub.channels.get_or_create(name.name)
    attachment = Attachment(connection, channel, requested_name, modes)
    _add_attachment(connection, attachment)
    serial, members = channel.serial, channel.members.list_all()  # what is published from here on is held
    missed = RESUMED if is_attached else await _load_replay(session, frame, attachment, params)
    if connection.attachments.get(requested_name) is attachment:  # not detached or replaced meanwhile
        reply = AttachReply(requested_name, serial, attachment.modes, params, missed, members)
        _send_reply(session, attachment, reply)


def _send_reply(session: ClientSession, attachment: Attachment, reply: AttachReply) -> None:
    for frame in reply.make_frames():
        session.socket.send_frame(frame)
    attachment.release_held()
    disconnect.restore_members(session.hub, session.connection, attachment.channel)


async def detach_channel(session: ClientSession, frame: Frame) -> None:
    """Detach a channel; the connection's members leave it."""
    requested_name = frame.get("channel")
    channel_names.parse_channel_name(requested_name)
    attachment = session.connection.attachments.get(str(requested_name))
    if attachment is not None:
        _remove_attachment(session.connection, attachment)
        disconnect.remove_members(session.hub, session.connection, attachment.channel)
    session.socket.send_frame({"action": int(ProtocolAction.DETACHED), "channel": requested_name})


def recheck_attachments(session: ClientSession) -> None:
    """Detach the channels that the current token does not allow."""
    for requested_name, attachment in list(session.connection.attachments.items()):
        try:
            name = channel_names.parse_channel_name(requested_name)
            flags = int(attachment.modes)
            attachment.modes = attachments.grant_modes(name, {}, flags, session.access.capability)
        except BrokerError as error:
            _remove_attachment(session.connection, attachment)
            disconnect.remove_members(session.hub, session.connection, attachment.channel)
            session.socket.send_frame(
                {"action": int(ProtocolAction.ERROR), "channel": requested_name, "error": error.to_json()}
            )


async def _load_replay(
    session: ClientSession, frame: Frame, attachment: Attachment, params: dict[str, str]
) -> ChannelReplay:
    """Load what the client missed or wants to rewind; remove the attachment if that fails."""
    channel = attachment.channel
    try:
        if since := frame.get("channelSerial"):
            return await replay.load_missed(session.hub, channel.name, str(since), channel.serial)
        if "rewind" in params and not _parse_flags(frame) & ChannelFlag.ATTACH_RESUME:
            return await replay.load_rewind(session.hub, channel.name, params["rewind"], channel.serial)
    except BrokerError:
        _remove_attachment(session.connection, attachment)
        raise
    return ChannelReplay()


def _parse_target(frame: Frame) -> tuple[channel_names.ChannelName, dict[str, str]]:
    asked, params = channel_names.parse_channel_name(frame.get("channel")), frame.get("params") or {}
    if not isinstance(params, dict):
        raise BrokerError(40000, "params must be an object")
    return asked, asked.params | {str(name): str(value) for name, value in params.items()}


def _parse_flags(frame: Frame) -> int:
    flags = frame.get("flags") or 0
    return flags & (MODE_FLAGS | ChannelFlag.ATTACH_RESUME) if isinstance(flags, int) else 0


def _add_attachment(connection: Connection, attachment: Attachment) -> None:
    if (previous := connection.attachments.get(attachment.requested_name)) is not None:
        _remove_attachment(connection, previous)
    connection.attachments[attachment.requested_name] = attachment
    attachment.channel.subscribers.add(attachment)


def _remove_attachment(connection: Connection, attachment: Attachment) -> None:
    attachment.channel.subscribers.discard(attachment)
    connection.attachments.pop(attachment.requested_name, None)
