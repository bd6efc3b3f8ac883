"""The studio: what listens to live sessions and speaks in them for the service, over one connection."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import Future
from time import time
from typing import Any

from accounts import users
from config import settings
from datasets.description import Description
from db.tables import LiveSession
from realtime.ably_client import Adapter
from realtime.live import recordings, sessions, tokens
from realtime.live.recorder import Recorder, Tape
from realtime.live.recordings import Latest
from realtime.live.relay import Mirrors
from realtime.live.sessions import Found


class Studio:
    """For many threads."""

    def __init__(self, adapter: Adapter) -> None:
        self._adapter = adapter
        self._mirrors = Mirrors(self._adapter)
        self._recorder = Recorder(self._adapter, self._mirrors.hear)

    def record(self, found: Found) -> None:
        """Record a live session from now on, with what was missed."""
        own = found.live
        tape = Tape(own.id or 0, own.key, recordings.latest(own), own.cursor, _cipher(own))
        tape.turn(sessions.presenter(own))
        self._recorder.begin(tape)
        if rights := _presenting(found):
            self._recorder.source(own.key, rights)

    def enter(self, found: Found, seen: Description, presents: bool) -> None:
        """Somebody comes in who sees the dataset as described: listen to them, show them what others say."""
        own, rights = found.live, _presenting(found)
        if presents:
            self._recorder.source(own.key, seen.rights)
        latest = self.latest(own)
        shown = {"seq": latest.seq, "exploration": latest.state, "mark": latest.mark}
        last = shown | {"at": int(time() * 1000), "rights": rights}
        self._mirrors.begin(own.key, seen, last, _cipher(own))

    def keep(self, key: str, rights: Collection[str]) -> None:
        """Only with these rights there is somebody left in a live session."""
        self._mirrors.keep(key, rights)

    def tell(self, own: LiveSession, name: str, data: dict[str, Any]) -> Future[None]:
        """Say something to all who are in a live session."""
        return self._adapter.publish(tokens.control(own.key), name, data, _cipher(own))

    def offer(self, own: LiveSession, rights: str, data: dict[str, Any]) -> None:
        """Say what is for who presents, with these rights."""
        self._adapter.publish(tokens.channels(own.key, rights).brush, "offered", data, _cipher(own))

    def turn(self, own: LiveSession) -> None:
        """Somebody else presents from now on."""
        self._recorder.turn(own.key, sessions.presenter(own))

    def end(self, key: str) -> None:
        """Write the rest of a live session, and listen no longer."""
        self._recorder.end(key)

    def settle(self, key: str) -> None:
        """Wait until the rest of a live session that has ended is written."""
        self._recorder.settle(key)

    def records(self, key: str) -> bool:
        return self._recorder.records(key)

    def latest(self, own: LiveSession) -> Latest:
        """What was committed last."""
        return self._recorder.latest(own.key) or recordings.latest(own)

    def close(self) -> None:
        """Write what was heard, and leave."""
        self._recorder.stop()
        self._mirrors.stop()


def _presenting(found: Found) -> str:
    """The rights of who presents; none while they can't."""
    presenter = users.of_id(sessions.presenter(found.live))
    return (
        sessions.rights(presenter, found) if presenter and sessions.exists(presenter, found.live.key) else ""
    )


def _cipher(own: LiveSession) -> bytes | None:
    return bytes.fromhex(own.cipher) if settings().live_encryption == "on" else None
