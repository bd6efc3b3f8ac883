"""The handlers of a client's frames, by their actions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from realtime.broker import attach, disconnect, publishing
from realtime.broker.errors import BrokerError
from realtime.broker.frames import Frame, decode_frame
from realtime.broker.protocol import ProtocolAction
from realtime.broker.session import ClientSession

FrameHandler = Callable[[ClientSession, Frame], Awaitable[None]]


async def handle_frame(session: ClientSession, raw: str | bytes) -> None:
    """Answer a frame; a malformed one ends the session."""
    if not session.rate_limit.try_take():
        session.end_with_error(BrokerError(42921, "too many frames per second"))
        return
    try:
        frame = decode_frame(raw)
    except BrokerError as error:
        session.end_with_error(error)
        return
    handler = FRAME_HANDLERS.get(frame["action"], _ignore_frame)  # newer clients may know more actions
    try:
        await handler(session, frame)
    except BrokerError as error:
        _send_error(session, frame, error)


def _send_error(session: ClientSession, frame: Frame, error: BrokerError) -> None:
    """Send an error: one about a channel fails only that channel, any other ends the session."""
    channel = frame.get("channel")
    if isinstance(channel, str) and frame["action"] != ProtocolAction.AUTH:
        session.socket.send_frame(
            {"action": int(ProtocolAction.ERROR), "channel": channel, "error": error.to_json()}
        )
    else:
        session.end_with_error(error)


async def _ignore_frame(_session: ClientSession, _frame: Frame) -> None:
    pass


async def _answer_heartbeat(session: ClientSession, frame: Frame) -> None:
    id_ = frame.get("id")
    session.socket.send_frame(
        {"action": int(ProtocolAction.HEARTBEAT)} | ({"id": id_} if isinstance(id_, str) else {})
    )


async def _renew_access(session: ClientSession, frame: Frame) -> None:
    """Continue with a new token, and detach the channels that it doesn't allow."""
    details = frame.get("auth")
    token = details.get("accessToken") if isinstance(details, dict) else None
    session.connection.access = session.hub.auth.renew_access(token, session.access)
    session.connection.is_renewal_requested = False
    session.send_connected()
    attach.recheck_attachments(session)


async def _close_session(session: ClientSession, _frame: Frame) -> None:
    session.socket.send_frame({"action": int(ProtocolAction.CLOSED)})
    session.socket.close()
    disconnect.close_connection(session.hub, session.connection)


FRAME_HANDLERS: dict[int, FrameHandler] = {
    ProtocolAction.HEARTBEAT: _answer_heartbeat,
    ProtocolAction.ATTACH: attach.attach_channel,
    ProtocolAction.DETACH: attach.detach_channel,
    ProtocolAction.MESSAGE: publishing.publish_messages,
    ProtocolAction.PRESENCE: publishing.publish_presence,
    ProtocolAction.AUTH: _renew_access,
    ProtocolAction.CLOSE: _close_session,
}
