"""With whom something can be shared, by name."""

from __future__ import annotations

from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import col, select

from datasets.shares import BadShareError, Subject
from db.engine import session
from db.tables import Group, User

LEAST_LETTERS = 2
MOST_FOUND = 8


class Among(StrEnum):
    PERSON = "person"
    GROUP = "group"
    EVERYONE = "everyone"


Named = tuple[Among, str]
"""A person or group by name; everyone has none."""


def found(letters: str) -> list[Named]:
    """The first few people and groups whose names begin with these letters, two at least."""
    if len(letters) < LEAST_LETTERS or "\0" in letters:
        return []
    names: list[Named] = []
    with session() as work:
        for among, table in ((Among.GROUP, Group), (Among.PERSON, User)):
            begins = sa.func.lower(table.name).startswith(letters.lower(), autoescape=True)
            query = select(table.name).where(begins).order_by(table.name).limit(MOST_FOUND)
            if table is User:
                query = query.where(~col(User.disabled))
            names += [(among, name) for name in work.exec(query)]
    return names[:MOST_FOUND]


def named(among: Among, name: str) -> Subject:
    """A subject.

    Raises:
        BadShareError: there is none of this name.
    """
    if among is Among.EVERYONE:
        return Subject()
    table = Group if among is Among.GROUP else User
    with session() as work:
        id_ = None if "\0" in name else work.exec(select(table.id).where(table.name == name)).one_or_none()
    if id_ is None:
        raise BadShareError(f"There is no {among} named {name!r}.")
    return Subject(group_id=id_) if among is Among.GROUP else Subject(user_id=id_)


def among(subject: Subject) -> Among:
    if subject.user_id is not None:
        return Among.PERSON
    return Among.EVERYONE if subject.group_id is None else Among.GROUP
