"""The cube route; docs/wire.md says what is asked and answered."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from flask import Blueprint, Response, make_response, request
from flask_login import current_user
from pydantic import ValidationError

from accounts.guard import requires
from accounts.permissions import Permission
from datasets.axes import MisfitError, axes
from datasets.compile import answered, specs
from datasets.cubes.cache import CubeCache
from datasets.cubes.engines import Engines
from datasets.cubes.flights import OutdatedError, Rows, Turn
from datasets.cubes.wire import MAGIC, Active, Entry, Frame, encode
from datasets.description import Description
from datasets.door import Door, PreparingError, UnknownDatasetError
from datasets.exploration import CubeRequest, faults
from datasets.growing.states import States
from datasets.protection import UnreadableError
from datasets.reach import Reach
from gpu.cubes import CubeSpec

FOREVER = "private, max-age=31536000, immutable"
ASK_AGAIN = "private, no-cache"
RIGHTS_CHANGED = "rights-changed"
WORTH_COMPRESSING = 1024  # bytes: less fits a packet anyway
MOST_CELLS = 1 << 25
"""In all cubes of one request; a dashboard of large densities stays well below."""
LONGEST_FLIGHT = 200
LONGEST_NUMBER = 18


class RightsChangedError(RuntimeError):
    """The page was opened with other rights than the person has now, or by somebody else."""


class RefusedError(ValueError):
    """A request is not what it should be; ``where`` is a path in ``x``, or an argument or header."""

    def __init__(self, where: str, message: str) -> None:
        super().__init__(message)
        self.where = where


def cube_routes(cache: CubeCache, engines: Engines, door: Door) -> Blueprint:
    """The route over this cache and these engines, for what the door shows."""
    routes = Blueprint("cubes", __name__)

    @routes.get("/api/datasets/<slug>/versions/<version>/cubes")
    @requires(Permission.EXPLORE)
    def answer(slug: str, version: str) -> Response:
        _require_layout()
        asked = _asked()
        seen = door.open(current_user, slug, version)
        require_same(seen.reach)
        state = _state(seen.states)
        description = seen.description.model_copy(update={"rows": state.rows})
        wanted = specs(asked, description, seen.reach.rows)
        _require_modest(wanted)
        tag = _tag(asked, description, state.since)
        if request.if_none_match.contains_weak(tag):
            return _unchanging(Response(status=304), tag)
        engine = engines.of(slug, version, state.range.stop)
        rows = Rows(f"{slug}/{version}", seen.reach.key, state.range)
        cells = cache.cubes(engine, rows, wanted, _turn())
        triples = zip(answered(asked), wanted, cells, strict=True)
        entries = [Entry(view.id, spec, each) for view, spec, each in triples]
        frame = Frame(description, _active(asked, description), entries, state.since)
        return _unchanging(_packed(encode(frame)), tag)

    routes.register_error_handler(RefusedError, _refused)
    routes.register_error_handler(MisfitError, _refused)
    routes.register_error_handler(UnknownDatasetError, _unknown)
    routes.register_error_handler(OutdatedError, _outdated)
    routes.register_error_handler(UnreadableError, _unreadable)
    same_rights(routes)
    routes.register_error_handler(PreparingError, _preparing)
    return routes


def _require_layout() -> None:
    if request.args.get("frame", MAGIC.decode()) != MAGIC.decode():
        raise RefusedError("frame", "The service has been upgraded. Reload the page.")


def same_rights(routes: Blueprint) -> None:
    """Let these routes answer to what ``require_same`` raises."""
    routes.register_error_handler(RightsChangedError, _rights_changed)


def require_same(reach: Reach) -> None:
    """Browsers keep answers for good, each under the rights that its address names."""
    if request.args.get("r", reach.key) != reach.key:
        raise RightsChangedError


@dataclass(frozen=True)
class _State:
    """What a request is over: so many rows as seen, without those of an older state, and which these are."""

    rows: int
    since: int | None
    range: range


def _state(states: States) -> _State:
    """What ``rows`` and ``from`` name; without them, the rows that were imported."""
    until, since = _number("rows"), _number("from")
    try:
        return _State(states.visible if until is None else until, since, states.rows(until, since))
    except ValueError as error:
        raise RefusedError("rows", str(error)) from error


def _number(name: str) -> int | None:
    given = request.args.get(name)
    if given is None:
        return None
    if not (given.isascii() and given.isdigit() and len(given) <= LONGEST_NUMBER):
        raise RefusedError(name, "this is no number of rows")
    return int(given)


def _asked() -> CubeRequest:
    try:
        return CubeRequest.model_validate_json(request.args.get("x", ""))
    except ValidationError as error:
        where, message = faults(error)[0]
        raise RefusedError(where or "x", message) from error


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


def _refused(error: RefusedError | MisfitError) -> Response:
    return make_response({"error": {"message": str(error), "where": error.where}}, 400)


def _unknown(error: UnknownDatasetError) -> Response:
    return make_response({"error": {"message": str(error)}}, 404)


def _outdated(_error: OutdatedError) -> Response:
    return make_response({"error": {"message": "outdated"}}, 409)


def _unreadable(error: UnreadableError) -> Response:
    return make_response({"error": {"message": str(error)}}, 503)


def _rights_changed(_error: RightsChangedError) -> Response:
    return make_response({"error": {"message": "Your rights have changed.", "code": RIGHTS_CHANGED}}, 409)


def _preparing(error: PreparingError) -> Response:
    answer = make_response({"error": {"message": str(error), "code": "preparing"}}, 503)
    answer.headers["Retry-After"] = "5"
    return answer
