"""Explorations in cuxfilter: opened, looked at in a frame of ours, and closed with the filters they have."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, abort, redirect, render_template
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as AnyResponse

from accounts import audit
from accounts.audit import AuditAction
from accounts.guard import requires
from accounts.permissions import Permission
from api.errors import register_error_handlers
from api.operations import RequestBody, ResponseBody, operation
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

PageResponse = Response | AnyResponse | str | tuple[str, int]
TEMPLATE = "cuxfilter.html"


class NewCuxfilterSession(RequestBody):
    """What is to be shown."""

    exploration: Exploration


class CuxfilterSessionPath(ResponseBody):
    """Where it is shown, below the address of the service."""

    path: str


def register_cuxfilter(server: Flask, sessions: CuxfilterSessions, gateway: DatasetGateway) -> None:
    """Give the server the routes and pages of these desks."""
    for routes in (create_cuxfilter_routes(sessions), create_cuxfilter_pages(sessions, gateway)):
        server.register_blueprint(routes)
        server.extensions["csrf"].exempt(routes)  # one takes JSON only, the other looks at its forms itself


def create_cuxfilter_routes(sessions: CuxfilterSessions) -> Blueprint:
    """The route by which Explore opens cuxfilter."""
    routes = Blueprint("cuxfilter", __name__)
    register_error_handlers(routes)

    @routes.post("/api/cuxfilter")
    @requires(Permission.EXPLORE)
    @operation(status=201)
    def open_in_cuxfilter(body: NewCuxfilterSession) -> CuxfilterSessionPath:
        """Open an exploration in cuxfilter, in a process of your own: for you alone, in this session."""
        desk = sessions.open_session(current_user, body.exploration)
        slug = body.exploration.dataset
        audit.record_event(AuditAction.DATASET_IN_CUXFILTER, actor=current_user, resource=("dataset", slug))
        return CuxfilterSessionPath(path=f"{URL_PREFIX}/{desk.key}")

    return routes


def create_cuxfilter_pages(sessions: CuxfilterSessions, gateway: DatasetGateway) -> Blueprint:
    """The page that frames cuxfilter's own, and the way back from it."""
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
    """The frame; while the process begins, a page with status 202 that asks again."""
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
