"""What routes of a dataset version share: its states, flights that are overtaken, answers that last."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from flask import Response, request
from flask_login import current_user
from pydantic import Field

from api.errors import InvalidRequestError, RightsChangedError
from api.operations import QueryParams
from datasets.access.effective_access import EffectiveAccess
from datasets.append.snapshots import Snapshots
from datasets.cubes.in_flight import RequestTicket
from datasets.description import Description

CACHE_FOREVER = "private, max-age=31536000, immutable"
REVALIDATE = "private, no-cache"
MAX_FLIGHT_LENGTH = 200


class StateQuery(QueryParams):
    """The rights that the description names; ``rows`` is a state of a dataset that grows."""

    r: str | None = None
    rows: int | None = Field(default=None, ge=0)


@dataclass(frozen=True)
class RequestedState:
    """What a request is over: so many rows as seen, without those of an older state, and which these are."""

    rows: int
    since: int | None
    range: range


def require_same_rights(r: str | None, access: EffectiveAccess) -> None:
    """Browsers keep answers for good, each under the rights that its address names."""
    if r not in (None, access.rights_key):
        raise RightsChangedError


def resolve_state(query: StateQuery, states: Snapshots, since: int | None = None) -> RequestedState:
    """The state that is asked for. Without ``rows`` the newest or, to be kept for good, the rows imported.

    Raises:
        InvalidRequestError: it never was.
    """
    newest = states.visible_now if query.r is None else states.visible_imported
    until = newest if query.rows is None else query.rows
    try:
        return RequestedState(until, since, states.row_range(until, since))
    except ValueError as error:
        raise InvalidRequestError("rows", str(error)) from error


def get_request_ticket() -> RequestTicket:
    """What a newer request takes over: nobody can name the flight of somebody else.

    Raises:
        InvalidRequestError: the flight has no number, or too long a name.
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
    """What tells an answer from all others: on a version as somebody sees it, and on what was asked."""
    seen = (description.slug, description.version, description.rights, description.rows)
    return sha256("\n".join(map(str, (*seen, *parts))).encode()).hexdigest()[:32]


def make_cacheable(response: Response, etag: str) -> Response:
    """The answer, to be kept for good if its address names the rights that it was made with."""
    response.headers["Cache-Control"] = CACHE_FOREVER if "r" in request.args else REVALIDATE
    response.vary.add("Accept-Encoding")
    response.set_etag(etag, weak=True)
    return response
