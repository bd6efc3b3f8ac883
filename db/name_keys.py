"""Keys by which the names of users and groups are compared: case, width and extra spaces don't count."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlmodel import col

if TYPE_CHECKING:
    from db.tables.users import Group, User

    NamedTable = type[User] | type[Group]
Q = TypeVar("Q", bound="sa.Select[*tuple[Any, ...]]")
MAX_KEY_LENGTH = 1500
"""More than a name of 80 characters can become: normalization turns one character into 18 at most."""


def fold_name(name: str) -> str:
    """Return the key of a name: equal for names that differ only in case, width or spaces."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def select_named(query: Q, table: NamedTable, name: str) -> Q:
    """Narrow a query to the user or group that this name means.

    Before keys existed, two names could differ only in case. So there may be two rows: the one with exactly
    this name comes first.
    """
    if "\0" in name:  # PostgreSQL takes no such text
        return query.where(sa.false())
    is_exact = col(table.name) == name
    return query.where(sa.or_(col(table.name_key) == fold_name(name), is_exact)).order_by(is_exact.desc())


def contains_folded(table: NamedTable, text: str) -> sa.ColumnElement[bool]:
    """Return the condition that the name of a user or group contains this text."""
    return col(table.name_key).contains(_plain_key(text), autoescape=True)


def begins_folded(table: NamedTable, text: str) -> sa.ColumnElement[bool]:
    """Return the condition that the name of a user or group begins with this text."""
    return col(table.name_key).startswith(_plain_key(text), autoescape=True)


def has_word_beginning(table: NamedTable, text: str) -> sa.ColumnElement[bool]:
    """Return the condition that a word of the name begins with this text."""
    later = col(table.name_key).contains(f" {_plain_key(text)}", autoescape=True)
    return sa.or_(begins_folded(table, text), later)


def keep_name_key(table: NamedTable) -> None:
    """Let ``name_key`` follow ``name`` whenever a row is written with another name."""
    for written in ("before_insert", "before_update"):
        event.listen(table, written, _set_name_key)


def _set_name_key(_mapper: object, _connection: object, row: User | Group) -> None:
    if sa.inspect(row).attrs.name.history.has_changes():
        row.name_key = fold_name(row.name)


def _plain_key(text: str) -> str:
    return fold_name(text.replace("\0", ""))
