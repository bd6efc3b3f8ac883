"""Saved views: explorations that are stored under a name and have a URL of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from accounts.principals import Principal, PrincipalKind
from datasets import shares
from datasets.description import Description
from datasets.exploration import Exploration
from datasets.explorations.visible_part import restrict_to_visible
from datasets.shares import NotAllowedError
from db.engine import transaction
from db.tables import Dataset, Level, Resource, SavedView, Share, User, utc_now
from errors import InvalidError, NotFoundError

MAX_NAME_LENGTH = 200
PARTS_LEFT_OUT = "Parts of this view are left out, because they show data that isn't shared with you."


class UnknownViewError(NotFoundError):
    """There is no such saved view, or it doesn't exist for this person."""

    def __init__(self) -> None:
        super().__init__("This saved view doesn't exist, or isn't shared with you.")


class BadViewError(InvalidError):
    """A saved view can't be stored like this; the message says why."""


@dataclass(frozen=True)
class SavedViewEntry:
    """A saved view in a person's list."""

    key: str
    name: str
    dataset: str
    owner: str
    level: Level


def save_view(person: Principal, name: str, exploration: Exploration) -> SavedView:
    """Save an exploration of a dataset that the person has open; the view belongs to them and isn't shared.

    Raises:
        BadViewError: the name isn't valid.
    """
    with transaction() as work:
        dataset = work.exec(select(Dataset.id).where(Dataset.slug == exploration.dataset)).one()
        view = SavedView(
            name=_require_name(name),
            dataset_id=dataset or 0,
            owner_id=person.id,
            exploration=exploration.model_dump(mode="json"),
        )
        work.add(view)
        work.flush()
        shares.delete_shares(work, Resource.VIEW, view.id or 0)  # SQLite reuses ids
    return view


def find_view(person: Principal, key: str, wanted: Level = Level.VIEW) -> tuple[SavedView, str]:
    """Return a saved view and the slug of its dataset, both of which must exist for the person.

    Raises:
        UnknownViewError: it doesn't exist for them.
        NotAllowedError: they have a lower level than ``wanted``.
    """
    query = (
        select(SavedView, Dataset.slug)
        .join(Dataset)
        .where(SavedView.key == key, *_visible_conditions(person))
    )
    with transaction() as work:
        found = work.exec(query).one_or_none()
    if found is None:
        raise UnknownViewError
    shares.require_level(person, Resource.VIEW, found[0].id or 0, wanted)
    return found


def list_views(person: Principal) -> list[SavedViewEntry]:
    """Return a person's own views and those shared with them, the last changed first.

    Raises:
        NotAllowedError: the person is a guest.
    """
    if person.kind is PrincipalKind.GUEST:
        raise NotAllowedError("Guests can't list saved views.")
    shared = select(Share.resource_id).where(
        Share.resource == Resource.VIEW, shares.shared_with_condition(person)
    )
    theirs = sa.or_(col(SavedView.owner_id) == person.id, col(SavedView.id).in_(shared))
    owner = col(User.id) == col(SavedView.owner_id)
    query = select(SavedView, Dataset.slug, User.name).select_from(SavedView).join(Dataset).join(User, owner)
    unread = defer(cast(Any, SavedView.exploration))
    latest_first = query.where(theirs, *_visible_conditions(person)).order_by(col(SavedView.changed).desc())
    with transaction() as work:
        rows = work.exec(latest_first.options(unread)).all()
    return [
        SavedViewEntry(view.key, view.name, slug, owner, _effective_level(person, view))
        for view, slug, owner in rows
    ]


def update_view(person: Principal, key: str, name: str | None, exploration: Exploration | None) -> None:
    """Change the name of a saved view, its exploration, or both.

    Raises:
        UnknownViewError, NotAllowedError: the person may not change it.
        BadViewError: the name isn't valid, or the exploration belongs to another dataset.
    """
    view, slug = find_view(person, key, Level.EDIT)
    if exploration is not None and exploration.dataset != slug:
        raise BadViewError("A saved view can't change to another dataset.")
    with transaction() as work:
        own = work.get_one(SavedView, view.id)
        own.name = own.name if name is None else _require_name(name)
        if exploration is not None:
            own.exploration = exploration.model_dump(mode="json")
        own.changed = utc_now()
        work.add(own)


def delete_view(person: Principal, key: str) -> None:
    """Delete a saved view with its shares and guest links.

    Raises:
        UnknownViewError, NotAllowedError: the person may not delete it.
    """
    view, _ = find_view(person, key, Level.MANAGE)
    with transaction() as work:
        shares.delete_shares(work, Resource.VIEW, view.id or 0)
        work.execute(sa.delete(SavedView).where(col(SavedView.id) == view.id))


def get_view_key(work: Session, id_: int | None) -> str:
    return work.exec(select(SavedView.key).where(SavedView.id == id_)).one()


def load_visible(view: SavedView, description: Description) -> tuple[Exploration, tuple[str, ...]]:
    """Return the part of a view that a person may see, and a message if that isn't all of it.

    What names a column or value that they don't see is left out; the message doesn't say what it was.
    """
    fitting, whole = restrict_to_visible(view.exploration, description)
    return fitting, () if whole else (PARTS_LEFT_OUT,)


def _effective_level(person: Principal, view: SavedView) -> Level:
    return shares.get_level(person, Resource.VIEW, view.id or 0) or Level.VIEW


def _visible_conditions(person: Principal) -> Sequence[sa.ColumnElement[bool]]:
    return shares.visible_condition(person, Resource.VIEW), shares.visible_condition(person, Resource.DATASET)


def _require_name(name: str) -> str:
    plain = name.strip()
    if not 1 <= len(plain) <= MAX_NAME_LENGTH or not plain.isprintable():
        raise BadViewError(f"The name must have 1 to {MAX_NAME_LENGTH} printable characters.")
    return plain
