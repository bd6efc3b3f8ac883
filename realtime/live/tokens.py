"""What lets people, and the service itself, into live sessions: Ably's JWTs, under its key or one of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from accounts.permissions import Permission
from accounts.principals import Principal
from config import settings
from db.tables import LiveSession
from realtime import keys
from realtime.broker import tokens
from realtime.broker.capabilities import Capability
from realtime.broker.keys import Key
from realtime.live import sessions as live_sessions
from realtime.live.sessions import Part, part

LIFETIME = 600.0
"""Seconds until a browser must ask again."""
SERVER = "dataxchange"
"""The client id of the service; those of people begin with a number."""
MEMBER = ("subscribe", "presence", "history")
SERVICE = ("subscribe", "publish", "history", "presence")


@dataclass(frozen=True)
class Channels:
    """The channels of a live session for those with the same rights.

    That is what the service says to all, the states committed, and the moving brush.
    """

    control: str
    state: str
    brush: str


def channels(key: str, rights: str) -> Channels:
    return Channels(control(key), f"live:{key}:state:{rights}", f"live:{key}:brush:{rights}")


def control(key: str) -> str:
    """The channel of a live session that all who are in it share."""
    return f"live:{key}"


def feed(key: str) -> str:
    """The channel of a feed, whose messages become rows."""
    return f"feed:{key}"


def grown(slug: str) -> str:
    """The channel on which pages are told that a dataset has grown."""
    return f"grown:{slug}"


def client_id(person: Principal) -> str:
    me = live_sessions.me(person)
    return f"{me['id']} {me['name']}"


def publishes(person: Principal, own: LiveSession) -> bool:
    """Whether their browser may publish now: they present, and their role allows it."""
    return part(person, own) is Part.PRESENTER and person.may(Permission.PRESENT)


def of_member(person: Principal, own: LiveSession, rights: str, growth: str | None = None) -> str:
    """What their browser may do in a live session, as of now. It ends early with what they signed in by.

    ``growth`` is the channel on which they hear of new rows.
    """
    names, also = channels(own.key, rights), ("publish",) if publishes(person, own) else ()
    granted = {
        names.control: MEMBER,
        names.state: ("subscribe", "history", *also),
        names.brush: ("subscribe", *also),
    }
    if growth is not None:
        granted[growth] = ("subscribe",)
    return tokens.issue(signing(), _capability(granted), LIFETIME, client_id(person), person.key)


def of_publisher(person: Principal, key: str) -> str:
    """What lets a program of theirs publish rows to a feed, and do nothing else."""
    granted = {feed(key): ("publish",)}
    return tokens.issue(signing(), _capability(granted), LIFETIME, client_id(person), person.key)


def of_reader(person: Principal, slug: str) -> str:
    """What lets their browser hear that a dataset has grown."""
    granted = {grown(slug): ("subscribe",)}
    return tokens.issue(signing(), _capability(granted), LIFETIME, client_id(person), person.key)


def of_service() -> str:
    granted = {"live:*": SERVICE, "feed:*": ("subscribe", "history"), "grown:*": ("publish",)}
    return tokens.issue(signing(), _capability(granted), LIFETIME, SERVER)


def signing() -> Key:
    """The key that signs now."""
    theirs = settings().ably_api_key
    if theirs is not None:
        name, _, secret = theirs.get_secret_value().partition(":")
        return Key(name, secret)
    return keys.current()


def _capability(granted: Mapping[str, tuple[str, ...]]) -> Capability:
    return Capability(frozenset((name, frozenset(operations)) for name, operations in granted.items()))
