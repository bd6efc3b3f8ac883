"""The REST API: what programs, our own page among them, ask over HTTP."""

from __future__ import annotations

from flask import Flask

from api import account, audit, factors, openapi, sessions, step_up, tokens
from api.cubes import cube_routes
from api.datasets import dataset_routes
from api.feeds import feed_routes
from api.guests import guest_routes
from api.live import live_routes
from api.rows import row_routes
from api.shares import share_routes
from api.version_state import growth_routes
from api.views import view_routes
from datasets.access.gateway import Door
from datasets.cubes.cache import CubeCache
from datasets.cubes.engine_pool import Engines
from datasets.table.table_reader import Tables
from realtime.service import Realtime


def install(server: Flask, door: Door, cubes: CubeCache, engines: Engines, realtime: Realtime) -> None:
    """Give the server all routes below /api/; datasets are seen through the door."""
    alone = [room.routes for room in (account, audit, step_up, factors, openapi, sessions, tokens)]
    seen = [routes(door) for routes in (dataset_routes, growth_routes, share_routes, view_routes)]
    for routes in (
        *alone,
        *seen,
        cube_routes(cubes, engines, door),
        row_routes(Tables(engines), door),
        guest_routes(),
        live_routes(door, realtime),
        feed_routes(realtime),
    ):
        server.register_blueprint(routes)
        server.extensions["csrf"].exempt(routes)  # they take JSON only, and the guard refuses other sites
