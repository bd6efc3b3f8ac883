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
from api.errors import InvalidRequestError, register_error_handlers
from api.operations import QueryParams, RequestBody, ResponseBody, operation
from datasets.access.gateway import DatasetGateway
from datasets.description import Description
from datasets.exploration import Exploration
from datasets.explorations.visible_part import require_visible
from realtime.live import recordings
from realtime.live import sessions as live_sessions
from realtime.live.actions import LiveSessionActions
from realtime.live.sessions import LiveRole, LiveSessionInfo
from realtime.service import Realtime


class NewLiveSession(RequestBody):
    """What to present, and under which name; one's own and the dataset's unless given."""

    dataset: str
    exploration: Exploration
    name: str | None = None


class LiveSessionName(RequestBody):
    """What a live session is to be called."""

    name: str


PersonId = Annotated[int, Field(ge=1, lt=2**31)]
"""Of a person, in the database."""


class NextPresenter(RequestBody):
    """Who is to present, by number."""

    person: PersonId


class CoPresenters(RequestBody):
    """Who may take over without asking, by number."""

    people: tuple[PersonId, ...]


class OfferedExploration(RequestBody):
    """A state for the presenter."""

    exploration: Exploration


class RecordingQuery(QueryParams):
    """The number of the record that was read last."""

    after: Annotated[int, Field(ge=0, lt=2**31)] = 0


class _AliasedResponse(ResponseBody):
    """Names as the browser has them."""

    model_config = ConfigDict(serialize_by_alias=True)


class CreatedLiveSession(ResponseBody):
    """The key of a live session: its page is ``/live/<key>``."""

    key: str


class Participant(ResponseBody):
    """Somebody in a live session."""

    id: int
    name: str


class ListedLiveSession(_AliasedResponse):
    """A live session, who acts in it, and what you may do."""

    key: str
    name: str
    dataset: str
    version: str
    running: bool
    me: Participant
    owner: Participant
    presenter: Participant
    co_presenters: Annotated[list[Participant], Field(alias="coPresenters")]
    role: LiveRole
    owns: bool
    may_present: Annotated[bool, Field(alias="mayPresent")]
    started: datetime
    ended: datetime | None


class LiveSessionList(ResponseBody):
    """Live sessions, the latest first."""

    sessions: list[ListedLiveSession]


class LiveChannels(ResponseBody):
    """What the service says to all; the states committed, and what moves, as far as you may see them.

    On ``grown`` it says that rows have come, where there is a feed and you see all of them.
    """

    control: str
    state: str
    brush: str
    grown: str | None


class ConnectionInfo(ResponseBody):
    """Where to connect, by Ably's SDK: ``endpoint``, or (none) to this service; ``cipher`` is the key.

    ``deliveries`` are the messages a second that all members together may be sent.
    """

    endpoint: str | None
    cipher: str | None
    deliveries: int
    channels: LiveChannels


class LiveSessionDetails(ListedLiveSession):
    """The same, with its last state as far as you see that, its number, and as of which mark it is."""

    state: Exploration
    seq: int
    mark: int | None
    realtime: ConnectionInfo


class LiveToken(_AliasedResponse):
    """What lets a browser into the channels of a live session, as whom, and where they are."""

    token: str
    client_id: Annotated[str, Field(alias="clientId")]
    realtime: ConnectionInfo


class Mark(ResponseBody):
    """A moment at which a live session was held still: its number, and how many rows you see as of it."""

    mark: int
    rows: int


class Recording(ResponseBody):
    """What was said after a record: moment in ms, name, data; ``next`` is the number of the last record."""

    messages: list[tuple[int, str, dict[str, Any]]]
    next: int


def create_live_routes(gateway: DatasetGateway, realtime: Realtime) -> Blueprint:
    """The routes; only what the door shows a person do they present, offer or get."""
    routes = Blueprint("live", __name__)
    register_error_handlers(routes)
    _register_turn_routes(routes, gateway, realtime.live_actions)
    _register_mark_routes(routes, gateway, realtime.live_actions)

    @routes.get("/api/live")
    @requires(Permission.EXPLORE)
    @operation()
    def list_live() -> LiveSessionList:
        """What is presented now, and what has ended that you started or took part in."""
        found = [
            ListedLiveSession(**each.to_json(current_user))
            for each in live_sessions.list_sessions(current_user)
        ]
        return LiveSessionList(sessions=found)

    @routes.post("/api/live")
    @requires(Permission.PRESENT)
    @operation(status=201)
    def start_live(body: NewLiveSession) -> CreatedLiveSession:
        """Begin to present an exploration."""
        if body.dataset != body.exploration.dataset:
            raise InvalidRequestError("dataset", "The exploration is for another dataset.")
        _require_fit(gateway, body.exploration)
        return CreatedLiveSession(
            key=realtime.live_actions.start_session(current_user, body.exploration, body.name)
        )

    @routes.get("/api/live/<key>")
    @requires(Permission.EXPLORE)
    @operation()
    def show_live(key: str) -> LiveSessionDetails:
        """A live session as it is now."""
        found = live_sessions.find_session(current_user, key)
        return LiveSessionDetails(
            **realtime.describe_session(current_user, found, _get_description(gateway, found))
        )

    @routes.get("/api/live/<key>/qr.svg")
    @requires(Permission.EXPLORE)
    @operation(media_type="image/svg+xml")
    def show_code(key: str) -> Response:
        """The address of a live session, for a phone's camera."""
        live_sessions.find_session(current_user, key)
        return Response(
            qr.to_svg_bytes(f"{one_time_links.get_base_url()}/live/{key}"), mimetype="image/svg+xml"
        )

    @routes.patch("/api/live/<key>")
    @requires(Permission.PRESENT)
    @operation()
    def rename_live(key: str, body: LiveSessionName) -> None:
        """Give a live session of yours another name."""
        realtime.live_actions.rename_session(current_user, key, body.name)

    @routes.delete("/api/live/<key>")
    @requires(Permission.PRESENT)
    @operation()
    def delete_live(key: str) -> None:
        """Delete a live session of yours that has ended, with what was recorded."""
        realtime.live_actions.delete_session(current_user, key)

    @routes.post("/api/live/<key>/token")
    @requires(Permission.EXPLORE)
    @operation()
    def join_live(key: str) -> LiveToken:
        """A token for the channels of a live session: good for ten minutes, and as long as your rights."""
        return LiveToken(**realtime.connect_member(current_user._get_current_object(), key))

    @routes.get("/api/live/<key>/record")
    @requires(Permission.EXPLORE)
    @operation()
    def read_recording(key: str, query: RecordingQuery) -> Recording:
        """A page of what was recorded, as far as you see that; read on behind ``next``."""
        live_sessions.require_not_guest(current_user)
        found = live_sessions.find_session(current_user, key)
        realtime.wait_flushed(key)
        messages, following = recordings.read_page(
            found.live.id or 0, query.after, _get_description(gateway, found)
        )
        return Recording(messages=messages, next=following)

    return routes


def _register_turn_routes(routes: Blueprint, gateway: DatasetGateway, actions: LiveSessionActions) -> None:
    """The routes of taking turns."""

    @routes.post("/api/live/<key>/ask")
    @requires(Permission.PRESENT)
    @operation()
    def ask_to_present(key: str) -> None:
        """Ask whoever presents to hand over to you."""
        actions.ask_to_present(current_user, key)

    @routes.post("/api/live/<key>/offer")
    @requires(Permission.EXPLORE)
    @operation()
    def offer_state(key: str, body: OfferedExploration) -> None:
        """Offer a state of your own to whoever presents."""
        _require_fit(gateway, body.exploration)
        actions.offer_exploration(current_user, key, body.exploration)

    @routes.post("/api/live/<key>/hand-over")
    @requires(Permission.PRESENT)
    @operation()
    def hand_over(key: str, body: NextPresenter) -> None:
        """Let somebody else present."""
        actions.hand_over(current_user, key, body.person)

    @routes.post("/api/live/<key>/take")
    @requires(Permission.PRESENT)
    @operation()
    def take_over(key: str) -> None:
        """Present yourself: as a co-presenter, or where you started it."""
        actions.take_over(current_user, key)

    @routes.post("/api/live/<key>/co-presenters")
    @requires(Permission.PRESENT)
    @operation()
    def name_co_presenters(key: str, body: CoPresenters) -> None:
        """Say who may take over without asking."""
        actions.set_co_presenters(current_user, key, body.people)

    @routes.post("/api/live/<key>/end")
    @requires(Permission.PRESENT)
    @operation()
    def end_live(key: str) -> None:
        """End a live session of yours for all."""
        actions.end_session(current_user, key)


def _register_mark_routes(routes: Blueprint, gateway: DatasetGateway, actions: LiveSessionActions) -> None:
    """The routes of holding still what grows."""

    @routes.post("/api/live/<key>/marks")
    @requires(Permission.PRESENT)
    @operation(status=201)
    def mark_live(key: str) -> Mark:
        """Mark the rows that there are now, so that a state of what you present can be as of them."""
        return _get_mark(gateway, key, actions.add_mark(current_user, key))

    @routes.get("/api/live/<key>/marks/<int:mark>")
    @requires(Permission.EXPLORE)
    @operation()
    def show_mark(key: str, mark: int) -> Mark:
        """How many rows you see as of a mark."""
        return _get_mark(gateway, key, mark)


def _get_mark(gateway: DatasetGateway, key: str, mark: int) -> Mark:
    found = live_sessions.find_session(current_user, key)
    states = gateway.open_version(current_user, found.dataset, found.live.version).snapshots
    return Mark(mark=mark, rows=states.count_visible(found.get_marked_rows(mark)))


def _get_description(gateway: DatasetGateway, found: LiveSessionInfo) -> Description:
    return gateway.open_version(current_user, found.dataset, found.live.version).description


def _require_fit(gateway: DatasetGateway, exploration: Exploration) -> None:
    require_visible(
        exploration, gateway.open_version(current_user, exploration.dataset, exploration.version).description
    )
