"""Saved views: explorations kept under a name, at an address of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from accounts.principals import Kind, Principal
from datasets import shares
from datasets.description import Description
from datasets.exploration import Exploration
from datasets.explorations.visible_part import fitted
from datasets.shares import NotAllowedError
from db.engine import session
from db.tables import Dataset, Level, Resource, SavedView, Share, User, now

LONGEST_NAME = 200
LEFT_OUT = "Parts of this view are left out: they show data that is not shared with you."


class UnknownViewError(LookupError):
    """There is no such saved view, or none for this person."""

    def __init__(self) -> None:
        super().__init__("There is no such saved view here.")


class BadViewError(ValueError):
    """No view can be kept like this; says why."""


@dataclass(frozen=True)
class Listed:
    """A saved view in the list."""

    key: str
    name: str
    dataset: str
    owner: str
    level: Level


def save(person: Principal, name: str, exploration: Exploration) -> SavedView:
    """Keep an exploration of a dataset that the person has open; it is theirs alone.

    Raises:
        BadViewError: that is no name.
    """
    with session() as work:
        dataset = work.exec(select(Dataset.id).where(Dataset.slug == exploration.dataset)).one()
        view = SavedView(
            name=_named(name),
            dataset_id=dataset or 0,
            owner_id=person.id,
            exploration=exploration.model_dump(mode="json"),
        )
        work.add(view)
        work.flush()
        shares.forget(work, Resource.VIEW, view.id or 0)  # SQLite gives numbers out again
    return view


def find(person: Principal, key: str, wanted: Level = Level.VIEW) -> tuple[SavedView, str]:
    """A saved view and the slug of its dataset, which exists for the person too.

    Raises:
        UnknownViewError: it does not exist for them.
        NotAllowedError: they may do less with it.
    """
    query = select(SavedView, Dataset.slug).join(Dataset).where(SavedView.key == key, *_visible(person))
    with session() as work:
        found = work.exec(query).one_or_none()
    if found is None:
        raise UnknownViewError
    shares.demand(person, Resource.VIEW, found[0].id or 0, wanted)
    return found


def listed(person: Principal) -> list[Listed]:
    """A person's own views and those shared with them, the latest first.

    Raises:
        NotAllowedError: a guest has come for one view, or for none.
    """
    if person.kind is Kind.GUEST:
        raise NotAllowedError("Guests see what they came for; nothing else.")
    shared = select(Share.resource_id).where(Share.resource == Resource.VIEW, shares.shared_with(person))
    theirs = sa.or_(col(SavedView.owner_id) == person.id, col(SavedView.id).in_(shared))
    owner = col(User.id) == col(SavedView.owner_id)
    query = select(SavedView, Dataset.slug, User.name).select_from(SavedView).join(Dataset).join(User, owner)
    unread = defer(cast(Any, SavedView.exploration))
    latest_first = query.where(theirs, *_visible(person)).order_by(col(SavedView.changed).desc())
    with session() as work:
        rows = work.exec(latest_first.options(unread)).all()
    return [Listed(view.key, view.name, slug, owner, _level(person, view)) for view, slug, owner in rows]


def update(person: Principal, key: str, name: str | None, exploration: Exploration | None) -> None:
    """Rename a view, or keep another exploration in it, or both.

    Raises:
        UnknownViewError, NotAllowedError: they may not.
        BadViewError: that is no name, or the exploration is of another dataset.
    """
    view, slug = find(person, key, Level.EDIT)
    if exploration is not None and exploration.dataset != slug:
        raise BadViewError("A view stays with its dataset.")
    with session() as work:
        own = work.get_one(SavedView, view.id)
        own.name = own.name if name is None else _named(name)
        if exploration is not None:
            own.exploration = exploration.model_dump(mode="json")
        own.changed = now()
        work.add(own)


def delete(person: Principal, key: str) -> None:
    """Delete a view with its shares and guest links.

    Raises:
        UnknownViewError, NotAllowedError: they may not.
    """
    view, _ = find(person, key, Level.MANAGE)
    with session() as work:
        shares.forget(work, Resource.VIEW, view.id or 0)
        work.execute(sa.delete(SavedView).where(col(SavedView.id) == view.id))


def key_of(work: Session, id_: int | None) -> str:
    return work.exec(select(SavedView.key).where(SavedView.id == id_)).one()


def opened(view: SavedView, description: Description) -> tuple[Exploration, tuple[str, ...]]:
    """As much of a view as fits what somebody sees of its dataset, and a sentence if that is not all.

    What names a column or a value that they don't see is left out, without saying what it was.
    """
    fitting, whole = fitted(view.exploration, description)
    return fitting, () if whole else (LEFT_OUT,)


def _level(person: Principal, view: SavedView) -> Level:
    return shares.level(person, Resource.VIEW, view.id or 0) or Level.VIEW


def _visible(person: Principal) -> Sequence[sa.ColumnElement[bool]]:
    return shares.visible(person, Resource.VIEW), shares.visible(person, Resource.DATASET)


def _named(name: str) -> str:
    plain = name.strip()
    if not 1 <= len(plain) <= LONGEST_NAME or not plain.isprintable():
        raise BadViewError(f"Give the view a name of 1 to {LONGEST_NAME} letters.")
    return plain
