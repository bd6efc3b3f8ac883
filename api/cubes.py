"""The cube route; docs/wire.md says what is asked and answered."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from flask import Blueprint, Response, request
from flask_login import current_user
from pydantic import Field, Json, field_validator

from accounts.guard import requires
from accounts.permissions import Permission
from api.operations import Query, operation
from api.problems import RefusedError, RightsChangedError, explain
from datasets import trail
from datasets.axes import axes
from datasets.compile import answered, specs
from datasets.cubes.cache import CubeCache
from datasets.cubes.engines import Engines
from datasets.cubes.flights import Rows, Turn
from datasets.cubes.wire import MAGIC, Active, Entry, Frame, encode
from datasets.description import Description
from datasets.door import Door
from datasets.exploration import CubeRequest
from datasets.growing.states import States
from datasets.reach import Reach
from gpu.cubes import CubeSpec
from gpu.engine import drawn_by

FOREVER = "private, max-age=31536000, immutable"
ASK_AGAIN = "private, no-cache"
WORTH_COMPRESSING = 1024  # bytes: less fits a packet anyway
MOST_CELLS = 1 << 25
"""In all cubes of one request; a dashboard of large densities stays well below."""
LONGEST_FLIGHT = 200


class CubeQuery(Query):
    """The layout that is wanted, the rights that the description names, and the question.

    ``rows`` is a state of a dataset that grows, ``from`` an older one whose rows are left out.
    """

    frame: str = MAGIC.decode()
    r: str | None = None
    rows: int | None = Field(default=None, ge=0)
    since: int | None = Field(default=None, ge=0, alias="from")
    x: Json[CubeRequest]

    @field_validator("frame")
    @classmethod
    def _known(cls, frame: str) -> str:
        if frame != MAGIC.decode():
            raise ValueError("The service has been upgraded. Reload the page.")
        return frame


def cube_routes(cache: CubeCache, engines: Engines, door: Door) -> Blueprint:
    """The route over this cache and these engines, for what the door shows."""
    routes = Blueprint("cubes", __name__)
    explain(routes)

    @routes.get("/api/datasets/<slug>/versions/<version>/cubes")
    @requires(Permission.EXPLORE)
    @operation(media="application/octet-stream")
    def show_cubes(slug: str, version: str, query: CubeQuery) -> Response:
        """Counts to draw and to brush a version with, as docs/wire.md lays them out."""
        asked = query.x
        seen = door.open(current_user, slug, version)
        require_same(query.r, seen.reach)
        state = _state(query, seen.states)
        description = seen.description.model_copy(update={"rows": state.rows})
        wanted = specs(asked, description, seen.reach.rows)
        _require_modest(wanted)
        trail.asked(current_user, slug, version)
        tag = _tag(asked, description, state.since)
        if request.if_none_match.contains_weak(tag):
            return _unchanging(Response(status=304), tag)
        engine = engines.of(slug, version, state.range.stop)
        rows = Rows(f"{slug}/{version}", seen.reach.key, state.range)
        cells = cache.cubes(engine, rows, wanted, _turn())
        triples = zip(answered(asked), wanted, cells, strict=True)
        entries = [Entry(view.id, spec, each, drawn_by(engine, spec)) for view, spec, each in triples]
        frame = Frame(description, _active(asked, description), entries, state.since)
        return _unchanging(_packed(encode(frame)), tag)

    return routes


def require_same(r: str | None, reach: Reach) -> None:
    """Browsers keep answers for good, each under the rights that its address names."""
    if r not in (None, reach.key):
        raise RightsChangedError


@dataclass(frozen=True)
class _State:
    """What a request is over: so many rows as seen, without those of an older state, and which these are."""

    rows: int
    since: int | None
    range: range


def _state(query: CubeQuery, states: States) -> _State:
    """The state that is asked for. Without ``rows`` the newest or, to be kept for good, the rows imported."""
    newest = states.latest if query.r is None else states.visible
    until = newest if query.rows is None else query.rows
    try:
        return _State(until, query.since, states.rows(until, query.since))
    except ValueError as error:
        raise RefusedError("rows", str(error)) from error


def _turn() -> Turn:
    """What a newer request takes over: nobody can name the flight of somebody else."""
    flight = request.headers.get("X-Flight")
    if flight is None:
        return Turn()
    if len(flight) > LONGEST_FLIGHT:
        raise RefusedError("X-Flight", f"longer than {LONGEST_FLIGHT} characters")
    name, _, number = flight.rpartition("/")
    if not (number.isascii() and number.isdigit()):
        raise RefusedError("X-Flight", "this does not end with a number, as in tab/purpose/1")
    return Turn((current_user.get_id(), name), int(number))


def _require_modest(wanted: list[CubeSpec]) -> None:
    cells = sum(int(np.prod(spec.shape, dtype=np.int64)) for spec in wanted)
    if cells > MOST_CELLS:
        raise RefusedError(
            "views", f"this asks for {cells:,} cells, more than {MOST_CELLS:,}: use fewer bins"
        )


def _active(asked: CubeRequest, description: Description) -> Active | None:
    if asked.active is None:
        return None
    return Active(asked.active, axes(asked.view(asked.active), description))


def _tag(asked: CubeRequest, description: Description, since: int | None) -> str:
    parts = (
        MAGIC.decode(),
        description.slug,
        description.version,
        description.rights,
        f"{since}-{description.rows}",
        asked.model_dump_json(),
    )
    return sha256("\n".join(parts).encode()).hexdigest()[:32]


def _packed(frame: bytes) -> Response:
    response = Response(frame, mimetype="application/octet-stream")
    if len(frame) >= WORTH_COMPRESSING and request.accept_encodings.quality("gzip") > 0:
        response.set_data(zlib.compress(frame, level=1, wbits=31))
        response.content_encoding = "gzip"
    return response


def _unchanging(response: Response, tag: str) -> Response:
    response.headers["Cache-Control"] = FOREVER if "r" in request.args else ASK_AGAIN
    response.vary.add("Accept-Encoding")
    response.set_etag(tag, weak=True)
    return response
