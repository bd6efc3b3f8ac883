"""What routes of a dataset version share: its states, flights that are overtaken, answers that last."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from flask import Response, request
from flask_login import current_user
from pydantic import Field

from api.errors import RefusedError, RightsChangedError
from api.operations import Query
from datasets.access.effective_access import Reach
from datasets.append.snapshots import States
from datasets.cubes.in_flight import Turn
from datasets.description import Description

FOREVER = "private, max-age=31536000, immutable"
ASK_AGAIN = "private, no-cache"
LONGEST_FLIGHT = 200


class StateQuery(Query):
    """The rights that the description names; ``rows`` is a state of a dataset that grows."""

    r: str | None = None
    rows: int | None = Field(default=None, ge=0)


@dataclass(frozen=True)
class State:
    """What a request is over: so many rows as seen, without those of an older state, and which these are."""

    rows: int
    since: int | None
    range: range


def require_same(r: str | None, reach: Reach) -> None:
    """Browsers keep answers for good, each under the rights that its address names."""
    if r not in (None, reach.key):
        raise RightsChangedError


def state_of(query: StateQuery, states: States, since: int | None = None) -> State:
    """The state that is asked for. Without ``rows`` the newest or, to be kept for good, the rows imported.

    Raises:
        RefusedError: it never was.
    """
    newest = states.latest if query.r is None else states.visible
    until = newest if query.rows is None else query.rows
    try:
        return State(until, since, states.rows(until, since))
    except ValueError as error:
        raise RefusedError("rows", str(error)) from error


def turn() -> Turn:
    """What a newer request takes over: nobody can name the flight of somebody else.

    Raises:
        RefusedError: the flight has no number, or too long a name.
    """
    flight = request.headers.get("X-Flight")
    if flight is None:
        return Turn()
    if len(flight) > LONGEST_FLIGHT:
        raise RefusedError("X-Flight", f"longer than {LONGEST_FLIGHT} characters")
    name, _, number = flight.rpartition("/")
    if not (number.isascii() and number.isdigit()):
        raise RefusedError("X-Flight", "this does not end with a number, as in tab/purpose/1")
    return Turn((current_user.get_id(), name), int(number))


def tag(description: Description, *parts: object) -> str:
    """What tells an answer from all others: on a version as somebody sees it, and on what was asked."""
    seen = (description.slug, description.version, description.rights, description.rows)
    return sha256("\n".join(map(str, (*seen, *parts))).encode()).hexdigest()[:32]


def lasting(response: Response, tag: str) -> Response:
    """The answer, to be kept for good if its address names the rights that it was made with."""
    response.headers["Cache-Control"] = FOREVER if "r" in request.args else ASK_AGAIN
    response.vary.add("Accept-Encoding")
    response.set_etag(tag, weak=True)
    return response
