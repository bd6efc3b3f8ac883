"""What the routes of a dataset version share: rights, states, request tickets and cacheable responses."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from flask import Response, request
from flask_login import current_user

from api.errors import InvalidRequestError, RightsChangedError
from api.field_types import RowCount, Text
from api.operations import QueryParams
from datasets.access.gateway import DatasetGateway, VisibleVersion
from datasets.append.snapshots import Snapshots
from datasets.cubes.in_flight import RequestTicket
from datasets.description import Description
from datasets.exploration import Exploration
from datasets.explorations.visible_part import require_visible

CACHE_FOREVER = "private, max-age=31536000, immutable"
REVALIDATE = "private, no-cache"
MAX_FLIGHT_LENGTH = 200


class StateQuery(QueryParams):
    """The rights key of the description; ``rows`` is a state of a growing dataset."""

    r: Text | None = None
    rows: RowCount | None = None


@dataclass(frozen=True)
class RequestedState:
    """The state of a request: the number of visible rows, of those to leave out, and the row range."""

    rows: int
    since: int | None
    range: range


def open_version(gateway: DatasetGateway, slug: str, version: str, rights: str | None) -> VisibleVersion:
    """Return a version as the person sees it.

    Raises:
        RightsChangedError: the URL names other rights than they have: browsers cache responses by URL.
    """
    seen = gateway.open_version(current_user, slug, version)
    if rights not in (None, seen.access.rights_key):
        raise RightsChangedError
    return seen


def require_fitting_exploration(gateway: DatasetGateway, exploration: Exploration) -> None:
    """Check that the person sees everything in an exploration.

    Raises:
        UnknownDatasetError, IncompatibleRequestError: they don't.
    """
    seen = gateway.open_version(current_user, exploration.dataset, exploration.version)
    require_visible(exploration, seen.description)


def resolve_state(query: StateQuery, states: Snapshots, since: int | None = None) -> RequestedState:
    """Return the requested state.

    Without ``rows`` it is the newest; in URLs that are cached for good, it is the imported rows.

    Raises:
        InvalidRequestError: the version never had this state.
    """
    newest = states.visible_now if query.r is None else states.visible_imported
    until = newest if query.rows is None else query.rows
    try:
        return RequestedState(until, since, states.row_range(until, since))
    except ValueError as error:
        raise InvalidRequestError("rows", str(error)) from error


def get_request_ticket() -> RequestTicket:
    """Return the ticket by which a newer request of the same person replaces this one.

    Raises:
        InvalidRequestError: the header ``X-Flight`` has no number, or is too long.
    """
    flight = request.headers.get("X-Flight")
    if flight is None:
        return RequestTicket()
    if len(flight) > MAX_FLIGHT_LENGTH:
        raise InvalidRequestError("X-Flight", f"longer than {MAX_FLIGHT_LENGTH} characters")
    name, _, number = flight.rpartition("/")
    if not (number.isascii() and number.isdigit()):
        raise InvalidRequestError("X-Flight", "must end with a number, as in tab/purpose/1")
    return RequestTicket((current_user.get_id(), name), int(number))


def compute_etag(description: Description, *parts: object) -> str:
    """Return the entity tag of a response: a digest of the version as it is seen, and of the request."""
    seen = (description.slug, description.version, description.rights, description.rows)
    return sha256("\n".join(map(str, (*seen, *parts))).encode()).hexdigest()[:32]


def make_cacheable(response: Response, etag: str) -> Response:
    """Let browsers cache the response for good if its URL names the rights it was made with."""
    response.headers["Cache-Control"] = CACHE_FOREVER if "r" in request.args else REVALIDATE
    response.vary.add("Accept-Encoding")
    response.set_etag(etag, weak=True)
    return response
