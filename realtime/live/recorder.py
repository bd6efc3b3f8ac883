"""The recorder: listens to every live session that runs, keeps its last state, and writes down what is said.

No commit is lost: after an outage, of the broker or of the service, what a channel remembers is fetched.
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

from realtime.ably_client import Adapter
from realtime.channel_messages import Ear, Message
from realtime.live import recordings
from realtime.live.messages import State, understood
from realtime.live.recordings import Batch, Latest
from realtime.live.tokens import SERVER, channels

STATE = "state"
PERIOD = 1.0
"""Seconds between two writes."""

log = structlog.get_logger(__name__)


@dataclass
class Tape:
    """What is recorded of one live session: what was committed last, and how far it is written.

    ``heard`` is not written yet; ``gap``: there may be more that was not heard. ``turns`` are (moment in ms,
    number of who presents from then on); what was published before the first was let in by its token alone.
    ``sources`` are the rights that presenters have had, whose channels it listens to. ``written`` is set when
    all of it is.
    """

    live_id: int
    key: str
    latest: Latest
    cursor: str
    cipher: bytes | None = None
    heard: list[Message] = field(default_factory=list)
    gap: bool = False
    last: bool = False
    turns: list[tuple[int, int]] = field(default_factory=list)
    sources: set[str] = field(default_factory=set)
    written: Event = field(default_factory=Event)

    def turn(self, presenter: int) -> None:
        self.turns.append((int(time() * 1000), presenter))

    def hear(self, message: Message) -> Message | None:
        """Take in a state or what moves, and give it in full; None if it does not count.

        The newest state counts at once.
        """
        said = understood(message.name, message.data)
        if said is None or not self._presents(message):
            return None
        if isinstance(said, State) and not self._counts(message, said):
            return None
        full = replace(message, data=said.model_dump(mode="json"))
        self.heard.append(full)
        if isinstance(said, State) and said.seq >= self.latest.seq:
            self.latest = Latest(full.data["exploration"], said.seq, said.mark)
        return full

    def miss(self) -> None:
        self.gap = True

    def _counts(self, message: Message, said: State) -> bool:
        """Whether a state is news, and of the version that is presented."""
        state = self.latest.state
        own = (state["dataset"], state["version"])
        return message.serial > self.cursor and (said.exploration.dataset, said.exploration.version) == own

    def _presents(self, message: Message) -> bool:
        """Whether its sender presents, or did when it was published."""
        sender = message.client_id.partition(" ")[0]
        if sender == SERVER:
            return False
        before = [presenter for moment, presenter in self.turns if moment <= message.at]
        return not before or sender in (str(before[-1]), str(self.turns[-1][1]))


Heard = Callable[[str, str, Message], None]
"""Told of each message that counts: the key of its live session, the rights of its channel, and itself."""


class Recorder:
    """Runs in the adapter's loop, where it calls ``heard``. For many threads."""

    def __init__(self, adapter: Adapter, heard: Heard, period: float = PERIOD) -> None:
        self._adapter, self._heard, self._period = adapter, heard, period
        self._tapes: dict[str, Tape] = {}
        self._writing: Future[None] | None = None

    def begin(self, tape: Tape) -> None:
        """Record a live session from now on, with what was missed since its tape was written."""
        if tape.key in self._tapes:
            return
        self._tapes[tape.key] = tape
        if self._writing is None:
            self._writing = self._adapter.run(self._write_all())

    def source(self, key: str, rights: str) -> None:
        """Somebody with these rights on the dataset presents a live session."""
        tape = self._tapes.get(key)
        if tape is None or rights in tape.sources:
            return
        tape.sources.add(rights)
        names, hear = channels(key, rights), partial(self._hear, tape, rights)
        self._adapter.listen(names.state, Ear(hear, tape.miss, tape.cipher))
        self._adapter.listen(names.brush, Ear(hear, lambda: None, tape.cipher))

    def turn(self, key: str, presenter: int) -> None:
        """Somebody else presents from now on."""
        if (tape := self._tapes.get(key)) is not None:
            tape.turn(presenter)

    def end(self, key: str) -> None:
        """Write the rest of a live session, and listen no longer."""
        if (tape := self._tapes.get(key)) is not None:
            tape.last = True

    def settle(self, key: str) -> None:
        """Wait until the rest of a live session that has ended is written; two periods at most."""
        tape = self._tapes.get(key)
        if tape is not None and tape.last:
            tape.written.wait(2 * self._period)

    def records(self, key: str) -> bool:
        """Whether it listens to a live session, and was not told to end."""
        tape = self._tapes.get(key)
        return tape is not None and not tape.last

    def latest(self, key: str) -> Latest | None:
        """What was committed last in a live session that is recorded."""
        tape = self._tapes.get(key)
        return tape.latest if tape else None

    def stop(self) -> None:
        """Write what was heard; nothing is recorded any longer."""
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None
            self._adapter.run(self._write()).result()

    def _hear(self, tape: Tape, rights: str, message: Message) -> None:
        if (full := tape.hear(message)) is not None:
            self._heard(tape.key, rights, full)

    async def _write_all(self) -> None:
        while True:
            await asyncio.sleep(self._period)
            await self._write()

    async def _write(self) -> None:
        """Write what was heard since the last time; what can't be written now waits for the next."""
        tapes = list(self._tapes.values())
        for tape in tapes:
            await self._fill(tape)
        batches = {tape.key: batch for tape in tapes if (batch := _batch(tape)) is not None}
        taken = {tape.key: len(tape.heard) for tape in tapes}
        try:
            if batches:
                await asyncio.to_thread(recordings.write, list(batches.values()))
        except sa.exc.SQLAlchemyError as error:
            log.warning("live sessions could not be recorded yet", reason=type(error).__name__)
            return
        for tape in tapes:
            del tape.heard[: taken[tape.key]]
            if tape.key in batches:
                tape.cursor = batches[tape.key].cursor
            if tape.last and not tape.heard:
                self._let_go(tape)

    async def _fill(self, tape: Tape) -> None:
        """Fetch what was missed, and put it among what was heard."""
        if not tape.gap:
            return
        tape.gap = False
        for rights in tuple(tape.sources):
            try:
                missed = await self._adapter.since(channels(tape.key, rights).state, tape.cursor)
            except ConnectionError as error:
                tape.gap = True
                log.info("what was missed of a live session can't be fetched yet", reason=str(error))
                return
            known = {message.serial for message in tape.heard}
            for message in missed:
                if message.serial not in known:
                    self._hear(tape, rights, message)

    def _let_go(self, tape: Tape) -> None:
        for rights in tape.sources:
            names = channels(tape.key, rights)
            for name in (names.state, names.brush):
                self._adapter.ignore(name)
        del self._tapes[tape.key]
        tape.written.set()


def _batch(tape: Tape) -> Batch | None:
    """What is to be written, by time; None if that is nothing."""
    if not tape.heard:
        return None
    by_time = sorted(tape.heard, key=lambda message: message.at)
    lines = [[message.at, message.name, message.data] for message in by_time]
    cursor = max([tape.cursor, *(message.serial for message in tape.heard if message.name == STATE)])
    return Batch(tape.live_id, lines, tape.latest, cursor)
