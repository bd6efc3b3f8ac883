"""Explorations in cuxfilter: opened, looked at in a frame of ours, and closed with the filters they have."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, abort, redirect, render_template
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as AnyResponse

from accounts import audit
from accounts.audit import Action
from accounts.guard import requires
from accounts.permissions import Permission
from api.errors import explain
from api.operations import Answer, Body, operation
from datasets.access.gateway import Door
from datasets.cuxfilter.sessions import PREFIX, Desk, Desks, UnknownDeskError
from datasets.exploration import Exploration
from datasets.explorations.suggest import suggest
from datasets.written import encode
from gpu.cuxfilter.process import ProcessError

Page = Response | AnyResponse | str | tuple[str, int]
TEMPLATE = "cuxfilter.html"


class NewDesk(Body):
    """What is to be shown."""

    exploration: Exploration


class DeskPath(Answer):
    """Where it is shown, below the address of the service."""

    path: str


def install(server: Flask, desks: Desks, door: Door) -> None:
    """Give the server the routes and pages of these desks."""
    for routes in (cuxfilter_routes(desks), cuxfilter_pages(desks, door)):
        server.register_blueprint(routes)
        server.extensions["csrf"].exempt(routes)  # one takes JSON only, the other looks at its forms itself


def cuxfilter_routes(desks: Desks) -> Blueprint:
    """The route by which Explore opens cuxfilter."""
    routes = Blueprint("cuxfilter", __name__)
    explain(routes)

    @routes.post("/api/cuxfilter")
    @requires(Permission.EXPLORE)
    @operation(status=201)
    def open_in_cuxfilter(body: NewDesk) -> DeskPath:
        """Open an exploration in cuxfilter, in a process of your own: for you alone, in this session."""
        desk = desks.open(current_user, body.exploration)
        slug = body.exploration.dataset
        audit.record(Action.DATASET_IN_CUXFILTER, actor=current_user, resource=("dataset", slug))
        return DeskPath(path=f"{PREFIX}/{desk.key}")

    return routes


def cuxfilter_pages(desks: Desks, door: Door) -> Blueprint:
    """The page that frames cuxfilter's own, and the way back from it."""
    routes = Blueprint("cuxfilter pages", __name__)

    @routes.get(f"{PREFIX}/<key>")
    @requires(Permission.EXPLORE)
    def show_cuxfilter(key: str) -> Page:
        try:
            return _shown(desks.find(current_user, key))
        except (UnknownDeskError, ProcessError) as error:
            return render_template(TEMPLATE, error=str(error)), 410

    @routes.post(f"{PREFIX}/<key>")
    @requires(Permission.EXPLORE)
    def close_cuxfilter(key: str) -> Page:
        if not FlaskForm().validate_on_submit():
            abort(400, "The form has expired. Please load the page again.")
        try:
            exploration = desks.close(current_user, key)
        except (UnknownDeskError, ProcessError) as error:
            return render_template(TEMPLATE, error=str(error)), 410
        seen = door.open(current_user, exploration.dataset, exploration.version)
        hash_ = encode(exploration, suggest(seen.description))
        return redirect(f"/explore/{exploration.dataset}{hash_}", 303)

    return routes


def _shown(desk: Desk) -> Page:
    """The frame; while the process begins, a page with status 202 that asks again."""
    form = FlaskForm()
    if not desk.ready.done():
        return render_template(TEMPLATE, form=form, desk=desk), 202
    desk.ready.result()
    return render_template(TEMPLATE, form=form, desk=desk, frame=f"{desk.path}/?token={desk.token()}")
