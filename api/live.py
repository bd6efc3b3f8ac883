"""The routes of live sessions: begin, join, take turns, end, and what was recorded."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask_login import current_user

from accounts.guard import requires
from accounts.permissions import Permission
from api.answers import Body, body, explain
from datasets.description import Description
from datasets.door import Door
from datasets.exploration import Exploration
from datasets.fitting import require_fit
from realtime import live, recordings
from realtime.live import Found
from realtime.service import Realtime
from realtime.stage import Stage


class NewLive(Body):
    """What to present, and under which name; the dataset's and one's own unless given."""

    dataset: str
    exploration: Exploration
    name: str | None = None


class To(Body):
    """Who is to present."""

    person: int


class CoPresenters(Body):
    """Who may take over without asking."""

    people: tuple[int, ...]


class Offer(Body):
    """A state for the presenter."""

    exploration: Exploration


class Named(Body):
    """What a live session is to be called."""

    name: str


def live_routes(door: Door, realtime: Realtime) -> Blueprint:
    """The routes; only what the door shows a person do they present, offer or get."""
    routes = Blueprint("live", __name__)
    explain(routes)
    _turns(routes, door, realtime.stage)

    @routes.get("/api/live")
    @requires(Permission.EXPLORE)
    def list_live() -> dict[str, Any]:
        return {"sessions": [found.told(current_user) for found in live.listed(current_user)]}

    @routes.post("/api/live")
    @requires(Permission.PRESENT)
    def start_live() -> tuple[dict[str, Any], int]:
        wanted = body(NewLive)
        if wanted.dataset != wanted.exploration.dataset:
            raise ValueError("The exploration is of another dataset.")
        _require_fit(door, wanted.exploration)
        return {"key": realtime.stage.start(current_user, wanted.exploration, wanted.name)}, 201

    @routes.get("/api/live/<key>")
    @requires(Permission.EXPLORE)
    def show_live(key: str) -> dict[str, Any]:
        found = live.find(current_user, key)
        return realtime.outline(current_user, found, _seen(door, found))

    @routes.patch("/api/live/<key>")
    @requires(Permission.PRESENT)
    def rename_live(key: str) -> tuple[str, int]:
        realtime.stage.rename(current_user, key, body(Named).name)
        return "", 204

    @routes.delete("/api/live/<key>")
    @requires(Permission.PRESENT)
    def delete_live(key: str) -> tuple[str, int]:
        realtime.stage.delete(current_user, key)
        return "", 204

    @routes.post("/api/live/<key>/token")
    @requires(Permission.EXPLORE)
    def token(key: str) -> dict[str, Any]:
        return realtime.admit(current_user._get_current_object(), key)

    @routes.get("/api/live/<key>/record")
    @requires(Permission.EXPLORE)
    def record(key: str) -> dict[str, Any]:
        found = live.find(current_user, key)
        after = request.args.get("after", default=0, type=int)
        messages, following = recordings.read(found.live.id or 0, after, _seen(door, found))
        return {"messages": messages, "next": following}

    return routes


def _turns(routes: Blueprint, door: Door, stage: Stage) -> None:
    """The routes of taking turns."""

    @routes.post("/api/live/<key>/ask")
    @requires(Permission.PRESENT)
    def ask(key: str) -> tuple[str, int]:
        stage.ask(current_user, key)
        return "", 204

    @routes.post("/api/live/<key>/offer")
    @requires(Permission.EXPLORE)
    def offer(key: str) -> tuple[str, int]:
        wanted = body(Offer).exploration
        _require_fit(door, wanted)
        stage.offer(current_user, key, wanted)
        return "", 204

    @routes.post("/api/live/<key>/hand-over")
    @requires(Permission.PRESENT)
    def hand_over(key: str) -> tuple[str, int]:
        stage.hand_over(current_user, key, body(To).person)
        return "", 204

    @routes.post("/api/live/<key>/take")
    @requires(Permission.PRESENT)
    def take(key: str) -> tuple[str, int]:
        stage.take(current_user, key)
        return "", 204

    @routes.post("/api/live/<key>/co-presenters")
    @requires(Permission.PRESENT)
    def appoint(key: str) -> tuple[str, int]:
        stage.appoint(current_user, key, body(CoPresenters).people)
        return "", 204

    @routes.post("/api/live/<key>/end")
    @requires(Permission.PRESENT)
    def end(key: str) -> tuple[str, int]:
        stage.end(current_user, key)
        return "", 204


def _seen(door: Door, found: Found) -> Description:
    return door.open(current_user, found.dataset, found.live.version).description


def _require_fit(door: Door, exploration: Exploration) -> None:
    require_fit(exploration, door.open(current_user, exploration.dataset, exploration.version).description)
