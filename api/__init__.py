"""The REST API for programs, and for the pages of DataXchange itself."""

from __future__ import annotations

from flask import Flask

from api import account, audit, factors, openapi, sessions, step_up, tokens
from api.cubes import create_cube_routes
from api.datasets import create_dataset_routes
from api.feeds import create_feed_routes
from api.guests import create_guest_routes
from api.live import create_live_routes
from api.rows import create_row_routes
from api.shares import create_share_routes
from api.version_state import create_version_state_routes
from api.views import create_view_routes
from datasets.access.category_ranker import CategoryRanker
from datasets.access.gateway import DatasetGateway
from datasets.cubes.cache import CubeCache
from datasets.cubes.engine_pool import EnginePool
from datasets.table.table_reader import TableReader
from realtime.service import Realtime


def register_blueprints(
    server: Flask, gateway: DatasetGateway, cubes: CubeCache, engines: EnginePool, realtime: Realtime
) -> None:
    """Register all routes below /api/ with the server; they reach datasets through the gateway only."""
    ranker = CategoryRanker(cubes, engines)
    alone = [room.routes for room in (account, audit, step_up, factors, openapi, sessions, tokens)]
    seen = [
        routes(gateway)
        for routes in (
            create_dataset_routes,
            create_version_state_routes,
            create_share_routes,
            create_view_routes,
        )
    ]
    for routes in (
        *alone,
        *seen,
        create_cube_routes(cubes, engines, gateway, ranker),
        create_row_routes(TableReader(engines), gateway, ranker),
        create_guest_routes(),
        create_live_routes(gateway, realtime),
        create_feed_routes(realtime),
    ):
        server.register_blueprint(routes)
        server.extensions["csrf"].exempt(routes)  # they accept only JSON, and the guard rejects other sites
