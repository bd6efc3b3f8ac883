"""The terms of a share of a dataset, from what people enter: checked against every version."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from datasets import catalogue
from datasets.access.row_conditions import Condition, find_misfit, load_conditions
from datasets.description import Description
from datasets.shares import BadShareError, ShareTerms


def require_known_terms(slug: str, terms: ShareTerms) -> None:
    """Check that the columns of a share are those of any version, and that its conditions fit any version.

    Raises:
        BadShareError: a column is in no version, or the conditions fit none.
    """
    versions = catalogue.list_descriptions(slug)
    _require_known_columns((*terms.masked, *(terms.shown or ())), versions)
    conditions = load_conditions(terms.conditions)
    if conditions is not None and versions:
        _require_fitting_conditions(conditions, versions)


def list_known_columns(slug: str) -> dict[str, str]:
    """Return the columns of all versions with their labels, those of the newest version first."""
    labels: dict[str, str] = {}
    for version in catalogue.list_descriptions(slug):
        for column in version.columns:
            labels.setdefault(column.name, column.label)
    return labels


def _require_known_columns(names: Iterable[str], versions: Sequence[Description]) -> None:
    known = {column.name for version in versions for column in version.columns}
    unknown = sorted(set(names) - known)
    if unknown:
        where = f"{versions[0].name} has" if versions else "The dataset has"
        raise BadShareError(f"{where} no column {unknown[0]!r}")


def _require_fitting_conditions(conditions: Sequence[Condition], versions: Sequence[Description]) -> None:
    """Check that one version has the columns that all conditions name, in the kinds that they need."""
    problems = [find_misfit(conditions, version) for version in versions]
    if None not in problems:
        raise BadShareError(str(problems[0])) from problems[0]
