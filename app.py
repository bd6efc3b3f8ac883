"""The composition root: settings -> Flask + Dash -> one ASGI app. It alone imports every package."""

from __future__ import annotations

import gc

gc.disable()  # objects made by imports stay; collecting meanwhile took a quarter of the time

import re
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import NoReturn

import sqlalchemy as sa
import structlog
from dash import Dash, page_container, page_registry
from dash.exceptions import DependencyException
from flask import Flask, Response, abort, current_app, make_response, redirect, render_template, request
from flask_login import current_user
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.routing import Mount
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.wrappers import Response as AnyResponse

import api
import callbacks
import config
import pages
from accounts import cleanup, first_run, guard, headers, one_time_links
from accounts.form_cookie import derive_form_key
from accounts.permissions import Permission
from accounts.principals import PrincipalKind
from accounts.signin import oidc_routes, passkey_routes, password_routes
from api import cuxfilter_pages
from api.computation_queue import count_queue_threads, install_queues
from api.cuxfilter_proxy import proxy_cuxfilter
from api.guests import create_guest_page
from config import Settings
from datasets import catalogue
from datasets.access import guest_links
from datasets.access.category_ranker import CategoryRanker
from datasets.access.gateway import DatasetGateway, list_visible_datasets
from datasets.append.file_writer import remove_leftover_files
from datasets.cubes.cache import CubeCache
from datasets.cubes.engine_pool import EnginePool
from datasets.cuxfilter.sessions import CuxfilterSessions
from datasets.exploration import CubeRequest
from datasets.explorations.suggest import suggest_exploration
from datasets.query.compile import cube_specs
from db import engine
from db.preparation import prepare_database
from gpu.kernel_cache import set_kernel_cache
from gpu.registry import EngineInfo, EngineLimits, EngineUnavailableError, choose_engine
from realtime.embedded_broker import EmbeddedBroker
from realtime.live import recordings
from realtime.service import Realtime
from server import static_assets
from server.disconnects import DisconnectMiddleware
from server.request_limits import MAX_BODY_BYTES, BufferedBodyMiddleware
from server.serve import configure_logging, open_listeners, run_server, serve_on_loopback
from server.thread_pools import ThreadPool, ThreadPoolMiddleware, use_pool

gc.enable()

log = structlog.get_logger(__name__)
ROOT = Path(__file__).parent
HEALTH_THREADS = 2
AG_GRID_SCRIPT = re.compile(r'<script src="[^"]*/dash_ag_grid/[^"]*"></script>')
ERROR_ADVICE = {
    403: ("Not allowed", "Your role doesn't allow this. Ask an admin for access."),
    404: ("Not found", "This page doesn't exist."),
    500: ("Something went wrong", "The error has been logged. Please try again."),
}


def create_app(settings: Settings) -> Dash:
    """Create the whole service as a Dash app; its Flask app ``.server`` has ``engines`` and ``cubes``."""
    config.override_settings(settings)
    server = Flask("app", root_path=str(ROOT), static_folder=None)
    server.config.update(
        SECRET_KEY=derive_form_key(),
        SESSION_COOKIE_NAME="__Host-dataxchange" if settings.is_https else "dataxchange",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_https,
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
    )
    guard.install_guard(server)
    password_routes.install_signin(server)
    passkey_routes.register_routes(server)
    oidc_routes.register_routes(server)
    server.add_url_rule("/health", view_func=check_health)
    server.add_url_rule("/", view_func=front_page)
    server.register_error_handler(HTTPException, error_page)
    server.register_error_handler(DependencyException, lambda _: error_page(NotFound()))
    static_assets.install_static_assets(server)
    choice = server.extensions["engine_info"] = select_engine(settings)
    engines = server.extensions["engines"] = EnginePool(choice.create_engine)
    gateway = server.extensions["gateway"] = DatasetGateway(engines)
    cubes = server.extensions["cubes"] = CubeCache(settings.cube_memory)
    broker = None if settings.ably_api_key else EmbeddedBroker(serve_on_loopback)
    realtime = server.extensions["realtime"] = Realtime(broker, gateway)
    cuxfilter = server.extensions["cuxfilter_sessions"] = CuxfilterSessions(
        gateway, engines, CategoryRanker(cubes, engines)
    )
    install_queues(server, settings.request_threads)
    api.register_blueprints(server, gateway, cubes, engines, realtime)
    cuxfilter_pages.register_cuxfilter(server, cuxfilter, gateway)
    server.register_blueprint(create_guest_page())
    dash = _create_dash(server)
    headers.add_security_headers(
        server, dash.csp_hashes, settings.is_https, headers.ABLY_ORIGINS if settings.ably_api_key else ""
    )
    return dash


def _create_dash(server: Flask) -> Dash:
    dash = Dash(
        "app",
        server=server,
        title="DataXchange",
        update_title="",
        assets_folder=str(static_assets.ASSETS),
        assets_url_path=static_assets.get_assets_path(),
        assets_ignore=r"^(?!(account|ag-grid|conditions|controls|explorer-component)\.js$).*\.js$",
        assets_path_ignore=["^(charts|explore|vendor)$"],
        index_string=static_assets.build_index_page(),
        use_pages=True,
        pages_folder="",
        suppress_callback_exceptions=True,
        use_async=False,
        add_log_handler=False,
    )
    dash.layout = page_container
    pages.register_pages()
    callbacks.register_callbacks()
    register_page_routes(dash)
    return dash


def register_page_routes(dash: Dash) -> None:
    """Register a route per page: Dash would answer every URL with its one document."""
    for page in page_registry.values():
        tables = (page["path"] or "").startswith("/admin/")
        shown = create_page_view(dash, page.get("permission", Permission.EXPLORE), tables)
        for rule in filter(None, {page["path"], page["path_template"]}):
            dash.server.add_url_rule(rule, f"page {rule}", shown, strict_slashes=False)
    dash.server.view_functions["/<path:path>"] = not_found


def create_page_view(dash: Dash, permission: Permission, has_tables: bool) -> Callable[..., str]:
    """Return the view of a page: Dash's document; only pages with tables include AG Grid's megabyte."""

    def render_page(**_gaps: str) -> str:
        if current_user.kind is PrincipalKind.GUEST and request.path != guest_links.landing_path(
            current_user
        ):
            abort(404)
        whole: str = dash.index()
        return whole if has_tables else AG_GRID_SCRIPT.sub("", whole)

    return guard.requires(permission)(render_page)


@use_pool(ThreadPool.HEALTH)
@guard.public
def check_health() -> dict[str, object]:
    """Return whether the service and its database respond, and which engine it uses."""
    with engine.transaction() as work:
        work.connection().execute(sa.text("SELECT 1"))
    name = current_app.extensions["engine_info"].active_name
    return {"status": "ok", "engine": {"name": name, "threads": config.get_settings().threads}}


@guard.requires(Permission.EXPLORE)
def front_page() -> AnyResponse:
    """Redirect to the first dataset the person sees, or to an empty Explore page; guests to their page."""
    if current_user.kind is PrincipalKind.GUEST:
        return redirect(guest_links.landing_path(current_user))
    first = next(iter(list_visible_datasets(current_user)), None)
    return redirect(f"/explore/{first.slug}" if first else "/explore")


def not_found(path: str) -> NoReturn:
    """Respond 404 for every URL that has no route."""
    abort(404, f"There is nothing at /{path}.")


def error_page(error: HTTPException) -> Response:
    status = error.code or 500
    title, advice = ERROR_ADVICE.get(status, (error.name, error.description))
    if request.path.startswith(("/api/", "/_")):
        return make_response({"error": {"message": error.description or title}}, status)
    return make_response(render_template("error.html", title=title, advice=advice), status)


def create_asgi_app(dash: Dash, settings: Settings) -> Starlette:
    """Create what uvicorn serves. Text is compressed here; cubes arrive compressed if that pays.

    Exports are not compressed: hundreds of megabytes would keep everyone else waiting.

    Without a key of Ably's cloud, the embedded broker serves live sessions on the same port.
    """
    compression = Middleware(
        GZipMiddleware,
        compresslevel=5,
        exclude_content_types=(*DEFAULT_EXCLUDED_CONTENT_TYPES, "application/octet-stream", "text/csv"),
    )
    realtime: Realtime = dash.server.extensions["realtime"]
    threads = {
        ThreadPool.HEALTH: HEALTH_THREADS,
        ThreadPool.QUEUES: count_queue_threads(dash.server),
        ThreadPool.OTHERS: settings.request_threads,
    }
    flask = DisconnectMiddleware(ThreadPoolMiddleware(dash.server, threads))
    return Starlette(
        routes=[
            Mount(
                "/", proxy_cuxfilter(realtime.mount_with(flask), dash.server.extensions["cuxfilter_sessions"])
            )
        ],
        middleware=[Middleware(BufferedBodyMiddleware), compression],
        lifespan=lambda _: realtime.lifespan(),
    )


def print_addresses(settings: Settings, port: int, new_admin: str | None) -> None:
    """Print where the service is, and how an admin signs in while none has ever done so."""
    base = settings.public_url or settings.local_url(port)
    print_line(f"DataXchange is at {settings.local_url(port)}")
    if new_admin is None:
        return
    link = one_time_links.build_link_url(base, one_time_links.create_link_token(new_admin))
    print_line(f"Sign in as {new_admin} with this single-use link: {link}")
    file = first_run.get_password_file(settings.data)
    if new_admin == first_run.ADMIN_NAME and file.exists():
        print_line(f"or with the password in {file}")


def print_line(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Prepare a first start if necessary, then serve until SIGTERM or Ctrl+C."""
    settings = config.get_settings()
    configure_logging(settings.log_level)
    new_admin = prepare_first_start(settings)
    dash = create_app(settings)
    application = create_asgi_app(dash, settings)
    gc.freeze()  # it stays; a full collection would scan it for a tenth of a second while everyone waits
    with open_listeners(settings) as listeners:
        print_addresses(settings, listeners[0].getsockname()[1], new_admin)
        warmed = [dash.server.extensions[name] for name in ("engine_info", "engines")]
        Thread(target=warm_up, args=warmed, name="warm", daemon=True).start()
        cleanup.start_daily(recordings.delete_expired)
        with dash.server.extensions["cuxfilter_sessions"].closing_all():
            run_server(application, listeners, settings)


def prepare_first_start(settings: Settings) -> str | None:
    """Create what a first start lacks; return the name of an admin while none has ever signed in.

    Raises:
        SystemExit: the data folder or the database can't be used; says why.
    """
    prepare_database()
    if engine.is_certificate_unchecked(settings.database_address):
        log.warning("the database's certificate is not checked: add ?sslmode=verify-full to DATABASE_URL")
    try:
        remove_leftover_files()
        return first_run.ensure_admin(settings.data)
    except OSError as error:
        raise SystemExit(f"Can't use the data folder {settings.data}: {error}") from error


def select_engine(settings: Settings) -> EngineInfo:
    """Return the engine of this process.

    Raises:
        SystemExit: the engine in the settings can't run; says why.
    """
    limits = EngineLimits(
        settings.threads,
        settings.code_memory,
        settings.cube_memory,
        settings.device_memory,
        settings.cuxfilter_python,
    )
    set_kernel_cache(settings.data / "cache" / "cupy")
    try:
        return choose_engine(settings.engine, limits)
    except EngineUnavailableError as error:
        name = config.get_env_variable("engine")
        raise SystemExit(f"{name}: the engine {settings.engine} can't run here: {error}") from error


def warm_up(choice: EngineInfo, engines: EnginePool) -> None:
    """Load what the first page shows, so that its first brush waits for neither files nor compilers."""
    choice.warm_up()
    for entry in catalogue.list_datasets()[:1]:
        description = catalogue.get_description(entry.slug)
        views = suggest_exploration(description).views
        asked = CubeRequest(views=views)
        engines.get_engine(entry.slug, description.version).compute_cubes(cube_specs(asked, description))


if __name__ == "__main__":
    main()
