"""The route that opens cuxfilter, the page that frames it, and the way back with its filters."""

from __future__ import annotations

from flask import Blueprint, Flask, abort, redirect, render_template
from flask_login import current_user
from flask_wtf import FlaskForm

from accounts import audit
from accounts.audit import AuditAction
from accounts.guard import requires
from accounts.permissions import Permission
from api.errors import register_error_handlers
from api.operations import PageResponse, RequestBody, ResponseBody, operation
from datasets.access.gateway import DatasetGateway
from datasets.cuxfilter.sessions import (
    URL_PREFIX,
    CuxfilterSession,
    CuxfilterSessions,
    UnknownCuxfilterSessionError,
)
from datasets.exploration import Exploration
from datasets.explorations.suggest import suggest_exploration
from datasets.explorations.url import format_hash
from gpu.cuxfilter.process import WorkerError

TEMPLATE = "cuxfilter.html"


class NewCuxfilterSession(RequestBody):
    """The exploration to open."""

    exploration: Exploration


class CuxfilterSessionPath(ResponseBody):
    """The path of the page that shows it."""

    path: str


def register_cuxfilter(server: Flask, sessions: CuxfilterSessions, gateway: DatasetGateway) -> None:
    """Register the route and the pages of these sessions with the server."""
    for routes in (create_cuxfilter_routes(sessions), create_cuxfilter_pages(sessions, gateway)):
        server.register_blueprint(routes)
        server.extensions["csrf"].exempt(routes)  # the route accepts only JSON, the pages check their forms


def create_cuxfilter_routes(sessions: CuxfilterSessions) -> Blueprint:
    """Return the route that opens cuxfilter."""
    routes = Blueprint("cuxfilter", __name__)
    register_error_handlers(routes)

    @routes.post("/api/cuxfilter")
    @requires(Permission.EXPLORE)
    @operation(status=201)
    def open_in_cuxfilter(body: NewCuxfilterSession) -> CuxfilterSessionPath:
        """Open an exploration in cuxfilter, in a process that only you can use, in this session only."""
        session = sessions.open_session(current_user, body.exploration)
        slug = body.exploration.dataset
        audit.record_event(AuditAction.DATASET_IN_CUXFILTER, actor=current_user, resource=("dataset", slug))
        return CuxfilterSessionPath(path=f"{URL_PREFIX}/{session.key}")

    return routes


def create_cuxfilter_pages(sessions: CuxfilterSessions, gateway: DatasetGateway) -> Blueprint:
    """Return the page that frames cuxfilter, and the route that closes it."""
    routes = Blueprint("cuxfilter pages", __name__)

    @routes.get(f"{URL_PREFIX}/<key>")
    @requires(Permission.EXPLORE)
    def show_cuxfilter(key: str) -> PageResponse:
        try:
            return _render_dashboard(sessions.find_session(current_user, key))
        except (UnknownCuxfilterSessionError, WorkerError) as error:
            return render_template(TEMPLATE, error=str(error)), 410

    @routes.post(f"{URL_PREFIX}/<key>")
    @requires(Permission.EXPLORE)
    def close_cuxfilter(key: str) -> PageResponse:
        if not FlaskForm().validate_on_submit():
            abort(400, "The form has expired. Please load the page again.")
        try:
            exploration = sessions.close_session(current_user, key)
        except (UnknownCuxfilterSessionError, WorkerError) as error:
            return render_template(TEMPLATE, error=str(error)), 410
        seen = gateway.open_version(current_user, exploration.dataset, exploration.version)
        hash_ = format_hash(exploration, suggest_exploration(seen.description))
        return redirect(f"/explore/{exploration.dataset}{hash_}", 303)

    return routes


def _render_dashboard(dashboard: CuxfilterSession) -> PageResponse:
    """Return the page with the frame; while the process starts, a page with status 202 that reloads."""
    form = FlaskForm()
    if not dashboard.ready.done():
        return render_template(TEMPLATE, form=form, dashboard=dashboard), 202
    dashboard.ready.result()
    return render_template(
        TEMPLATE,
        form=form,
        dashboard=dashboard,
        frame=f"{dashboard.url_path}/?token={dashboard.issue_token()}",
    )
