"""The routes of sharing: who uses a dataset or a saved view, and on what terms."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask_login import current_user

from accounts.guard import requires
from accounts.permissions import Permission
from api.answers import Body, body, explain
from datasets import conditions, shares, subjects, views
from datasets.axes import MisfitError
from datasets.conditions import Conditions
from datasets.description import Description
from datasets.door import Door, number_of
from datasets.shares import BadShareError, Subject, Terms
from datasets.subjects import Among
from datasets.words import words
from db.tables import Level, Resource, Share


class TermsBody(Body):
    """What a share allows; ``conditions`` None shows every row."""

    level: Level = Level.VIEW
    conditions: Conditions | None = None
    masked: tuple[str, ...] = ()


class ShareBody(TermsBody):
    """With whom, and on what terms."""

    among: Among
    name: str = ""


def share_routes(door: Door) -> Blueprint:
    """The routes; what a new share shows is prepared behind the door."""
    routes = Blueprint("shares", __name__)
    explain(routes)

    @routes.get("/api/subjects")
    @requires(Permission.SAVE)
    def find_subjects() -> dict[str, Any]:
        found = subjects.found(request.args.get("q", "").strip())
        return {"subjects": [{"among": among, "name": name} for among, name in found]}

    @routes.get("/api/datasets/<slug>/shares")
    @requires(Permission.SAVE)
    def of_dataset(slug: str) -> dict[str, Any]:
        id_ = _dataset(slug)
        shares.demand_sharing(current_user, Resource.DATASET, id_)
        return {"shares": _listed(Resource.DATASET, id_, door.open(current_user, slug).description)}

    @routes.post("/api/datasets/<slug>/shares")
    @requires(Permission.SAVE)
    def share_dataset(slug: str) -> tuple[dict[str, Any], int]:
        id_, wanted = _dataset(slug), body(ShareBody)
        shares.demand_sharing(current_user, Resource.DATASET, id_)
        whole = door.open(current_user, slug).description  # who shares it sees all of it
        share = _given(Resource.DATASET, id_, wanted, _terms(wanted, whole))
        door.prepare(slug, share)
        return {"id": share.id}, 201

    @routes.get("/api/views/<key>/shares")
    @requires(Permission.SAVE)
    def of_view(key: str) -> dict[str, Any]:
        return {"shares": _listed(Resource.VIEW, _view(key))}

    @routes.post("/api/views/<key>/shares")
    @requires(Permission.SAVE)
    def share_view(key: str) -> tuple[dict[str, Any], int]:
        id_, wanted = _view(key), body(ShareBody)
        shares.demand_sharing(current_user, Resource.VIEW, id_)
        return {"id": _given(Resource.VIEW, id_, wanted, _terms(wanted, None)).id}, 201

    @routes.delete("/api/shares/<int:share_id>")
    @requires(Permission.SAVE)
    def end_share(share_id: int) -> tuple[str, int]:
        shares.take(current_user, share_id)
        return "", 204

    return routes


def _dataset(slug: str) -> int:
    """The number of a dataset that exists for whoever asks."""
    return number_of(current_user, slug)


def _view(key: str) -> int:
    return views.find(current_user, key)[0].id or 0


def _given(resource: Resource, id_: int, wanted: ShareBody, terms: Terms) -> Share:
    return shares.give(current_user, resource, id_, subjects.named(wanted.among, wanted.name), terms)


def _terms(wanted: TermsBody, whole: Description | None) -> Terms:
    """The terms, which fit the newest version of the dataset."""
    if whole is not None:
        unknown = sorted(set(wanted.masked) - {column.name for column in whole.columns})
        if unknown:
            raise BadShareError(f"{whole.name} has no column {unknown[0]!r}")
        _require_fit(wanted, whole)
    kept = wanted.conditions
    stored = None if kept is None else conditions.stored.dump_python(kept, mode="json")
    return Terms(wanted.level, stored, wanted.masked)


def _require_fit(wanted: TermsBody, whole: Description) -> None:
    try:
        conditions.compiled(wanted.conditions or (), whole)
    except MisfitError as error:
        raise BadShareError(str(error)) from error


def _listed(resource: Resource, id_: int, whole: Description | None = None) -> list[dict[str, Any]]:
    return [_said(share, name, whole) for share, name in shares.of(current_user, resource, id_)]


def _said(share: Share, name: str, whole: Description | None) -> dict[str, Any]:
    kept = None if share.conditions is None else conditions.stored.validate_python(share.conditions)
    return {
        "id": share.id,
        "among": subjects.among(Subject(share.user_id, share.group_id)),
        "name": name,
        "level": share.level,
        "conditions": share.conditions,
        "rows": words(kept, whole) if kept and whole else None,
        "masked": share.masked,
    }
