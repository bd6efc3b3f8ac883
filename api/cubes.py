"""The cube route; docs/wire.md describes requests and responses."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from flask import Blueprint, Response, request
from flask_login import current_user
from pydantic import Field, Json, field_validator

from accounts.guard import requires
from accounts.permissions import Permission
from api.computation_queue import QueueName, take_turns
from api.errors import InvalidRequestError, register_error_handlers
from api.field_types import RowCount, Text
from api.operations import operation
from api.version_requests import (
    StateQuery,
    compute_etag,
    get_request_ticket,
    make_cacheable,
    open_version,
    resolve_state,
)
from datasets import audit_events
from datasets.access.category_ranker import CategoryRanker
from datasets.access.gateway import DatasetGateway
from datasets.cubes.cache import CubeCache
from datasets.cubes.engine_pool import EnginePool
from datasets.cubes.gzip_cache import GzipFrameCache
from datasets.cubes.in_flight import RowScope
from datasets.cubes.wire_format import MAGIC, ActiveView, CubeEntry, CubeFrame, encode_frame
from datasets.description import Description
from datasets.exploration import CubeRequest
from datasets.query.axes import resolve_axes
from datasets.query.compile import cube_specs, requested_views
from gpu.cubes import CubeSpec
from gpu.engine import engine_name_for

FRAME_CACHE_BYTES = 1 << 26
"""The size in bytes of the cache of compressed responses."""
CUBE_MEDIA_TYPE = "application/octet-stream"
MAX_CELLS = 1 << 25
"""The number of cells that all cubes of one request may have together; dashboards stay well below."""


class CubeQuery(StateQuery):
    """The frame layout, the rights key of the description, and the request ``x``.

    ``rows`` is a state of a growing dataset, ``from`` an older one whose rows are left out.
    """

    frame: Text = MAGIC.decode()
    since: RowCount | None = Field(default=None, alias="from")
    x: Json[CubeRequest]

    @field_validator("frame")
    @classmethod
    def _require_current_frame(cls, frame: str) -> str:
        if frame != MAGIC.decode():
            raise ValueError("The service has been upgraded. Reload the page.")
        return frame


def create_cube_routes(
    cache: CubeCache, engines: EnginePool, gateway: DatasetGateway, ranker: CategoryRanker
) -> Blueprint:
    """Return the cube route, which uses this cache and these engines."""
    routes = Blueprint("cubes", __name__)
    register_error_handlers(routes)
    frames = GzipFrameCache(FRAME_CACHE_BYTES)

    @routes.get("/api/datasets/<slug>/versions/<version>/cubes")
    @requires(Permission.EXPLORE)
    @operation(media_type=CUBE_MEDIA_TYPE)
    @take_turns(QueueName.COMPUTATIONS)
    def show_cubes(slug: str, version: str, query: CubeQuery) -> Response:
        """Compute the counts to draw and brush a version, in the layout of docs/wire.md."""
        seen = open_version(gateway, slug, version, query.r)
        state = resolve_state(query, seen.snapshots, query.since)
        description = seen.description.model_copy(update={"rows": state.rows})
        audit_events.record_opened_once(current_user, slug, version)
        known = compute_etag(description, MAGIC.decode(), state.since, query.x.model_dump_json())
        if request.if_none_match.contains_weak(known):
            return make_cacheable(Response(status=304), known)
        asked = ranker.rank_views(query.x, seen)
        wanted = cube_specs(asked, description, seen.access.row_rights)
        _require_cell_limit(wanted)
        engine = engines.get_engine(slug, version, state.range.stop)
        rows = RowScope(f"{slug}/{version}", seen.access.rights_key, state.range)
        cells = cache.get_cubes(engine, rows, wanted, get_request_ticket())
        triples = zip(requested_views(asked), wanted, cells, strict=True)
        entries = [
            CubeEntry(view.id, spec, each, engine_name_for(engine, spec)) for view, spec, each in triples
        ]
        frame = CubeFrame(description, _build_active(asked, description), entries, state.since)
        return make_cacheable(_build_response(frames, known, partial(encode_frame, frame)), known)

    return routes


def _require_cell_limit(wanted: list[CubeSpec]) -> None:
    cells = sum(int(np.prod(spec.shape, dtype=np.int64)) for spec in wanted)
    if cells > MAX_CELLS:
        raise InvalidRequestError(
            "views", f"this asks for {cells:,} cells, more than {MAX_CELLS:,}: use fewer bins"
        )


def _build_active(asked: CubeRequest, description: Description) -> ActiveView | None:
    if asked.active is None:
        return None
    return ActiveView(asked.active, resolve_axes(asked.get_view(asked.active), description))


def _build_response(frames: GzipFrameCache, etag: str, encode: Callable[[], bytes]) -> Response:
    packs = request.accept_encodings.quality("gzip") > 0
    response = Response(frames.get_compressed(etag, encode) if packs else encode(), mimetype=CUBE_MEDIA_TYPE)
    if packs:
        response.content_encoding = "gzip"
    return response
