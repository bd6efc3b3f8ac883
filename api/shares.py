"""The routes of sharing: with whom a dataset, a saved view or a live session is shared."""

from __future__ import annotations

from collections.abc import Collection

from flask import Blueprint
from flask_login import current_user

from accounts.guard import requires
from accounts.permissions import Permission
from api.errors import register_error_handlers
from api.field_types import ColumnNames, Text
from api.operations import QueryParams, RequestBody, ResponseBody, operation
from datasets import shares
from datasets.access import row_conditions, share_targets, share_terms, wider_shares
from datasets.access.condition_text import describe_conditions
from datasets.access.gateway import DatasetGateway, get_dataset_id
from datasets.access.row_conditions import Conditions
from datasets.access.share_targets import ShareTargetKind
from datasets.description import Description
from datasets.explorations import saved_views
from datasets.share_columns import list_unconfirmed
from datasets.shares import ShareTarget, ShareTerms
from db.tables import Level, Resource, Share
from realtime.live import sessions as live_sessions


class NewShare(RequestBody):
    """A new share: with whom, and its terms; ``conditions`` None shows all rows.

    ``masked`` are the columns to hide, of any version. With ``shown``, only these columns are shown. A share
    without either shows all columns, also those of later versions; of any other share they stay hidden until
    someone confirms.
    """

    among: ShareTargetKind
    name: Text = ""
    level: Level = Level.VIEW
    conditions: Conditions | None = None
    masked: ColumnNames = ()
    shown: ColumnNames | None = None


class CreatedShare(ResponseBody):
    """The id of a share."""

    id: int


class ListedShare(CreatedShare):
    """A share: with whom, and its terms; ``rows`` describes the conditions in words.

    ``shown`` are the columns that it shows (null: all), ``masked`` those that it hides. ``unconfirmed`` are
    those of later versions, which it hides until someone confirms.
    """

    among: ShareTargetKind
    name: str
    level: Level
    conditions: Conditions | None
    rows: str | None
    shown: list[str] | None
    masked: list[str]
    unconfirmed: list[str]


class ShareList(ResponseBody):
    """Shares, oldest first."""

    shares: list[ListedShare]


class ShareWarnings(ResponseBody):
    """A sentence for each way in which people keep more than the share gives them."""

    warnings: list[str]


class NamePrefix(QueryParams):
    """The beginning of a name: at least two letters."""

    q: Text = ""


class FoundSubject(ResponseBody):
    """A person or a group."""

    among: ShareTargetKind
    name: str


class SubjectList(ResponseBody):
    """People and groups, by name."""

    subjects: list[FoundSubject]


def create_share_routes(gateway: DatasetGateway) -> Blueprint:
    """Return the routes; the gateway prepares the profile of what a new share shows."""
    routes = Blueprint("shares", __name__)
    register_error_handlers(routes)
    _register_check_routes(routes, gateway)

    @routes.get("/api/subjects")
    @requires(Permission.SAVE)
    @operation()
    def find_subjects(query: NamePrefix) -> SubjectList:
        """Find people and groups to share with: the first few whose names begin like this."""
        found = share_targets.find_targets(query.q.strip())
        return SubjectList(subjects=[FoundSubject(among=among, name=name) for among, name in found])

    @routes.get("/api/datasets/<slug>/shares")
    @requires(Permission.SAVE)
    @operation()
    def list_dataset_shares(slug: str) -> ShareList:
        """List the shares of a dataset."""
        id_ = _get_dataset_id(slug)
        shares.require_sharing_right(current_user, Resource.DATASET, id_)
        return _list_shares(Resource.DATASET, id_, gateway.open_version(current_user, slug).description)

    @routes.post("/api/datasets/<slug>/shares")
    @requires(Permission.SAVE)
    @operation(status=201)
    def share_dataset(slug: str, body: NewShare) -> CreatedShare:
        """Share a dataset, or change the terms of an existing share."""
        id_ = _get_dataset_id(slug)
        shares.require_sharing_right(current_user, Resource.DATASET, id_)
        share = _grant_share(Resource.DATASET, id_, body, _build_terms(body, slug))
        gateway.prepare_profile(slug, share)
        return CreatedShare.model_validate(share)

    @routes.get("/api/views/<key>/shares")
    @requires(Permission.SAVE)
    @operation()
    def list_view_shares(key: str) -> ShareList:
        """List the shares of a saved view."""
        return _list_shares(Resource.VIEW, _get_view_id(key))

    @routes.post("/api/views/<key>/shares")
    @requires(Permission.SAVE)
    @operation(status=201)
    def share_view(key: str, body: NewShare) -> CreatedShare:
        """Share a saved view, or change the level of an existing share."""
        return _create_share(Resource.VIEW, _get_view_id(key), body)

    @routes.get("/api/live/<key>/shares")
    @requires(Permission.SAVE)
    @operation()
    def list_live_shares(key: str) -> ShareList:
        """List the shares of a live session. Only people who see its dataset can join."""
        return _list_shares(Resource.LIVE, _get_live_id(key))

    @routes.post("/api/live/<key>/shares")
    @requires(Permission.SAVE)
    @operation(status=201)
    def share_live(key: str, body: NewShare) -> CreatedShare:
        """Share a live session, while it is running or as a recording."""
        return _create_share(Resource.LIVE, _get_live_id(key), body)

    @routes.delete("/api/shares/<int(max=2147483647):share_id>")
    @requires(Permission.SAVE)
    @operation()
    def end_share(share_id: int) -> None:
        """Remove a share."""
        shares.revoke_share(current_user, share_id)

    return routes


def _register_check_routes(routes: Blueprint, gateway: DatasetGateway) -> None:
    """Add the routes that warn before something is shared."""

    @routes.post("/api/datasets/<slug>/shares/check")
    @requires(Permission.SAVE)
    @operation()
    def check_dataset_share(slug: str, body: NewShare) -> ShareWarnings:
        """Say what people would keep through other shares, before you share a dataset."""
        id_ = _get_dataset_id(slug)
        shares.require_sharing_right(current_user, Resource.DATASET, id_)
        whole = gateway.open_version(current_user, slug).description
        return _check_share(Resource.DATASET, id_, body, whole)

    @routes.post("/api/views/<key>/shares/check")
    @requires(Permission.SAVE)
    @operation()
    def check_view_share(key: str, body: NewShare) -> ShareWarnings:
        """Say what people would keep through other shares, before you share a saved view."""
        return _check_share(Resource.VIEW, _get_view_id(key), body)

    @routes.post("/api/live/<key>/shares/check")
    @requires(Permission.SAVE)
    @operation()
    def check_live_share(key: str, body: NewShare) -> ShareWarnings:
        """Say who could join anyway through other shares, before you share a live session."""
        return _check_share(Resource.LIVE, _get_live_id(key), body)


def _get_dataset_id(slug: str) -> int:
    """Return the id of a dataset that exists for the person who asks."""
    return get_dataset_id(current_user, slug)


def _get_view_id(key: str) -> int:
    return saved_views.find_view(current_user, key)[0].id or 0


def _get_live_id(key: str) -> int:
    return live_sessions.find_session(current_user, key).live.id or 0


def _create_share(resource: Resource, id_: int, body: NewShare) -> CreatedShare:
    """Share a saved view or a live session, which have no rows and columns."""
    shares.require_sharing_right(current_user, resource, id_)
    return CreatedShare.model_validate(_grant_share(resource, id_, body, _build_terms(body, None)))


def _check_share(
    resource: Resource, id_: int, wanted: NewShare, whole: Description | None = None
) -> ShareWarnings:
    shares.require_sharing_right(current_user, resource, id_)
    target = share_targets.resolve_target(wanted.among, wanted.name)
    terms = _build_terms(wanted, whole.slug if whole else None)
    found = wider_shares.list_share_warnings(current_user, (resource, id_), target, terms, whole)
    return ShareWarnings(warnings=found)


def _grant_share(resource: Resource, id_: int, wanted: NewShare, terms: ShareTerms) -> Share:
    return shares.grant_share(
        current_user, resource, id_, share_targets.resolve_target(wanted.among, wanted.name), terms
    )


def _build_terms(wanted: NewShare, slug: str | None) -> ShareTerms:
    """Return the terms; raise if they fit no version of the dataset that is shared, if it is one."""
    stored = row_conditions.dump_conditions(wanted.conditions)
    terms = ShareTerms(wanted.level, stored, wanted.masked, wanted.shown)
    if slug is not None:
        share_terms.require_known_terms(slug, terms)
    return terms


def _list_shares(resource: Resource, id_: int, description: Description | None = None) -> ShareList:
    found = shares.list_shares(current_user, resource, id_)
    columns = share_terms.list_known_columns(description.slug) if description else ()
    return ShareList(shares=[_to_listed_share(share, name, description, columns) for share, name in found])


def _to_listed_share(
    share: Share, name: str, description: Description | None, columns: Collection[str]
) -> ListedShare:
    kept = row_conditions.load_conditions(share.conditions)
    return ListedShare(
        id=share.id or 0,
        among=share_targets.get_target_kind(ShareTarget(share.user_id, share.group_id)),
        name=name,
        level=share.level,
        conditions=kept,
        rows=describe_conditions(kept, description) if kept and description else None,
        shown=share.shown,
        masked=share.masked,
        unconfirmed=list_unconfirmed(share, columns),
    )
