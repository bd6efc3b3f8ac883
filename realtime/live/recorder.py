"""The recorder: listens to every running live session, keeps its last state, and writes its recording.

No commit is lost: after an outage of the broker or of the service, the recorder fetches what it missed from
the history of the channel.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import partial
from threading import Event
from time import time

import sqlalchemy as sa
import structlog

from realtime.ably_client import AblyClient
from realtime.channel_messages import ChannelListener, ChannelMessage
from realtime.live import recordings
from realtime.live.messages import StateMessage, parse_message
from realtime.live.recordings import LatestState, RecordingBatch
from realtime.live.tokens import SERVER_CLIENT_ID, get_channel_names

STATE_MESSAGE = "state"
"""The name of messages with a state."""
WRITE_INTERVAL = 1.0
"""The seconds between two writes."""

log = structlog.get_logger(__name__)


@dataclass
class RecordingBuffer:
    """What was received of one live session: the state that was committed last, and what is not written yet.

    ``pending`` is not written yet; ``has_gap``: messages may be missing before it. ``presenter_changes`` are
    moments (ms) with the number of the person who presents from then on; what was published before the first
    was accepted for its token alone. ``source_rights`` are the rights that presenters have had: the recorder
    listens to their channels. ``flushed`` is set when everything is written.
    """

    live_id: int
    key: str
    latest: LatestState
    cursor: str
    cipher: bytes | None = None
    pending: list[ChannelMessage] = field(default_factory=list)
    has_gap: bool = False
    is_ending: bool = False
    presenter_changes: list[tuple[int, int]] = field(default_factory=list)
    source_rights: set[str] = field(default_factory=set)
    flushed: Event = field(default_factory=Event)

    def add_presenter_change(self, presenter: int) -> None:
        self.presenter_changes.append((int(time() * 1000), presenter))

    def accept_message(self, message: ChannelMessage) -> ChannelMessage | None:
        """Take in a state or a movement, and return it with all its fields; None if it doesn't count.

        The newest state counts at once.
        """
        parsed = None if message.problem else parse_message(message.name, message.data)
        if parsed is None or not self._is_from_presenter(message):
            return None
        if isinstance(parsed, StateMessage) and not self._is_new_state(message, parsed):
            return None
        full = replace(message, data=parsed.model_dump(mode="json"))
        self.pending.append(full)
        if isinstance(parsed, StateMessage) and parsed.seq >= self.latest.seq:
            self.latest = LatestState(full.data["exploration"], parsed.seq, parsed.mark)
        return full

    def mark_gap(self) -> None:
        self.has_gap = True

    def _is_new_state(self, message: ChannelMessage, parsed: StateMessage) -> bool:
        """Return whether a state was not recorded yet, and belongs to the version that is presented."""
        state = self.latest.state
        version = (state["dataset"], state["version"])
        return (
            message.serial > self.cursor
            and (parsed.exploration.dataset, parsed.exploration.version) == version
        )

    def _is_from_presenter(self, message: ChannelMessage) -> bool:
        """Return whether the sender presents now, or presented when the message was published.

        Messages from a previous presenter count too, because they may arrive after the change.
        """
        sender = message.client_id.partition(" ")[0]
        if sender == SERVER_CLIENT_ID:
            return False
        earlier = [
            presenter for moment, presenter in self.presenter_changes if moment <= message.published_at
        ]
        return not earlier or sender in (str(earlier[-1]), str(self.presenter_changes[-1][1]))


MessageCallback = Callable[[str, str, ChannelMessage], None]
"""Called with the key of the live session, the rights of the channel, and the message that counts."""


class Recorder:
    """Runs in the client's event loop, where it calls ``on_accepted``. For many threads."""

    def __init__(
        self, client: AblyClient, on_accepted: MessageCallback, period: float = WRITE_INTERVAL
    ) -> None:
        self._client, self._on_accepted, self._period = client, on_accepted, period
        self._buffers: dict[str, RecordingBuffer] = {}
        self._flush_task: Future[None] | None = None

    def start_recording(self, buffer: RecordingBuffer) -> None:
        """Record a live session from now on, with what was missed since its buffer was written."""
        if buffer.key in self._buffers:
            return
        self._buffers[buffer.key] = buffer
        if self._flush_task is None:
            self._flush_task = self._client.run_coroutine(self._flush_periodically())

    def add_source(self, key: str, rights: str) -> None:
        """Listen to a presenter with these rights on the dataset."""
        buffer = self._buffers.get(key)
        if buffer is None or rights in buffer.source_rights:
            return
        buffer.source_rights.add(rights)
        names, on_message = get_channel_names(key, rights), partial(self._on_message, buffer, rights)
        self._client.subscribe(names.state, ChannelListener(on_message, buffer.mark_gap, buffer.cipher))
        self._client.subscribe(names.brush, ChannelListener(on_message, lambda: None, buffer.cipher))

    def set_presenter(self, key: str, presenter: int) -> None:
        """Accept messages from a new presenter from now on."""
        if (buffer := self._buffers.get(key)) is not None:
            buffer.add_presenter_change(presenter)

    def end_recording(self, key: str) -> None:
        """Write the rest of the recording, and stop listening."""
        if (buffer := self._buffers.get(key)) is not None:
            buffer.is_ending = True

    def wait_flushed(self, key: str) -> None:
        """Wait until the recording of a live session that has ended is complete; two periods at most."""
        buffer = self._buffers.get(key)
        if buffer is not None and buffer.is_ending:
            buffer.flushed.wait(2 * self._period)

    def is_recording(self, key: str) -> bool:
        """Return whether a live session is being recorded and not about to end."""
        buffer = self._buffers.get(key)
        return buffer is not None and not buffer.is_ending

    def get_latest_state(self, key: str) -> LatestState | None:
        """Return the state that was committed last in a live session that is being recorded."""
        buffer = self._buffers.get(key)
        return buffer.latest if buffer else None

    def stop(self) -> None:
        """Write what was received, and record nothing more."""
        if self._flush_task is not None:
            self._flush_task.cancel()
            self._flush_task = None
            self._client.run_coroutine(self._flush()).result()

    def _on_message(self, buffer: RecordingBuffer, rights: str, message: ChannelMessage) -> None:
        if (full := buffer.accept_message(message)) is not None:
            self._on_accepted(buffer.key, rights, full)

    async def _flush_periodically(self) -> None:
        while True:
            await asyncio.sleep(self._period)
            await self._flush()

    async def _flush(self) -> None:
        """Write what was received since the last time; what can't be written now waits for the next time."""
        buffers = list(self._buffers.values())
        for buffer in buffers:
            await self._fetch_missed(buffer)
        batches = {buffer.key: batch for buffer in buffers if (batch := _make_batch(buffer)) is not None}
        counts = {buffer.key: len(buffer.pending) for buffer in buffers}
        try:
            if batches:
                await asyncio.to_thread(recordings.write_batches, list(batches.values()))
        except sa.exc.SQLAlchemyError as error:
            log.warning("live sessions could not be recorded; trying again", reason=type(error).__name__)
            return
        for buffer in buffers:
            del buffer.pending[: counts[buffer.key]]
            if buffer.key in batches:
                buffer.cursor = batches[buffer.key].cursor
            if buffer.is_ending and not buffer.pending:
                self._release(buffer)

    async def _fetch_missed(self, buffer: RecordingBuffer) -> None:
        """Fetch missed messages from the history, and add them to what was received."""
        if not buffer.has_gap:
            return
        buffer.has_gap = False  # before fetching: a gap that is found meanwhile must not be forgotten
        for rights in tuple(buffer.source_rights):
            try:
                missed = await self._client.fetch_since(
                    get_channel_names(buffer.key, rights).state, buffer.cursor
                )
            except ConnectionError as error:
                buffer.has_gap = True
                log.info("missed messages of a live session can't be fetched yet", reason=str(error))
                return
            known = {message.serial for message in buffer.pending}
            for message in missed:
                if message.serial not in known:
                    self._on_message(buffer, rights, message)

    def _release(self, buffer: RecordingBuffer) -> None:
        for rights in buffer.source_rights:
            names = get_channel_names(buffer.key, rights)
            for name in (names.state, names.brush):
                self._client.unsubscribe(name)
        del self._buffers[buffer.key]
        buffer.flushed.set()


def _make_batch(buffer: RecordingBuffer) -> RecordingBatch | None:
    """Return what is to be written, ordered by time; None if there is nothing."""
    if not buffer.pending:
        return None
    by_time = sorted(buffer.pending, key=lambda message: message.published_at)
    lines = [[message.published_at, message.name, message.data] for message in by_time]
    cursor = max(
        [buffer.cursor, *(message.serial for message in buffer.pending if message.name == STATE_MESSAGE)]
    )
    return RecordingBatch(buffer.live_id, lines, buffer.latest, cursor)
