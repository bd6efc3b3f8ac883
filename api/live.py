"""The routes of live sessions: start, join, take turns, end, and read the recording."""

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
from api.field_types import Text
from api.operations import QueryParams, RequestBody, ResponseBody, operation
from api.version_requests import require_fitting_exploration
from datasets.access.gateway import DatasetGateway
from datasets.description import Description
from datasets.exploration import Exploration
from realtime.live import recordings
from realtime.live import sessions as live_sessions
from realtime.live.actions import LiveSessionActions
from realtime.live.sessions import LiveRole, LiveSessionInfo
from realtime.service import Realtime


class NewLiveSession(RequestBody):
    """What to present; the default ``name`` consists of the person's and the dataset's."""

    dataset: Text
    exploration: Exploration
    name: Text | None = None


class LiveSessionName(RequestBody):
    """The new name of a live session."""

    name: Text


PersonId = Annotated[int, Field(ge=1, le=2**31 - 1)]
"""The id of a person in the database."""
MAX_CO_PRESENTERS = 1000
"""How many people a request can name: more than take part in a live session."""


class NextPresenter(RequestBody):
    """The person who presents next."""

    person: PersonId


class CoPresenters(RequestBody):
    """The people who can take over without asking."""

    people: Annotated[tuple[PersonId, ...], Field(max_length=MAX_CO_PRESENTERS)]


class OfferedExploration(RequestBody):
    """A state that is offered to the presenter."""

    exploration: Exploration


class RecordingQuery(QueryParams):
    """The number of the last record that was read."""

    after: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0


class _AliasedResponse(ResponseBody):
    """A response with field names in camel case."""

    model_config = ConfigDict(serialize_by_alias=True)


class CreatedLiveSession(ResponseBody):
    """The key of a live session: its page is ``/live/<key>``."""

    key: str


class Participant(ResponseBody):
    """A person in a live session."""

    id: int
    name: str


class ListedLiveSession(_AliasedResponse):
    """A live session, the people with a part in it, and what you can do."""

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


class PossiblePresenters(ResponseBody):
    """The people to whom you can hand over, by name."""

    people: list[Participant]


class LiveSessionList(ResponseBody):
    """Live sessions, the latest first."""

    sessions: list[ListedLiveSession]


class LiveChannels(ResponseBody):
    """The channels: messages of the service, committed states, and brushes in motion, as far as you see them.

    On ``grown`` it announces new rows, if there is a feed and you see all rows.
    """

    control: str
    state: str
    brush: str
    grown: str | None


class ConnectionInfo(ResponseBody):
    """How to connect with Ably's SDK: to ``endpoint``, or else to this service; ``cipher`` is the key.

    ``deliveries`` is the number of messages per second that all members together may receive.
    """

    endpoint: str | None
    cipher: str | None
    deliveries: int
    channels: LiveChannels


class LiveSessionDetails(ListedLiveSession):
    """A live session with its last state as far as you see it, its sequence number, and its mark."""

    state: Exploration
    seq: int
    mark: int | None
    realtime: ConnectionInfo


class LiveToken(_AliasedResponse):
    """A token for the channels of a live session, its client id, and how to connect."""

    token: str
    client_id: Annotated[str, Field(alias="clientId")]
    realtime: ConnectionInfo


class Mark(ResponseBody):
    """A marked number of rows: its number, and how many of these rows you see."""

    mark: int
    rows: int


class Recording(ResponseBody):
    """Messages of a recording: time in ms, name, data; ``next`` is the number of the last record."""

    messages: list[tuple[int, str, dict[str, Any]]]
    next: int


def create_live_routes(gateway: DatasetGateway, realtime: Realtime) -> Blueprint:
    """Return the routes; people present, offer and get only what the gateway shows them."""
    routes = Blueprint("live", __name__)
    register_error_handlers(routes)
    _register_turn_routes(routes, gateway, realtime.live_actions)
    _register_mark_routes(routes, gateway, realtime.live_actions)

    @routes.get("/api/live")
    @requires(Permission.EXPLORE)
    @operation()
    def list_live() -> LiveSessionList:
        """List the live sessions that are running, and those that have ended and had you as a member."""
        found = [
            ListedLiveSession(**each.to_json(current_user))
            for each in live_sessions.list_sessions(current_user)
        ]
        return LiveSessionList(sessions=found)

    @routes.post("/api/live")
    @requires(Permission.PRESENT)
    @operation(status=201)
    def start_live(body: NewLiveSession) -> CreatedLiveSession:
        """Start a live session with an exploration."""
        if body.dataset != body.exploration.dataset:
            raise InvalidRequestError("dataset", "The exploration is for another dataset.")
        require_fitting_exploration(gateway, body.exploration)
        return CreatedLiveSession(
            key=realtime.live_actions.start_session(current_user, body.exploration, body.name)
        )

    @routes.get("/api/live/<key>")
    @requires(Permission.EXPLORE)
    @operation()
    def show_live(key: str) -> LiveSessionDetails:
        """Describe the current state of a live session."""
        found = live_sessions.find_session(current_user, key)
        return LiveSessionDetails(
            **realtime.describe_session(current_user, found, _get_description(gateway, found))
        )

    @routes.get("/api/live/<key>/qr.svg")
    @requires(Permission.EXPLORE)
    @operation(media_type="image/svg+xml")
    def show_code(key: str) -> Response:
        """Return the address of a live session as a QR code."""
        live_sessions.find_session(current_user, key)
        return Response(
            qr.to_svg_bytes(f"{one_time_links.get_base_url()}/live/{key}"), mimetype="image/svg+xml"
        )

    @routes.patch("/api/live/<key>")
    @requires(Permission.PRESENT)
    @operation()
    def rename_live(key: str, body: LiveSessionName) -> None:
        """Rename a live session of yours."""
        realtime.live_actions.rename_session(current_user, key, body.name)

    @routes.delete("/api/live/<key>")
    @requires(Permission.PRESENT)
    @operation()
    def delete_live(key: str) -> None:
        """Delete a live session of yours that has ended, with its recording."""
        realtime.live_actions.delete_session(current_user, key)

    @routes.post("/api/live/<key>/token")
    @requires(Permission.EXPLORE)
    @operation()
    def join_live(key: str) -> LiveToken:
        """Get a token for the channels of a live session. It is valid for ten minutes at most."""
        return LiveToken(**realtime.connect_member(current_user._get_current_object(), key))

    @routes.get("/api/live/<key>/record")
    @requires(Permission.EXPLORE)
    @operation()
    def read_recording(key: str, query: RecordingQuery) -> Recording:
        """Read a page of the recording, as far as you see it; continue after ``next``."""
        live_sessions.require_not_guest(current_user)
        found = live_sessions.find_session(current_user, key)
        realtime.wait_flushed(key)
        messages, following = recordings.read_page(
            found.live.id or 0, query.after, _get_description(gateway, found)
        )
        return Recording(messages=messages, next=following)

    return routes


def _register_turn_routes(routes: Blueprint, gateway: DatasetGateway, actions: LiveSessionActions) -> None:
    """Add the routes of taking turns."""

    @routes.post("/api/live/<key>/ask")
    @requires(Permission.PRESENT)
    @operation()
    def ask_to_present(key: str) -> None:
        """Ask the presenter to hand over to you."""
        actions.ask_to_present(current_user, key)

    @routes.post("/api/live/<key>/offer")
    @requires(Permission.EXPLORE)
    @operation()
    def offer_state(key: str, body: OfferedExploration) -> None:
        """Offer a state of your own to the presenter."""
        require_fitting_exploration(gateway, body.exploration)
        actions.offer_exploration(current_user, key, body.exploration)

    @routes.get("/api/live/<key>/presenters")
    @requires(Permission.PRESENT)
    @operation()
    def list_presenters(key: str) -> PossiblePresenters:
        """List the members of a live session to whom you can hand over: their role lets them present."""
        found = actions.list_possible_presenters(current_user, key)
        return PossiblePresenters(people=[Participant(id=each.id, name=each.name) for each in found])

    @routes.post("/api/live/<key>/hand-over")
    @requires(Permission.PRESENT)
    @operation()
    def hand_over(key: str, body: NextPresenter) -> None:
        """Hand over to another presenter."""
        actions.hand_over(current_user, key, body.person)

    @routes.post("/api/live/<key>/take")
    @requires(Permission.PRESENT)
    @operation()
    def take_over(key: str) -> None:
        """Become the presenter, if you are a co-presenter or started the session."""
        actions.take_over(current_user, key)

    @routes.post("/api/live/<key>/co-presenters")
    @requires(Permission.PRESENT)
    @operation()
    def name_co_presenters(key: str, body: CoPresenters) -> None:
        """Set the co-presenters, who can take over without asking."""
        actions.set_co_presenters(current_user, key, body.people)

    @routes.post("/api/live/<key>/end")
    @requires(Permission.PRESENT)
    @operation()
    def end_live(key: str) -> None:
        """End a live session of yours for everyone."""
        actions.end_session(current_user, key)


def _register_mark_routes(routes: Blueprint, gateway: DatasetGateway, actions: LiveSessionActions) -> None:
    """Add the routes of marks, which hold a growing dataset still."""

    @routes.post("/api/live/<key>/marks")
    @requires(Permission.PRESENT)
    @operation(status=201)
    def mark_live(key: str) -> Mark:
        """Mark the current rows, so that a presented state can refer to them."""
        return _get_mark(gateway, key, actions.add_mark(current_user, key))

    @routes.get("/api/live/<key>/marks/<int:mark>")
    @requires(Permission.EXPLORE)
    @operation()
    def show_mark(key: str, mark: int) -> Mark:
        """Return how many rows of a mark you see."""
        return _get_mark(gateway, key, mark)


def _get_mark(gateway: DatasetGateway, key: str, mark: int) -> Mark:
    found = live_sessions.find_session(current_user, key)
    states = gateway.open_version(current_user, found.dataset, found.live.version).snapshots
    return Mark(mark=mark, rows=states.count_visible(found.get_marked_rows(mark)))


def _get_description(gateway: DatasetGateway, found: LiveSessionInfo) -> Description:
    return gateway.open_version(current_user, found.dataset, found.live.version).description
