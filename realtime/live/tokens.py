"""Tokens for live sessions and feeds: Ably's JWTs, signed with Ably's key or one of the embedded broker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from accounts.permissions import Permission
from accounts.principals import Principal
from config import get_settings
from db.tables import LiveSession
from realtime import keys
from realtime.broker import tokens
from realtime.broker.capabilities import Capability
from realtime.broker.keys import ApiKey
from realtime.live import sessions as live_sessions
from realtime.live.sessions import LiveRole, role_of

TOKEN_LIFETIME = 600.0
"""The seconds after which a browser must ask for a new token."""
SERVER_CLIENT_ID = "dataxchange"
"""The client id of the service; client ids of people begin with a number."""
MEMBER_OPERATIONS = ("subscribe", "presence", "history")
SERVICE_OPERATIONS = ("subscribe", "publish", "history", "presence")


@dataclass(frozen=True)
class LiveChannelNames:
    """The channels of a live session for members with the same rights.

    ``control`` carries the service's messages to everyone, ``state`` committed states, ``brush`` movements.
    """

    control: str
    state: str
    brush: str


def get_channel_names(key: str, rights: str) -> LiveChannelNames:
    """Return the channels of a live session for members with these rights."""
    return LiveChannelNames(control_channel(key), f"live:{key}:state:{rights}", f"live:{key}:brush:{rights}")


def control_channel(key: str) -> str:
    """Return the channel that everyone in a live session shares."""
    return f"live:{key}"


def feed_channel(key: str) -> str:
    """Return the channel of a feed, whose messages become rows."""
    return f"feed:{key}"


def growth_channel(slug: str) -> str:
    """Return the channel on which pages are told that a dataset has grown."""
    return f"grown:{slug}"


def client_id_of(person: Principal) -> str:
    """Return the client id of a person in a live session, whose members see each other's names."""
    me = live_sessions.identity_of(person)
    return f"{me['id']} {me['name']}"


def channel_client_id(person: Principal) -> str:
    """Return the client id of a person on a single channel. Without their name: it outlives a new one."""
    return str(live_sessions.identity_of(person)["id"])


def may_publish(person: Principal, live: LiveSession) -> bool:
    """Return whether a person's browser may publish now: they present, and their role allows it."""
    return role_of(person, live) is LiveRole.PRESENTER and person.has_permission(Permission.PRESENT)


def issue_member_token(person: Principal, live: LiveSession, rights: str, growth: str | None = None) -> str:
    """Issue the token for a person's browser in a live session; it is revoked with their sign-in.

    ``growth`` is the channel on which the browser learns of new rows.
    """
    names, publishing = get_channel_names(live.key, rights), ("publish",) if may_publish(person, live) else ()
    granted = {
        names.control: MEMBER_OPERATIONS,
        names.state: ("subscribe", "history", *publishing),
        names.brush: ("subscribe", *publishing),
    }
    if growth is not None:
        granted[growth] = ("subscribe",)
    return tokens.issue_token(
        get_signing_key(), _capability(granted), TOKEN_LIFETIME, client_id_of(person), person.key
    )


def issue_publisher_token(person: Principal, key: str) -> str:
    """Issue a token with which a person's program may publish rows to a feed, and do nothing else."""
    granted = {feed_channel(key): ("publish",)}
    return tokens.issue_token(
        get_signing_key(), _capability(granted), TOKEN_LIFETIME, channel_client_id(person), person.key
    )


def issue_reader_token(person: Principal, slug: str) -> str:
    """Issue a token with which a person's browser learns that a dataset has grown."""
    granted = {growth_channel(slug): ("subscribe",)}
    return tokens.issue_token(
        get_signing_key(), _capability(granted), TOKEN_LIFETIME, channel_client_id(person), person.key
    )


def issue_service_token() -> tuple[str, str, float]:
    """Issue a token of the service itself; return it with its client id and its lifetime in seconds."""
    granted = {"live:*": SERVICE_OPERATIONS, "feed:*": ("subscribe", "history"), "grown:*": ("publish",)}
    token = tokens.issue_token(get_signing_key(), _capability(granted), TOKEN_LIFETIME, SERVER_CLIENT_ID)
    return token, SERVER_CLIENT_ID, TOKEN_LIFETIME


def get_signing_key() -> ApiKey:
    """Return the key that signs tokens now."""
    ably_key = get_settings().ably_api_key
    if ably_key is not None:
        name, _, secret = ably_key.get_secret_value().partition(":")
        return ApiKey(name, secret)
    return keys.get_current_key()


def _capability(granted: Mapping[str, tuple[str, ...]]) -> Capability:
    return Capability(frozenset((name, frozenset(operations)) for name, operations in granted.items()))
