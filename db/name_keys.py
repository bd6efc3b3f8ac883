"""Keys by which the names of users and groups are compared: case, width and extra spaces don't count."""

from __future__ import annotations

import unicodedata
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

MAX_KEY_LENGTH = 1500
"""More than a name of 80 characters can become: normalization turns one character into 18 at most."""


def fold_name(name: str) -> str:
    """Return the key of a name: equal for names that differ only in case, width or spaces."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def has_name(table: Any, name: str) -> sa.ColumnElement[bool]:  # noqa: ANN401
    """Return the condition for the rows of users or groups that this name can mean.

    Before keys existed, two names could differ only in case. So there may be two rows: order them by
    ``prefers_exact_name``.
    """
    if "\0" in name:  # PostgreSQL takes no such text
        return sa.false()
    return sa.or_(table.name_key == fold_name(name), table.name == name)


def prefers_exact_name(table: Any, name: str) -> sa.ColumnElement[Any]:  # noqa: ANN401
    """Return the order in which a row with exactly this name comes first."""
    return sa.case((table.name == name.replace("\0", ""), 0), else_=1)


def contains_folded(table: Any, text: str) -> sa.ColumnElement[bool]:  # noqa: ANN401
    """Return the condition that the name of a user or group contains this text."""
    found: sa.ColumnElement[bool] = table.name_key.contains(_plain_key(text), autoescape=True)
    return found


def begins_folded(table: Any, text: str) -> sa.ColumnElement[bool]:  # noqa: ANN401
    """Return the condition that the name of a user or group begins with this text."""
    found: sa.ColumnElement[bool] = table.name_key.startswith(_plain_key(text), autoescape=True)
    return found


def has_word_beginning(table: Any, text: str) -> sa.ColumnElement[bool]:  # noqa: ANN401
    """Return the condition that a word of the name begins with this text."""
    later = table.name_key.contains(f" {_plain_key(text)}", autoescape=True)
    return sa.or_(begins_folded(table, text), later)


def keep_name_key(table: type[Any]) -> None:
    """Let ``name_key`` follow ``name`` whenever a row is written with another name."""
    for written in ("before_insert", "before_update"):
        event.listen(table, written, _set_name_key)


def _set_name_key(_mapper: object, _connection: object, row: Any) -> None:  # noqa: ANN401
    if sa.inspect(row).attrs.name.history.has_changes():
        row.name_key = fold_name(row.name)


def _plain_key(text: str) -> str:
    return fold_name(text.replace("\0", ""))
