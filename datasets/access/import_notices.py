"""What the newest version of a dataset hides from people until somebody decides about it, in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from datasets import catalogue, share_columns, shares
from datasets.access.condition_text import join_words
from datasets.access.row_conditions import find_misfit, load_conditions
from datasets.access.share_targets import describe_target
from datasets.description import Description
from datasets.shares import ShareTarget
from db.engine import transaction
from db.tables import Resource, Share

NamedShares = Sequence[tuple[Share, str]]


def list_import_notices(slug: str) -> list[str]:
    """Return a sentence for the columns that shares don't know, and for the conditions that don't fit."""
    dataset, version = catalogue.find_version(slug, None)
    whole = catalogue.build_description(dataset, version)
    with transaction() as work:
        found = shares.list_named_shares(work, Resource.DATASET, dataset.id or 0)
    return [*_describe_columns(found, whole), *_describe_rows(found, whole)]


def _describe_columns(found: NamedShares, whole: Description) -> list[str]:
    """Return a sentence for each set of columns that somebody has to decide about."""
    columns = [column.name for column in whole.columns]
    people: dict[tuple[str, ...], list[str]] = {}
    for share, name in found:
        unconfirmed = tuple(share_columns.list_unconfirmed(share, columns))
        people.setdefault(unconfirmed, []).append(_describe_person(share, name))
    return [_describe_hidden(names, who) for names, who in people.items() if names]


def _describe_hidden(columns: Sequence[str], people: Iterable[str]) -> str:
    what = f"the column {columns[0]} is" if len(columns) == 1 else f"the columns {join_words(columns)} are"
    confirm = "show or keep hidden what is new with Share on the page of the dataset"
    return f"{what} hidden from {join_words(people)} until someone confirms: {confirm}"


def _describe_rows(found: NamedShares, whole: Description) -> list[str]:
    sentence = "the share with {} shows no rows of this version, because its conditions don't fit: {}"
    problems = [
        (_describe_person(share, name), find_misfit(load_conditions(share.conditions) or (), whole))
        for share, name in found
    ]
    return [sentence.format(who, problem) for who, problem in problems if problem]


def _describe_person(share: Share, name: str) -> str:
    return describe_target(ShareTarget(share.user_id, share.group_id), name)
