"""The realtime service of this process: broker, client, live sessions and feeds, each started when needed."""

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
from accounts.principals import Principal, PrincipalKind
from config import get_settings
from datasets.access.gateway import DatasetGateway
from datasets.description import Description
from datasets.exploration import Exploration
from datasets.explorations.visible_part import restrict_to_visible
from db.tables import LiveSession
from realtime.broker.auth import ALL_TOKENS
from realtime.feeds import actions, queries
from realtime.feeds.supervisor import FeedSupervisor
from realtime.issued_tokens import IssuedToken, IssuedTokens
from realtime.live import recordings, tokens
from realtime.live import sessions as live_sessions
from realtime.live.actions import LiveSessionActions
from realtime.live.recordings import LatestState
from realtime.live.sessions import LiveSessionInfo, UnknownLiveSessionError
from realtime.rights_watcher import RightsWatcher

if TYPE_CHECKING:
    from realtime.ably_client import AblyClient
    from realtime.embedded_broker import EmbeddedBroker
    from realtime.live.channel_hub import LiveChannelHub

PUBLISH_TIMEOUT = 1.0
"""The seconds for which revoking a token waits for messages that are being published."""
CLOUD_ENDPOINT = "main"
"""The endpoint name of Ably's cloud in Ably's SDKs."""
BROKER_DELIVERY_RATE = 5000
"""The messages per second that the embedded broker sends at most to all members of a session together."""


@dataclass(frozen=True)
class RealtimeStatus:
    """Whether the client ``is_connected`` (None while nothing has used it), and how many sockets are open.

    ``socket_count`` is None if messages go through Ably's cloud.
    """

    is_connected: bool | None
    socket_count: int | None


class Realtime:
    """The realtime service, which implements ``LiveEvents``.

    Outside its ``lifespan`` nobody can listen, so nothing is published. For many threads.
    """

    def __init__(self, embedded: EmbeddedBroker | None, gateway: DatasetGateway) -> None:
        self._embedded, self._gateway = embedded, gateway
        self._start_lock = RLock()
        self._client: AblyClient | None = None
        self._channel_hub: LiveChannelHub | None = None
        self._is_running = False
        self._last_publish: Future[None] = Future()
        self._last_publish.set_result(None)
        self._issued_tokens = IssuedTokens()
        self._rights_watcher = RightsWatcher(self._recheck_tokens)
        self.live_actions = LiveSessionActions(self)
        self.feeds = FeedSupervisor(self._get_client)

    @asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        """Serve live sessions and feeds until the end of the block, also those of the previous process."""
        async with _optional_lifespan(self._embedded):
            if self._embedded:  # nobody watches the tokens that the previous process issued
                await asyncio.to_thread(self._embedded.revoke_tokens, [ALL_TOKENS])
            self._is_running = True
            resuming = asyncio.create_task(asyncio.to_thread(self._resume_recordings))
            self.feeds.start()
            try:
                yield
            finally:
                await resuming
                self._is_running = False
                await asyncio.to_thread(self.feeds.stop)
                await asyncio.to_thread(self.stop)

    @property
    def status(self) -> RealtimeStatus:
        """The current status."""
        is_connected = None if self._client is None else self._client.is_connected
        return RealtimeStatus(is_connected, self._embedded.socket_count if self._embedded else None)

    def mount_with(self, other: ASGIApp) -> ASGIApp:
        """Return an application that passes requests for the broker to it, and all others to ``other``."""
        return self._embedded.mount_with(other) if self._embedded else other

    def connect_member(self, person: Principal, key: str) -> dict[str, Any]:
        """Return the token, client id and connection info with which a person's browser joins a session.

        Raises:
            UnknownLiveSessionError, SessionEndedError: they can't join this live session.
        """
        session = self.live_actions.join_session(person, key)
        description, may_publish = (
            self._describe_dataset(person, session),
            tokens.may_publish(person, session.live),
        )
        connection = self.get_connection_info(person, session, description.rights)
        token = tokens.issue_member_token(
            person, session.live, description.rights, connection["channels"]["grown"]
        )
        self._register_token(IssuedToken(person, key, description.rights, may_publish))
        if self._is_running:
            self._get_channel_hub().add_participant(session, description, may_publish)
        return {"token": token, "clientId": tokens.client_id_of(person), "realtime": connection}

    def connect_publisher(self, person: Principal, key: str) -> dict[str, Any]:
        """Return the token, client id and channel with which a person or their program publishes to a feed.

        Raises:
            UnknownFeedError: they manage no such feed.
        """
        actions.find_feed(person, key)
        return self._grant_channel(
            person, tokens.feed_channel(key), tokens.issue_publisher_token(person, key)
        )

    def connect_growth_listener(self, person: Principal, slug: str) -> dict[str, Any] | None:
        """Return the token with which a person's page learns that a dataset grows; None if they may not know.

        Whoever sees only some rows must not learn that others were added.

        Raises:
            UnknownDatasetError: the dataset doesn't exist for them.
        """
        channel = _growth_channel_for(person, slug)
        return (
            self._grant_channel(person, channel, tokens.issue_reader_token(person, slug)) if channel else None
        )

    def _grant_channel(self, person: Principal, channel: str, token: str) -> dict[str, Any]:
        self._register_token(IssuedToken(person, channel))
        endpoint = None if self._embedded else CLOUD_ENDPOINT
        return {
            "token": token,
            "clientId": tokens.channel_client_id(person),
            "channel": channel,
            "endpoint": endpoint,
        }

    def _register_token(self, token: IssuedToken) -> None:
        """Watch a token that has been issued; recheck it at once if it allows more than is right by now."""
        self._rights_watcher.start()
        self._issued_tokens.add(token)
        if not _is_still_true(token):
            self._rights_watcher.check_soon(token.target)

    def get_connection_info(self, person: Principal, session: LiveSessionInfo, rights: str) -> dict[str, Any]:
        """Return where a person with these rights connects (None: to this service) and to which channels.

        ``cipher`` is the key of the encryption (None: off), ``deliveries`` the messages per second that all
        members may receive together, and ``grown`` an unencrypted channel.
        """
        encrypted, live = get_settings().live_encryption == "on", session.live
        channels = asdict(tokens.get_channel_names(live.key, rights)) | {
            "grown": _growth_channel_for(person, session.dataset)
        }
        return {
            "endpoint": None if self._embedded else CLOUD_ENDPOINT,
            "cipher": live.cipher if encrypted else None,
            "deliveries": BROKER_DELIVERY_RATE if self._embedded else get_settings().live_deliveries,
            "channels": channels,
        }

    def describe_session(
        self, person: Principal, session: LiveSessionInfo, description: Description
    ) -> dict[str, Any]:
        """Return what a page needs to show a live session, with the part of its state that they may see."""
        state = self.get_latest_state(session.live)
        visible_state, _ = restrict_to_visible(state.state, description)
        state_fields = {"state": visible_state, "seq": state.seq, "mark": state.mark}
        return (
            session.to_json(person)
            | state_fields
            | {"realtime": self.get_connection_info(person, session, description.rights)}
        )

    def get_latest_state(self, live: LiveSession) -> LatestState:
        """Return the state that was committed last."""
        return (
            self._channel_hub.get_latest_state(live)
            if self._channel_hub
            else recordings.get_stored_state(live)
        )

    def wait_flushed(self, key: str) -> None:
        """Wait until a session that has ended is recorded completely; about a second at most."""
        if self._channel_hub:
            self._channel_hub.wait_flushed(key)

    def notify_started(self, session: LiveSessionInfo) -> None:
        """Record the session from now on."""
        if self._is_running:
            self._get_channel_hub().start_recording(session)

    def publish_message(self, session: LiveSessionInfo, name: str, data: dict[str, Any]) -> None:
        """Publish a message to everyone in the session, in the order of the calls."""
        if self._is_running:
            self._last_publish = self._get_channel_hub().publish_message(session.live, name, data)

    def offer_exploration(self, by: Principal, session: LiveSessionInfo, exploration: Exploration) -> None:
        """Show the presenter the part of an exploration that they may see."""
        presenter = users.find_by_id(live_sessions.get_presenter_id(session.live))
        if not self._is_running or presenter is None:
            return
        description = self._describe_dataset(presenter, session)
        visible, _ = restrict_to_visible(exploration.model_dump(mode="json"), description)
        data = {"id": by.id, "name": by.name, "exploration": visible.model_dump(mode="json")}
        self._get_channel_hub().publish_offer(session.live, description.rights, data)

    def notify_roles_changed(self, session: LiveSessionInfo) -> None:
        """Publish who presents, and recheck the tokens of the session."""
        if self._channel_hub:
            self._channel_hub.set_presenter(session.live)
        self.publish_message(session, "roles", session.describe_roles())
        self._recheck_soon(session.live.key)

    def notify_ended(self, session: LiveSessionInfo) -> None:
        """Publish that the session has ended, and recheck its tokens."""
        self.publish_message(session, "ended", {})
        if self._channel_hub:
            self._channel_hub.end_recording(session.live.key)
        self._recheck_soon(session.live.key)

    def _recheck_soon(self, key: str) -> None:
        if self._is_running:
            self._rights_watcher.check_soon(key)

    def _resume_recordings(self) -> None:
        """Resume the recordings of the sessions that a previous process has started."""
        for session in live_sessions.list_running():  # without their states
            self.notify_started(live_sessions.get_session(session.live.key))

    def _describe_dataset(self, person: Principal, session: LiveSessionInfo) -> Description:
        return self._gateway.open_version(person, session.dataset, session.live.version).description

    def _get_channel_hub(self) -> LiveChannelHub:
        from realtime.live.channel_hub import LiveChannelHub  # noqa: PLC0415

        with self._start_lock:
            if self._channel_hub is None:
                self._channel_hub = LiveChannelHub(self._get_client())
            return self._channel_hub

    def _get_client(self) -> AblyClient:
        from realtime.ably_client import AblyClient  # noqa: PLC0415  (loads Ably's SDK)

        with self._start_lock:
            if self._client is None:
                get_address = self._embedded.get_address if self._embedded else lambda: ""
                self._client = AblyClient(get_address, tokens.issue_service_token)
            return self._client

    def stop(self) -> None:
        """Stop the client, the recordings and the rights watcher; each starts again when it is needed."""
        self._rights_watcher.stop()
        with self._start_lock:
            channel_hub, client, self._channel_hub, self._client = self._channel_hub, self._client, None, None
        if channel_hub is not None:
            channel_hub.close()
        if client is not None:
            client.close()
        self._issued_tokens.clear()

    def _recheck_tokens(self, key: str | None) -> None:
        """Revoke the tokens that allow too much by now, and make sure that each session has a presenter."""
        valid = self._issued_tokens.list_valid(key)
        for target in {token.target for token in valid if ":" not in token.target}:
            self.live_actions.replace_absent_presenter(target)
            self._notify_if_ended(target)
        wait([self._last_publish], timeout=PUBLISH_TIMEOUT)  # so that whoever is disconnected knows why
        outdated = [token for token in valid if not _is_still_true(token)]
        self._issued_tokens.remove(outdated)
        if self._channel_hub:
            for target in {token.target for token in valid}:
                self._channel_hub.retain_rights(
                    target, {token.rights for token in self._issued_tokens.list_valid(target)}
                )
        if outdated and self._embedded:
            self._embedded.revoke_tokens({f"revocationKey:{token.person.key}" for token in outdated})

    def _notify_if_ended(self, key: str) -> None:
        """Publish the end of a session that no action has ended, such as when its owner is deleted."""
        if self._channel_hub is None or not self._channel_hub.is_recording(key):
            return
        with suppress(UnknownLiveSessionError):
            session = live_sessions.get_session(key)
            if session.live.ended is not None:
                self.notify_ended(session)


@asynccontextmanager
async def _optional_lifespan(embedded: EmbeddedBroker | None) -> AsyncIterator[None]:
    if embedded is None:
        yield
        return
    async with embedded.lifespan():
        yield


def _growth_channel_for(person: Principal, slug: str) -> str | None:
    """Return the channel on which a person may learn that a dataset grows; None if there is none.

    Raises:
        UnknownDatasetError: the dataset doesn't exist for them.
    """
    return (
        tokens.growth_channel(slug)
        if actions.sees_all_rows(person, slug) and queries.has_feed(slug)
        else None
    )


def _is_still_true(token: IssuedToken) -> bool:
    """Return whether a person may still do everything that their token allows."""
    get_principal = (
        api_tokens.get_principal if token.person.kind is PrincipalKind.PROGRAM else sessions.get_principal
    )
    person = get_principal(token.person.key)
    if person is None:
        return False
    if ":" in token.target:
        return actions.may_use_channel(person, token.target)
    if person.name != token.person.name:  # which the others in the session see
        return False
    if not live_sessions.can_see_session(person, token.target):
        return False
    session = live_sessions.get_session(token.target)
    if session.live.ended is not None or live_sessions.get_rights_key(person, session) != token.rights:
        return False
    return not token.may_publish or tokens.may_publish(person, session.live)
