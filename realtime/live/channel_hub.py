"""The channels of live sessions: recording, relaying and publishing, all over one connection."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import Future
from time import time
from typing import Any

from accounts import users
from config import get_settings
from datasets.description import Description
from db.tables import LiveSession
from realtime.ably_client import AblyClient
from realtime.live import recordings, sessions, tokens
from realtime.live.recorder import Recorder, RecordingBuffer
from realtime.live.recordings import LatestState
from realtime.live.relay import FilteredRelays
from realtime.live.sessions import LiveSessionInfo


class LiveChannelHub:
    """The service's part in the channels of live sessions. For many threads."""

    def __init__(self, client: AblyClient) -> None:
        self._client = client
        self._relays = FilteredRelays(self._client)
        self._recorder = Recorder(self._client, self._relays.relay_message)

    def start_recording(self, session: LiveSessionInfo) -> None:
        """Record a live session from now on, with what was missed."""
        live = session.live
        buffer = RecordingBuffer(
            live.id or 0, live.key, recordings.get_stored_state(live), live.cursor, _cipher_key(live)
        )
        buffer.add_presenter_change(sessions.get_presenter_id(live))
        self._recorder.start_recording(buffer)
        if rights := _presenter_rights(session):
            self._recorder.add_source(live.key, rights)

    def add_participant(self, session: LiveSessionInfo, description: Description, presents: bool) -> None:
        """Serve a person who joins and sees the dataset as described: relay, and listen if they present."""
        live, rights = session.live, _presenter_rights(session)
        if presents:
            self._recorder.add_source(live.key, description.rights)
        latest = self.get_latest_state(live)
        state = {"seq": latest.seq, "exploration": latest.state, "mark": latest.mark}
        message = state | {"at": int(time() * 1000), "rights": rights}
        self._relays.start_relay(live.key, description, message, _cipher_key(live))

    def retain_rights(self, key: str, rights: Collection[str]) -> None:
        """Stop relaying for rights that nobody in the live session has any longer."""
        self._relays.retain_rights(key, rights)

    def publish_message(self, live: LiveSession, name: str, data: dict[str, Any]) -> Future[None]:
        """Publish a message to everyone in the live session."""
        return self._client.publish(tokens.control_channel(live.key), name, data, _cipher_key(live))

    def publish_offer(self, live: LiveSession, rights: str, data: dict[str, Any]) -> None:
        """Publish an offer to the presenter, who has these rights."""
        self._client.publish(
            tokens.get_channel_names(live.key, rights).brush, "offered", data, _cipher_key(live)
        )

    def set_presenter(self, live: LiveSession) -> None:
        """Accept messages from the new presenter from now on."""
        self._recorder.set_presenter(live.key, sessions.get_presenter_id(live))

    def end_recording(self, key: str) -> None:
        """Write the rest of the recording, and stop listening."""
        self._recorder.end_recording(key)

    def wait_flushed(self, key: str) -> None:
        """Wait until the recording of a live session that has ended is complete."""
        self._recorder.wait_flushed(key)

    def is_recording(self, key: str) -> bool:
        """Return whether a live session is being recorded."""
        return self._recorder.is_recording(key)

    def get_latest_state(self, live: LiveSession) -> LatestState:
        """Return the state that was committed last."""
        return self._recorder.get_latest_state(live.key) or recordings.get_stored_state(live)

    def close(self) -> None:
        """Write what was received, and stop."""
        self._recorder.stop()
        self._relays.stop()


def _presenter_rights(session: LiveSessionInfo) -> str:
    """Return the key of the presenter's rights; "" while they can't see the session."""
    presenter = users.find_by_id(sessions.get_presenter_id(session.live))
    return (
        sessions.get_rights_key(presenter, session)
        if presenter and sessions.can_see_session(presenter, session.live.key)
        else ""
    )


def _cipher_key(live: LiveSession) -> bytes | None:
    return bytes.fromhex(live.cipher) if get_settings().live_encryption == "on" else None
