"""The routes of sharing: who uses a dataset, a saved view or a live session, and on what terms."""

from __future__ import annotations

from flask import Blueprint
from flask_login import current_user

from accounts.guard import requires
from accounts.permissions import Permission
from api.errors import explain
from api.operations import Answer, Body, Query, operation
from datasets import shares
from datasets.access import row_conditions, share_targets
from datasets.access.condition_text import words
from datasets.access.gateway import Door, number_of
from datasets.access.row_conditions import Conditions
from datasets.access.share_targets import Among
from datasets.description import Description
from datasets.explorations import saved_views
from datasets.query.axes import MisfitError
from datasets.shares import BadShareError, Subject, Terms
from db.tables import Level, Resource, Share
from realtime.live import sessions as live_sessions


class NewShare(Body):
    """With whom, and on what terms; ``conditions`` None shows every row."""

    among: Among
    name: str = ""
    level: Level = Level.VIEW
    conditions: Conditions | None = None
    masked: tuple[str, ...] = ()


class CreatedShare(Answer):
    """The number of a share."""

    id: int


class ListedShare(CreatedShare):
    """With whom, and on what terms; ``rows`` says the conditions in words."""

    among: Among
    name: str
    level: Level
    conditions: Conditions | None
    rows: str | None
    masked: list[str]


class Shares(Answer):
    """Shares, oldest first."""

    shares: list[ListedShare]


class Letters(Query):
    """How a name begins: two letters at least."""

    q: str = ""


class FoundSubject(Answer):
    """A person or a group."""

    among: Among
    name: str


class Subjects(Answer):
    """People and groups, by name."""

    subjects: list[FoundSubject]


def share_routes(door: Door) -> Blueprint:
    """The routes; what a new share shows is prepared behind the door."""
    routes = Blueprint("shares", __name__)
    explain(routes)

    @routes.get("/api/subjects")
    @requires(Permission.SAVE)
    @operation()
    def find_subjects(query: Letters) -> Subjects:
        """With whom one can share: the first few whose names begin like this."""
        found = share_targets.found(query.q.strip())
        return Subjects(subjects=[FoundSubject(among=among, name=name) for among, name in found])

    @routes.get("/api/datasets/<slug>/shares")
    @requires(Permission.SAVE)
    @operation()
    def list_dataset_shares(slug: str) -> Shares:
        """Who uses a dataset, and on what terms."""
        id_ = _dataset(slug)
        shares.demand_sharing(current_user, Resource.DATASET, id_)
        return _listed(Resource.DATASET, id_, door.open(current_user, slug).description)

    @routes.post("/api/datasets/<slug>/shares")
    @requires(Permission.SAVE)
    @operation(status=201)
    def share_dataset(slug: str, body: NewShare) -> CreatedShare:
        """Share a dataset, or change the terms on which it is shared with somebody."""
        id_ = _dataset(slug)
        shares.demand_sharing(current_user, Resource.DATASET, id_)
        whole = door.open(current_user, slug).description  # who shares it sees all of it
        share = _given(Resource.DATASET, id_, body, _terms(body, whole))
        door.prepare(slug, share)
        return CreatedShare.model_validate(share)

    @routes.get("/api/views/<key>/shares")
    @requires(Permission.SAVE)
    @operation()
    def list_view_shares(key: str) -> Shares:
        """Who uses a saved view."""
        return _listed(Resource.VIEW, _view(key))

    @routes.post("/api/views/<key>/shares")
    @requires(Permission.SAVE)
    @operation(status=201)
    def share_view(key: str, body: NewShare) -> CreatedShare:
        """Share a saved view, or change the level on which it is shared with somebody."""
        return _shared(Resource.VIEW, _view(key), body)

    @routes.get("/api/live/<key>/shares")
    @requires(Permission.SAVE)
    @operation()
    def list_live_shares(key: str) -> Shares:
        """With whom a live session is shared, of those who see its dataset."""
        return _listed(Resource.LIVE, _live(key))

    @routes.post("/api/live/<key>/shares")
    @requires(Permission.SAVE)
    @operation(status=201)
    def share_live(key: str, body: NewShare) -> CreatedShare:
        """Share a live session: to be followed while it runs, and watched again."""
        return _shared(Resource.LIVE, _live(key), body)

    @routes.delete("/api/shares/<int(max=2147483647):share_id>")
    @requires(Permission.SAVE)
    @operation()
    def end_share(share_id: int) -> None:
        """Share no longer."""
        shares.take(current_user, share_id)

    return routes


def _dataset(slug: str) -> int:
    """The number of a dataset that exists for whoever asks."""
    return number_of(current_user, slug)


def _view(key: str) -> int:
    return saved_views.find(current_user, key)[0].id or 0


def _live(key: str) -> int:
    return live_sessions.find(current_user, key).live.id or 0


def _shared(resource: Resource, id_: int, body: NewShare) -> CreatedShare:
    """Share something that has no rows and columns."""
    shares.demand_sharing(current_user, resource, id_)
    return CreatedShare.model_validate(_given(resource, id_, body, _terms(body, None)))


def _given(resource: Resource, id_: int, wanted: NewShare, terms: Terms) -> Share:
    return shares.give(current_user, resource, id_, share_targets.named(wanted.among, wanted.name), terms)


def _terms(wanted: NewShare, whole: Description | None) -> Terms:
    """The terms, which fit the newest version of the dataset."""
    if whole is not None:
        unknown = sorted(set(wanted.masked) - {column.name for column in whole.columns})
        if unknown:
            raise BadShareError(f"{whole.name} has no column {unknown[0]!r}")
        _require_fit(wanted, whole)
    kept = wanted.conditions
    stored = None if kept is None else row_conditions.stored.dump_python(kept, mode="json")
    return Terms(wanted.level, stored, wanted.masked)


def _require_fit(wanted: NewShare, whole: Description) -> None:
    try:
        row_conditions.compiled(wanted.conditions or (), whole)
    except MisfitError as error:
        raise BadShareError(str(error)) from error


def _listed(resource: Resource, id_: int, whole: Description | None = None) -> Shares:
    found = shares.of(current_user, resource, id_)
    return Shares(shares=[_said(share, name, whole) for share, name in found])


def _said(share: Share, name: str, whole: Description | None) -> ListedShare:
    kept = None if share.conditions is None else row_conditions.stored.validate_python(share.conditions)
    return ListedShare(
        id=share.id or 0,
        among=share_targets.among(Subject(share.user_id, share.group_id)),
        name=name,
        level=share.level,
        conditions=kept,
        rows=words(kept, whole) if kept and whole else None,
        masked=share.masked,
    )
