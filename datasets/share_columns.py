"""The columns that a share shows. It names them, so that a column that it doesn't know stays hidden.

A share without any restriction of columns shows those of every version. Any other share lists the columns
that it shows and, so that people can be asked about the rest, those that it hides on purpose.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import chain

from sqlmodel import Session, col, select

from db.tables import DatasetVersion, Share

VersionColumns = Sequence[Collection[str]]
"""The names of the columns of each version of a dataset, newest first."""


def list_version_columns(work: Session, dataset_id: int) -> VersionColumns:
    """Return the names of the columns of each version of a dataset, newest first."""
    query = select(DatasetVersion.profile).where(DatasetVersion.dataset_id == dataset_id)
    profiles = work.exec(query.order_by(col(DatasetVersion.id).desc()))
    return [[column["name"] for column in profile["columns"]] for profile in profiles]


def split_columns(
    versions: VersionColumns, masked: Sequence[str], shown: Sequence[str] | None
) -> tuple[list[str] | None, list[str]]:
    """Return the columns that a share shows (None: all, also later ones), and all others known by now.

    Args:
        versions: the columns of each version of the dataset.
        masked: the columns to hide.
        shown: the columns to show; None: those that whoever hides the ``masked`` ones has seen beside them.
    """
    if shown is None and not masked:
        return None, []
    allowed = set(_list_columns_beside(versions, masked) if shown is None else shown) - set(masked)
    known = dict.fromkeys(chain(masked, *versions))
    return [name for name in known if name in allowed], [name for name in known if name not in allowed]


def list_unconfirmed(share: Share, columns: Iterable[str]) -> list[str]:
    """Return which of the columns a share hides only because nobody has decided about them."""
    if share.shown is None:
        return []
    decided = {*share.shown, *share.masked}
    return [name for name in dict.fromkeys(columns) if name not in decided]


def _list_columns_beside(versions: VersionColumns, masked: Sequence[str]) -> set[str]:
    """Return the columns that are in the newest version with each of the masked ones.

    If an import has just renamed a masked column, its new name is therefore not among them.
    """
    beside = (next((set(names) for names in versions if name in names), set()) for name in masked)
    return set[str].intersection(*beside)
