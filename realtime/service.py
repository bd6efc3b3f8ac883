"""Everything live in this process: a broker or Ably's cloud, stage, studio, watch; each when needed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import Future, wait
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from threading import RLock
from typing import TYPE_CHECKING, Any

from starlette.types import ASGIApp

from accounts import api_tokens, sessions, users
from accounts.principals import Kind, Principal
from config import settings
from datasets.access.gateway import Door
from datasets.description import Description
from datasets.exploration import Exploration
from datasets.explorations.visible_part import fitted
from db.tables import LiveSession
from realtime.broker.auth import ALL
from realtime.feeds import actions, queries
from realtime.feeds.supervisor import Feeds
from realtime.issued_tokens import Grant, Grants
from realtime.live import recordings, tokens
from realtime.live import sessions as live_sessions
from realtime.live.actions import Stage
from realtime.live.recordings import Latest
from realtime.live.sessions import Found, UnknownLiveError
from realtime.rights_watcher import Watch

if TYPE_CHECKING:
    from realtime.ably_client import Adapter
    from realtime.embedded_broker import Mounted
    from realtime.live.channel_hub import Studio

PATIENCE = 1.0
"""Seconds that rights which are lost wait for what is being told."""
CLOUD = "main"
"""What Ably's SDKs call its cloud."""
DELIVERIES = 5000
"""Messages a second that the embedded broker is asked to send to all members of a live session together."""


@dataclass(frozen=True)
class Standing:
    """Whether the service is ``connected``: None while nothing was live yet.

    ``sockets`` are open at the broker of this service; None: messages go through Ably's cloud.
    """

    connected: bool | None
    sockets: int | None


class Realtime:
    """Is an ``Audience``. Before and after it is ``running`` nobody can listen, so nobody is told."""

    def __init__(self, mounted: Mounted | None, door: Door) -> None:
        self._mounted, self._door = mounted, door
        self._beginning = RLock()
        self._speaks: Adapter | None = None
        self._begun: Studio | None = None
        self._runs = False
        self._told: Future[None] = Future()
        self._told.set_result(None)
        self._grants = Grants()
        self._watch = Watch(self._look)
        self.stage = Stage(self)
        self.feeds = Feeds(self._adapter)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve live sessions until the end of the block; those that a former process has left go on."""
        async with _within(self._mounted):
            if self._mounted:  # nobody watches the tokens that a former process gave out
                await asyncio.to_thread(self._mounted.revoke, [ALL])
            self._runs = True
            going_on = asyncio.create_task(asyncio.to_thread(self._go_on))
            self.feeds.begin()
            try:
                yield
            finally:
                await going_on
                self._runs = False
                await asyncio.to_thread(self.feeds.stop)
                await asyncio.to_thread(self.stop)

    @property
    def standing(self) -> Standing:
        """How it is now."""
        connected = None if self._speaks is None else self._speaks.connected
        return Standing(connected, self._mounted.sockets if self._mounted else None)

    def beside(self, other: ASGIApp) -> ASGIApp:
        """One application: what is for the broker, if it is ours, and everything else."""
        return self._mounted.beside(other) if self._mounted else other

    def admit(self, person: Principal, key: str) -> dict[str, Any]:
        """A token for a person's browser, as whom it speaks, and where.

        Raises:
            UnknownLiveError, OverError: they can't be in this live session.
        """
        found = self.stage.join(person, key)
        seen, presents = self._seen(person, found), tokens.publishes(person, found.live)
        place = self.place(person, found, seen.rights)
        token = tokens.of_member(person, found.live, seen.rights, place["channels"]["grown"])
        self._give(Grant(person, key, seen.rights, presents))
        if self._runs:
            self._studio().enter(found, seen, presents)
        return {"token": token, "clientId": tokens.client_id(person), "realtime": place}

    def publish(self, person: Principal, key: str) -> dict[str, Any]:
        """A token with which a person, or a program of theirs, publishes to a feed; as whom, and where.

        Raises:
            UnknownFeedError: they manage no such feed.
        """
        actions.find(person, key)
        return self._told_of(person, tokens.feed(key), tokens.of_publisher(person, key))

    def watch_growth(self, person: Principal, slug: str) -> dict[str, Any] | None:
        """A token with which a person's page hears that a dataset grows; None if that would tell too much.

        Who sees some of the rows must not learn that others came.

        Raises:
            UnknownDatasetError: it does not exist for them.
        """
        channel = _grown(person, slug)
        return self._told_of(person, channel, tokens.of_reader(person, slug)) if channel else None

    def _told_of(self, person: Principal, channel: str, token: str) -> dict[str, Any]:
        self._give(Grant(person, channel))
        endpoint = None if self._mounted else CLOUD
        return {
            "token": token,
            "clientId": tokens.client_id(person),
            "channel": channel,
            "endpoint": endpoint,
        }

    def _give(self, grant: Grant) -> None:
        """Watch a token that has been made; at once if it says more than is true by now."""
        self._watch.begin()
        self._grants.add(grant)
        if not _holds(grant):
            self._watch.soon(grant.key)

    def place(self, person: Principal, found: Found, rights: str) -> dict[str, Any]:
        """Where the browser of who has these rights connects (None: to us), to which channels, its pace.

        ``cipher`` is the key that it encrypts with (None: it doesn't); ``grown`` a channel that is as it is.
        """
        encrypted, own = settings().live_encryption == "on", found.live
        channels = asdict(tokens.channels(own.key, rights)) | {"grown": _grown(person, found.dataset)}
        return {
            "endpoint": None if self._mounted else CLOUD,
            "cipher": own.cipher if encrypted else None,
            "deliveries": DELIVERIES if self._mounted else settings().live_deliveries,
            "channels": channels,
        }

    def outline(self, person: Principal, found: Found, description: Description) -> dict[str, Any]:
        """All that a page is told of a live session: its last state, as far as they see that."""
        latest = self.latest(found.live)
        fitting, _ = fitted(latest.state, description)
        rest = {"state": fitting, "seq": latest.seq, "mark": latest.mark}
        return found.told(person) | rest | {"realtime": self.place(person, found, description.rights)}

    def latest(self, own: LiveSession) -> Latest:
        """What was committed last."""
        return self._begun.latest(own) if self._begun else recordings.latest(own)

    def settle(self, key: str) -> None:
        """Wait until all of a live session that has ended is recorded, about a second at most."""
        if self._begun:
            self._begun.settle(key)

    def began(self, key: str) -> None:
        if self._runs:
            self._studio().record(live_sessions.of(key))

    def tell(self, key: str, name: str, data: dict[str, Any]) -> None:
        if self._runs:
            self._told = self._studio().tell(live_sessions.of(key).live, name, data)

    def offer(self, by: Principal, key: str, exploration: Exploration) -> None:
        found = live_sessions.of(key)
        presenter = users.of_id(live_sessions.presenter(found.live))
        if not self._runs or presenter is None:
            return
        seen = self._seen(presenter, found)
        fitting, _ = fitted(exploration.model_dump(mode="json"), seen)
        data = {"id": by.id, "name": by.name, "exploration": fitting.model_dump(mode="json")}
        self._studio().offer(found.live, seen.rights, data)

    def changed(self, key: str) -> None:
        found = live_sessions.of(key)
        if self._begun:
            self._begun.turn(found.live)
        self.tell(key, "roles", found.roles())
        self._look_soon(key)

    def over(self, key: str) -> None:
        self.tell(key, "ended", {})
        if self._begun:
            self._begun.end(key)
        self._look_soon(key)

    def _look_soon(self, key: str) -> None:
        if self._runs:
            self._watch.soon(key)

    def _go_on(self) -> None:
        """Record what a former process has begun."""
        for found in live_sessions.running():
            self.began(found.live.key)

    def _seen(self, person: Principal, found: Found) -> Description:
        return self._door.open(person, found.dataset, found.live.version).description

    def _studio(self) -> Studio:
        from realtime.live.channel_hub import Studio  # noqa: PLC0415

        with self._beginning:
            if self._begun is None:
                self._begun = Studio(self._adapter())
            return self._begun

    def _adapter(self) -> Adapter:
        from realtime.ably_client import Adapter  # noqa: PLC0415  (with Ably's SDK, which no start waits for)

        with self._beginning:
            if self._speaks is None:
                self._speaks = Adapter(self._mounted.address if self._mounted else lambda: "")
            return self._speaks

    def stop(self) -> None:
        """End the connection to Ably and the watch, where they have begun; both may begin again."""
        self._watch.stop()
        with self._beginning:
            begun, speaks, self._begun, self._speaks = self._begun, self._speaks, None, None
        if begun is not None:
            begun.close()
        if speaks is not None:
            speaks.close()
        self._grants.clear()

    def _look(self, key: str | None) -> None:
        """End the tokens that say more than is true by now, and see that somebody presents."""
        grants = self._grants.good(key)
        for each in {grant.key for grant in grants if ":" not in grant.key}:
            self.stage.relieve(each)
            self._notice(each)
        wait([self._told], timeout=PATIENCE)  # who is cut off has heard why
        lost = [grant for grant in grants if not _holds(grant)]
        self._grants.remove(lost)
        if self._begun:
            for each in {grant.key for grant in grants}:
                self._begun.keep(each, {grant.rights for grant in self._grants.good(each)})
        if lost and self._mounted:
            self._mounted.revoke({f"revocationKey:{grant.person.key}" for grant in lost})

    def _notice(self, key: str) -> None:
        """Tell what has ended otherwise than by the stage: its owner has left."""
        with suppress(UnknownLiveError):
            if self._begun and self._begun.records(key) and live_sessions.of(key).live.ended is not None:
                self.over(key)


@asynccontextmanager
async def _within(mounted: Mounted | None) -> AsyncIterator[None]:
    if mounted is None:
        yield
        return
    async with mounted.running():
        yield


def _grown(person: Principal, slug: str) -> str | None:
    """The channel on which they may hear that a dataset grows; raises what ``watch_growth`` does."""
    return tokens.grown(slug) if actions.sees_all_rows(person, slug) and queries.feeds(slug) else None


def _holds(grant: Grant) -> bool:
    """Whether somebody may still do what their token says."""
    again = api_tokens.of_id if grant.person.kind is Kind.PROGRAM else sessions.of_id
    person = again(grant.person.key)
    if person is None:
        return False
    if ":" in grant.key:
        return actions.may_use(person, grant.key)
    if not live_sessions.exists(person, grant.key):
        return False
    found = live_sessions.of(grant.key)
    if found.live.ended is not None or live_sessions.rights(person, found) != grant.rights:
        return False
    return not grant.publishes or tokens.publishes(person, found.live)
