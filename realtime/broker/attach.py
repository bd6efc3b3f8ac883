"""Following a channel: ATTACH, DETACH, and what a new token changes about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtime.broker import attachments, channel_names, disconnect, replay
from realtime.broker.attachments import Attachment
from realtime.broker.errors import BrokerError
from realtime.broker.frames import Frame
from realtime.broker.message_codec import Item
from realtime.broker.protocol import MODES, Action, Flag
from realtime.broker.replay import Backlog

if TYPE_CHECKING:
    from realtime.broker.session import Session

PAGE = 100
"""Members in a frame of SYNC."""


async def attach(session: Session, frame: Frame) -> None:
    """Follow from now on; say so first, then what came before, then what came meanwhile."""
    asked, params = _asked(frame)
    modes = attachments.modes(asked, params, _flags(frame), session.access.capability)
    connection, given = session.connection, frame["channel"]
    before = connection.attachments.get(given)
    if before is None and len(connection.attachments) >= session.hub.options.channels:
        raise BrokerError(90010, f"a connection follows {session.hub.options.channels} channels at most")
    attachment = Attachment(connection, session.hub.channels.get(asked.own), given, modes)
    _replace(attachment)
    until, present = attachment.channel.serial, attachment.channel.members.everybody()
    try:
        missed = Backlog(resumed=True) if before else await _missed(session, frame, attachment, params)
    except BrokerError:
        _remove(attachment)
        raise
    if connection.attachments.get(given) is attachment:
        _tell(session, attachment, params, missed, until, present)


def _tell(  # noqa: PLR0913, PLR0917  (all that ATTACHED says)
    session: Session,
    attachment: Attachment,
    params: dict[str, str],
    missed: Backlog,
    until: str,
    present: list[Item],
) -> None:
    present = present if Flag.PRESENCE_SUBSCRIBE in attachment.modes else []
    frames = missed.frames if Flag.SUBSCRIBE in attachment.modes else []
    flags = attachment.modes | (Flag.HAS_PRESENCE if present else Flag(0))
    flags |= (Flag.HAS_BACKLOG if frames else Flag(0)) | (Flag.RESUMED if missed.resumed else Flag(0))
    about = {"channel": attachment.given, "channelSerial": until}
    known = {name: value for name, value in params.items() if name in attachments.PARAMS}
    told: dict[str, Any] = {"action": int(Action.ATTACHED), **about, "flags": int(flags), "params": known}
    session.socket.send(told | ({"error": missed.error.told()} if missed.error else {}))
    for each in frames:
        session.socket.send(each | {"channel": attachment.given})
    for page in range(0, len(present), PAGE):
        cursor = page + PAGE if page + PAGE < len(present) else ""
        sync = {"action": int(Action.SYNC), "channel": attachment.given, "channelSerial": f"{until}:{cursor}"}
        session.socket.send(sync | {"presence": present[page : page + PAGE]})
    attachment.release()
    disconnect.back(session.hub, session.connection, attachment.channel)


async def detach(session: Session, frame: Frame) -> None:
    """Follow no longer; its members leave."""
    given = frame.get("channel")
    channel_names.read(given)
    attachment = session.connection.attachments.get(str(given))
    if attachment is not None:
        _remove(attachment)
        disconnect.members(session.hub, session.connection, attachment.channel)
    session.socket.send({"action": int(Action.DETACHED), "channel": given})


def recheck(session: Session) -> None:
    """Leave the channels that the present token does not allow."""
    for given, attachment in list(session.connection.attachments.items()):
        try:
            name = channel_names.read(given)
            flags = int(attachment.modes)
            attachment.modes = attachments.modes(name, {}, flags, session.access.capability)
        except BrokerError as error:
            _remove(attachment)
            disconnect.members(session.hub, session.connection, attachment.channel)
            session.socket.send({"action": int(Action.ERROR), "channel": given, "error": error.told()})


async def _missed(session: Session, frame: Frame, to: Attachment, params: dict[str, str]) -> Backlog:
    since, channel = frame.get("channelSerial"), to.channel
    if since:
        return await replay.missed(session.hub, channel.name, str(since), channel.serial)
    if "rewind" in params and not _flags(frame) & Flag.ATTACH_RESUME:
        return await replay.rewound(session.hub, channel.name, params["rewind"], channel.serial)
    return Backlog()


def _asked(frame: Frame) -> tuple[channel_names.ChannelName, dict[str, str]]:
    asked, params = channel_names.read(frame.get("channel")), frame.get("params") or {}
    if not isinstance(params, dict):
        raise BrokerError(40000, "the params of a channel are a map")
    return asked, asked.params | {str(name): str(value) for name, value in params.items()}


def _flags(frame: Frame) -> int:
    flags = frame.get("flags") or 0
    return flags & (MODES | Flag.ATTACH_RESUME) if isinstance(flags, int) else 0


def _replace(attachment: Attachment) -> None:
    attached = attachment.connection.attachments
    if attachment.given in attached:
        _remove(attached[attachment.given])
    attached[attachment.given] = attachment
    attachment.channel.attachments.add(attachment)


def _remove(attachment: Attachment) -> None:
    attachment.channel.attachments.discard(attachment)
    attachment.connection.attachments.pop(attachment.given, None)
