"""The cube route; docs/wire.md says what is asked and answered."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from flask import Blueprint, Response, request
from flask_login import current_user
from pydantic import Field, Json, field_validator

from accounts.guard import requires
from accounts.permissions import Permission
from api.errors import RefusedError, explain
from api.operations import operation
from api.version_requests import StateQuery, lasting, require_same, state_of, tag, turn
from datasets import audit_events
from datasets.access.gateway import Door
from datasets.cubes.cache import CubeCache
from datasets.cubes.engine_pool import Engines
from datasets.cubes.gzip_cache import Frames
from datasets.cubes.in_flight import Rows
from datasets.cubes.wire_format import MAGIC, Active, Entry, Frame, encode
from datasets.description import Description
from datasets.exploration import CubeRequest
from datasets.query.axes import axes
from datasets.query.compile import answered, specs
from gpu.cubes import CubeSpec
from gpu.engine import drawn_by

KEPT_FRAMES = 1 << 26
"""Bytes of answers that are kept as they are sent, for others who ask the same."""
BYTES = "application/octet-stream"
MOST_CELLS = 1 << 25
"""In all cubes of one request; a dashboard of large densities stays well below."""


class CubeQuery(StateQuery):
    """The layout that is wanted, the rights that the description names, and the question.

    ``rows`` is a state of a dataset that grows, ``from`` an older one whose rows are left out.
    """

    frame: str = MAGIC.decode()
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
    frames = Frames(KEPT_FRAMES)

    @routes.get("/api/datasets/<slug>/versions/<version>/cubes")
    @requires(Permission.EXPLORE)
    @operation(media=BYTES)
    def show_cubes(slug: str, version: str, query: CubeQuery) -> Response:
        """Counts to draw and to brush a version with, as docs/wire.md lays them out."""
        asked = query.x
        seen = door.open(current_user, slug, version)
        require_same(query.r, seen.reach)
        state = state_of(query, seen.states, query.since)
        description = seen.description.model_copy(update={"rows": state.rows})
        wanted = specs(asked, description, seen.reach.rows)
        _require_modest(wanted)
        audit_events.asked(current_user, slug, version)
        known = tag(description, MAGIC.decode(), state.since, asked.model_dump_json())
        if request.if_none_match.contains_weak(known):
            return lasting(Response(status=304), known)
        engine = engines.of(slug, version, state.range.stop)
        rows = Rows(f"{slug}/{version}", seen.reach.key, state.range)
        cells = cache.cubes(engine, rows, wanted, turn())
        triples = zip(answered(asked), wanted, cells, strict=True)
        entries = [Entry(view.id, spec, each, drawn_by(engine, spec)) for view, spec, each in triples]
        frame = Frame(description, _active(asked, description), entries, state.since)
        return lasting(_answer(frames, known, partial(encode, frame)), known)

    return routes


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


def _answer(frames: Frames, known: str, encode: Callable[[], bytes]) -> Response:
    packs = request.accept_encodings.quality("gzip") > 0
    response = Response(frames.packed(known, encode) if packs else encode(), mimetype=BYTES)
    if packs:
        response.content_encoding = "gzip"
    return response
