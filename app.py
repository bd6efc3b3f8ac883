"""The composition root: settings -> Flask + Dash -> one ASGI app on one port; it alone knows every room."""

from __future__ import annotations

import gc

gc.disable()  # what imports make stays: looking through it again and again took a quarter of their time

import re
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import NoReturn

import sqlalchemy as sa
import structlog
from a2wsgi import WSGIMiddleware
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
from accounts.permissions import Permission
from accounts.principals import Kind
from accounts.signin import oidc_routes, passkey_routes, password_routes
from api import cuxfilter_pages
from api.cuxfilter_proxy import framed
from api.guests import guest_page
from config import Settings
from datasets import catalogue
from datasets.access import guest_links
from datasets.access.gateway import Door, entries
from datasets.append.file_writer import remove_leftovers
from datasets.cubes.cache import CubeCache
from datasets.cubes.engine_pool import Engines
from datasets.cuxfilter.sessions import Desks
from datasets.exploration import CubeRequest
from datasets.explorations.suggest import suggest
from datasets.query.compile import specs
from db import engine, schema
from db.keys import key_ring
from db.keys.master import MasterKeyError
from gpu.registry import Choice, EngineUnavailableError, Limits, choose
from realtime.embedded_broker import Mounted
from realtime.live import recordings
from realtime.service import Realtime
from server import static_assets
from server.disconnects import Departures
from server.request_limits import LARGEST_BODY, WholeBodies
from server.serve import listen, log_to_stderr, loopback, serve

gc.enable()

log = structlog.get_logger(__name__)
ROOT = Path(__file__).parent
TABLES = re.compile(r'<script src="[^"]*/dash_ag_grid/[^"]*"></script>')
ADVICE = {
    403: ("Not allowed", "Your role does not include this. An admin can change it."),
    404: ("Not found", "There is nothing at this address."),
    500: ("Something went wrong", "It is our fault and has been logged. Please try again."),
}


def create_app(settings: Settings) -> Dash:
    """The whole service as a Dash app; its Flask is ``.server``, which has ``engines`` and ``cubes``."""
    config.use(settings)
    server = Flask("app", root_path=str(ROOT), static_folder=None)
    server.config.update(
        SECRET_KEY=first_run.form_key(),
        SESSION_COOKIE_NAME="__Host-dataxchange" if settings.https else "dataxchange",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.https,
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=LARGEST_BODY,
    )
    guard.guard(server)
    password_routes.install(server)
    passkey_routes.install(server)
    oidc_routes.install(server)
    server.add_url_rule("/health", view_func=health)
    server.add_url_rule("/", view_func=front_page)
    server.register_error_handler(HTTPException, error_page)
    server.register_error_handler(DependencyException, lambda _: error_page(NotFound()))
    static_assets.install(server)
    choice = server.extensions["choice"] = chosen(settings)
    engines = server.extensions["engines"] = Engines(choice.make)
    door = server.extensions["door"] = Door(engines)
    cubes = server.extensions["cubes"] = CubeCache(settings.cube_memory)
    mounted = None if settings.ably_api_key else Mounted(loopback)
    realtime = server.extensions["realtime"] = Realtime(mounted, door)
    desks = server.extensions["desks"] = Desks(door, engines)
    api.install(server, door, cubes, engines, realtime)
    cuxfilter_pages.install(server, desks, door)
    server.register_blueprint(guest_page())
    dash = _dash(server)
    headers.protect(server, dash.csp_hashes, settings.https, headers.ABLY if settings.ably_api_key else "")
    return dash


def _dash(server: Flask) -> Dash:
    dash = Dash(
        "app",
        server=server,
        title="DataXchange",
        update_title="",
        assets_folder=str(static_assets.ASSETS),
        assets_url_path=static_assets.address(),
        assets_ignore=r"^(?!(account|ag-grid|conditions|controls|explorer-component)\.js$).*\.js$",
        assets_path_ignore=["^(charts|explore|vendor)$"],
        index_string=static_assets.document(),
        use_pages=True,
        pages_folder="",
        suppress_callback_exceptions=True,
        use_async=False,
        add_log_handler=False,
    )
    dash.layout = page_container
    pages.register()
    callbacks.register()
    open_pages_only(dash)
    return dash


def open_pages_only(dash: Dash) -> None:
    """Route each page by itself: Dash would answer any address at all with its one document."""
    for page in page_registry.values():
        tables = (page["path"] or "").startswith("/admin/")
        shown = document(dash, page.get("permission", Permission.EXPLORE), tables)
        for rule in filter(None, {page["path"], page["path_template"]}):
            dash.server.add_url_rule(rule, f"page {rule}", shown, strict_slashes=False)
    dash.server.view_functions["/<path:path>"] = nowhere


def document(dash: Dash, permission: Permission, tables: bool) -> Callable[..., str]:
    """Dash's document for a page; the megabyte that draws long tables goes with those that have some."""

    def shown(**_gaps: str) -> str:
        if current_user.kind is Kind.GUEST and request.path != guest_links.home(current_user):
            abort(404)
        whole: str = dash.index()
        return whole if tables else TABLES.sub("", whole)

    return guard.requires(permission)(shown)


@guard.public
def health() -> dict[str, object]:
    """Whether requests are answered and the database is there, and what counts."""
    with engine.session() as work:
        work.connection().execute(sa.text("SELECT 1"))
    name = current_app.extensions["choice"].name
    return {"status": "ok", "engine": {"name": name, "threads": config.settings().threads}}


@guard.requires(Permission.EXPLORE)
def front_page() -> AnyResponse:
    """The first dataset that they may see; an empty Explore page while there is none. A guest's page."""
    if current_user.kind is Kind.GUEST:
        return redirect(guest_links.home(current_user))
    first = next(iter(entries(current_user)), None)
    return redirect(f"/explore/{first.slug}" if first else "/explore")


def nowhere(path: str) -> NoReturn:
    """What stands behind every address that nothing else answers."""
    abort(404, f"There is nothing at /{path}.")


def error_page(error: HTTPException) -> Response:
    status = error.code or 500
    title, advice = ADVICE.get(status, (error.name, error.description))
    if request.path.startswith(("/api/", "/_")):
        return make_response({"error": {"message": error.description or title}}, status)
    return make_response(render_template("error.html", title=title, advice=advice), status)


def asgi(dash: Dash, settings: Settings) -> Starlette:
    """What uvicorn serves. Text is compressed here; cubes come compressed already where it pays.

    Exports are not: compressing hundreds of megabytes would keep everybody else waiting.

    Without a key of Ably's cloud, a broker of our own serves live sessions on the same port.
    """
    compression = Middleware(
        GZipMiddleware,
        compresslevel=5,
        exclude_content_types=(*DEFAULT_EXCLUDED_CONTENT_TYPES, "application/octet-stream", "text/csv"),
    )
    realtime: Realtime = dash.server.extensions["realtime"]
    flask = Departures(WSGIMiddleware(dash.server, workers=settings.request_threads))
    return Starlette(
        routes=[Mount("/", framed(realtime.beside(flask), dash.server.extensions["desks"]))],
        middleware=[Middleware(WholeBodies), compression],
        lifespan=lambda _: realtime.running(),
    )


def announce(settings: Settings, port: int, never_used: bool) -> None:
    base = settings.public_url or settings.address(port)
    say(f"DataXchange is at {settings.address(port)}")
    if never_used:
        link = one_time_links.address(base, one_time_links.issue(first_run.ADMIN))
        say(f"Sign in once with this link: {link}")
        say(f"or as {first_run.ADMIN} with the password in {first_run.password_file(settings.data)}")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Prepare what a first start lacks, then serve until SIGTERM or Ctrl+C."""
    settings = config.settings()
    log_to_stderr(settings.log_level)
    never_used = prepare(settings)
    dash = create_app(settings)
    application = asgi(dash, settings)
    gc.freeze()  # it stays; a full collection would look through it for a tenth of a second while all wait
    with listen(settings) as listeners:
        announce(settings, listeners[0].getsockname()[1], never_used)
        warmed = [dash.server.extensions[name] for name in ("choice", "engines")]
        Thread(target=warm, args=warmed, name="warm", daemon=True).start()
        cleanup.daily(recordings.forget)
        with dash.server.extensions["desks"].cleared():
            serve(application, listeners, settings)


def prepare(settings: Settings) -> bool:
    """Make what a first start lacks; returns whether the admin has never signed in yet.

    Raises:
        SystemExit: the data folder or the database can't be used; says why.
    """
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        schema.upgrade()
        if engine.is_unproven(settings.database):
            log.warning("the database's certificate is not checked: add ?sslmode=verify-full to DATABASE_URL")
        key_ring.ensure()
        remove_leftovers()
        return first_run.ensure_admin(settings.data)
    except OSError as error:
        raise SystemExit(f"Can't use the data folder {settings.data}: {error}") from error
    except (key_ring.LostKeyError, MasterKeyError) as error:
        raise SystemExit(str(error)) from error


def chosen(settings: Settings) -> Choice:
    """The engine of this process.

    Raises:
        SystemExit: the one that was asked for can't run; says why.
    """
    limits = Limits(
        settings.threads,
        settings.code_memory,
        settings.cube_memory,
        settings.device_memory,
        settings.cuxfilter_python,
    )
    try:
        return choose(settings.engine, limits)
    except EngineUnavailableError as error:
        name = config.variable("engine")
        raise SystemExit(f"{name}: the engine {settings.engine} can't run here: {error}") from error


def warm(choice: Choice, engines: Engines) -> None:
    """Make resident what the first page shows: its first brush waits for neither a file nor a compiler."""
    choice.warm()
    for entry in catalogue.entries()[:1]:
        description = catalogue.open(entry.slug)
        views = suggest(description).views
        asked = CubeRequest(views=views)
        engines.of(entry.slug, description.version).cubes(specs(asked, description))


if __name__ == "__main__":
    main()
