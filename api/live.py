"""The routes of live sessions: begin, join, take turns, end, and what was recorded."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from flask import Blueprint, Response
from flask_login import current_user
from pydantic import ConfigDict, Field

from accounts import one_time_links, qr
from accounts.guard import requires
from accounts.permissions import Permission
from api.errors import RefusedError, explain
from api.operations import Answer, Body, Query, operation
from datasets.access.gateway import Door
from datasets.description import Description
from datasets.exploration import Exploration
from datasets.explorations.visible_part import require_fit
from realtime.live import recordings
from realtime.live import sessions as live_sessions
from realtime.live.actions import Stage
from realtime.live.sessions import Found, Part
from realtime.service import Realtime


class NewLive(Body):
    """What to present, and under which name; one's own and the dataset's unless given."""

    dataset: str
    exploration: Exploration
    name: str | None = None


class LiveName(Body):
    """What a live session is to be called."""

    name: str


Number = Annotated[int, Field(ge=1, lt=2**31)]
"""Of a person, in the database."""


class NextPresenter(Body):
    """Who is to present, by number."""

    person: Number


class CoPresenters(Body):
    """Who may take over without asking, by number."""

    people: tuple[Number, ...]


class Offer(Body):
    """A state for the presenter."""

    exploration: Exploration


class After(Query):
    """The number of the record that was read last."""

    after: Annotated[int, Field(ge=0, lt=2**31)] = 0


class _Said(Answer):
    """Names as the browser has them."""

    model_config = ConfigDict(serialize_by_alias=True)


class CreatedLive(Answer):
    """The key of a live session: its page is ``/live/<key>``."""

    key: str


class Acting(Answer):
    """Somebody in a live session."""

    id: int
    name: str


class ListedLive(_Said):
    """A live session, who acts in it, and what you may do."""

    key: str
    name: str
    dataset: str
    version: str
    running: bool
    me: Acting
    owner: Acting
    presenter: Acting
    co_presenters: Annotated[list[Acting], Field(alias="coPresenters")]
    role: Part
    owns: bool
    may_present: Annotated[bool, Field(alias="mayPresent")]
    started: datetime
    ended: datetime | None


class LiveSessions(Answer):
    """Live sessions, the latest first."""

    sessions: list[ListedLive]


class ItsChannels(Answer):
    """What the service says to all; the states committed, and what moves, as far as you may see them.

    On ``grown`` it says that rows have come, where there is a feed and you see all of them.
    """

    control: str
    state: str
    brush: str
    grown: str | None


class Place(Answer):
    """Where to connect, by Ably's SDK: ``endpoint``, or (none) to this service; ``cipher`` is the key.

    ``deliveries`` are the messages a second that all members together may be sent.
    """

    endpoint: str | None
    cipher: str | None
    deliveries: int
    channels: ItsChannels


class ShownLive(ListedLive):
    """The same, with its last state as far as you see that, its number, and as of which mark it is."""

    state: Exploration
    seq: int
    mark: int | None
    realtime: Place


class LiveToken(_Said):
    """What lets a browser into the channels of a live session, as whom, and where they are."""

    token: str
    client_id: Annotated[str, Field(alias="clientId")]
    realtime: Place


class Mark(Answer):
    """A moment at which a live session was held still: its number, and how many rows you see as of it."""

    mark: int
    rows: int


class Recording(Answer):
    """What was said after a record: moment in ms, name, data; ``next`` is the number of the last record."""

    messages: list[tuple[int, str, dict[str, Any]]]
    next: int


def live_routes(door: Door, realtime: Realtime) -> Blueprint:
    """The routes; only what the door shows a person do they present, offer or get."""
    routes = Blueprint("live", __name__)
    explain(routes)
    _turns(routes, door, realtime.stage)
    _marks(routes, door, realtime.stage)

    @routes.get("/api/live")
    @requires(Permission.EXPLORE)
    @operation()
    def list_live() -> LiveSessions:
        """What is presented now, and what has ended that you started or took part in."""
        found = [ListedLive(**each.told(current_user)) for each in live_sessions.listed(current_user)]
        return LiveSessions(sessions=found)

    @routes.post("/api/live")
    @requires(Permission.PRESENT)
    @operation(status=201)
    def start_live(body: NewLive) -> CreatedLive:
        """Begin to present an exploration."""
        if body.dataset != body.exploration.dataset:
            raise RefusedError("dataset", "The exploration is of another dataset.")
        _require_fit(door, body.exploration)
        return CreatedLive(key=realtime.stage.start(current_user, body.exploration, body.name))

    @routes.get("/api/live/<key>")
    @requires(Permission.EXPLORE)
    @operation()
    def show_live(key: str) -> ShownLive:
        """A live session as it is now."""
        found = live_sessions.find(current_user, key)
        return ShownLive(**realtime.outline(current_user, found, _seen(door, found)))

    @routes.get("/api/live/<key>/qr.svg")
    @requires(Permission.EXPLORE)
    @operation(media="image/svg+xml")
    def show_code(key: str) -> Response:
        """The address of a live session, for a phone's camera."""
        live_sessions.find(current_user, key)
        return Response(qr.image(f"{one_time_links.base()}/live/{key}"), mimetype="image/svg+xml")

    @routes.patch("/api/live/<key>")
    @requires(Permission.PRESENT)
    @operation()
    def rename_live(key: str, body: LiveName) -> None:
        """Give a live session of yours another name."""
        realtime.stage.rename(current_user, key, body.name)

    @routes.delete("/api/live/<key>")
    @requires(Permission.PRESENT)
    @operation()
    def delete_live(key: str) -> None:
        """Delete a live session of yours that has ended, with what was recorded."""
        realtime.stage.delete(current_user, key)

    @routes.post("/api/live/<key>/token")
    @requires(Permission.EXPLORE)
    @operation()
    def join_live(key: str) -> LiveToken:
        """A token for the channels of a live session: good for ten minutes, and as long as your rights."""
        return LiveToken(**realtime.admit(current_user._get_current_object(), key))

    @routes.get("/api/live/<key>/record")
    @requires(Permission.EXPLORE)
    @operation()
    def read_recording(key: str, query: After) -> Recording:
        """A page of what was recorded, as far as you see that; read on behind ``next``."""
        live_sessions.require_person(current_user)
        found = live_sessions.find(current_user, key)
        realtime.settle(key)
        messages, following = recordings.read(found.live.id or 0, query.after, _seen(door, found))
        return Recording(messages=messages, next=following)

    return routes


def _turns(routes: Blueprint, door: Door, stage: Stage) -> None:
    """The routes of taking turns."""

    @routes.post("/api/live/<key>/ask")
    @requires(Permission.PRESENT)
    @operation()
    def ask_to_present(key: str) -> None:
        """Ask whoever presents to hand over to you."""
        stage.ask(current_user, key)

    @routes.post("/api/live/<key>/offer")
    @requires(Permission.EXPLORE)
    @operation()
    def offer_state(key: str, body: Offer) -> None:
        """Offer a state of your own to whoever presents."""
        _require_fit(door, body.exploration)
        stage.offer(current_user, key, body.exploration)

    @routes.post("/api/live/<key>/hand-over")
    @requires(Permission.PRESENT)
    @operation()
    def hand_over(key: str, body: NextPresenter) -> None:
        """Let somebody else present."""
        stage.hand_over(current_user, key, body.person)

    @routes.post("/api/live/<key>/take")
    @requires(Permission.PRESENT)
    @operation()
    def take_over(key: str) -> None:
        """Present yourself: as a co-presenter, or where you started it."""
        stage.take(current_user, key)

    @routes.post("/api/live/<key>/co-presenters")
    @requires(Permission.PRESENT)
    @operation()
    def name_co_presenters(key: str, body: CoPresenters) -> None:
        """Say who may take over without asking."""
        stage.appoint(current_user, key, body.people)

    @routes.post("/api/live/<key>/end")
    @requires(Permission.PRESENT)
    @operation()
    def end_live(key: str) -> None:
        """End a live session of yours for all."""
        stage.end(current_user, key)


def _marks(routes: Blueprint, door: Door, stage: Stage) -> None:
    """The routes of holding still what grows."""

    @routes.post("/api/live/<key>/marks")
    @requires(Permission.PRESENT)
    @operation(status=201)
    def mark_live(key: str) -> Mark:
        """Mark the rows that there are now, so that a state of what you present can be as of them."""
        return _mark(door, key, stage.mark(current_user, key))

    @routes.get("/api/live/<key>/marks/<int:mark>")
    @requires(Permission.EXPLORE)
    @operation()
    def show_mark(key: str, mark: int) -> Mark:
        """How many rows you see as of a mark."""
        return _mark(door, key, mark)


def _mark(door: Door, key: str, mark: int) -> Mark:
    found = live_sessions.find(current_user, key)
    states = door.open(current_user, found.dataset, found.live.version).states
    return Mark(mark=mark, rows=states.seen(found.marked(mark)))


def _seen(door: Door, found: Found) -> Description:
    return door.open(current_user, found.dataset, found.live.version).description


def _require_fit(door: Door, exploration: Exploration) -> None:
    require_fit(exploration, door.open(current_user, exploration.dataset, exploration.version).description)
