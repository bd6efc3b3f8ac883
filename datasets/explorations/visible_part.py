"""Whether an exploration fits what somebody sees of its dataset, and as much of it as does."""

from __future__ import annotations

from math import inf, nextafter
from typing import Any

from datasets.address import Address
from datasets.description import Description, UnknownColumnError
from datasets.exploration import Exploration, Filter, Members, Table, View
from datasets.explorations.url import decode
from datasets.measures import measure
from datasets.query.axes import MisfitError, axes
from datasets.query.predicates import predicates
from gpu.column_profile import Profile


def require_fit(exploration: Exploration, description: Description) -> None:
    """Check that the exploration is one of what somebody sees.

    Raises:
        MisfitError: it is not.
    """
    for view in exploration.views:
        axes(view, description)
        measure(view, description)
    for id_, filter_ in exploration.filters.items():
        predicates(exploration.view(id_), filter_, description)
    if exploration.table is not None:
        require_column(exploration.table.sort, "table.sort", description)


def require_column(name: str | None, where: str, description: Description) -> None:
    """Check that somebody sees this column, if it is one.

    Raises:
        MisfitError: they don't.
    """
    try:
        if name is not None:
            description.column(name)
    except UnknownColumnError as error:
        raise MisfitError(where, str(error)) from error


def fitted(kept: dict[str, Any], description: Description) -> tuple[Exploration, bool]:
    """As much of an exploration, as JSON, as fits what somebody sees of its dataset; whether that is all.

    What names a column or a value that they don't see is left out, without saying what it was. Scales reach
    no further than the values that they see: those of hidden rows may have been what made them so wide. The
    table begins at the top for who sees some of the rows, or not all the filters: how far down it was tells
    how many pass.
    """
    views = [_in_sight(view, description) for view in kept["views"]] if description.partial else kept["views"]
    parts = {"w": views, "f": kept["filters"], "on": kept["active"], "t": kept.get("table")}
    fitting, problems = decode(Address(parts), description)
    seen = {id_: shown(each, fitting.view(id_), description) for id_, each in fitting.filters.items()}
    filters = {id_: each for id_, each in seen.items() if each is not None}
    whole = not problems and filters == fitting.filters
    same_rows = not description.partial and filters.keys() == kept["filters"].keys()
    table = fitting.table if same_rows else _at_top(fitting.table)
    return fitting.model_copy(update={"filters": filters, "table": table}), whole


def _at_top(table: Table | None) -> Table | None:
    return table and table.model_copy(update={"at": 0})


def shown(filter_: Filter, view: View, description: Description) -> Filter | None:
    """The filter without values that no visible row has; None where that can't be told."""
    if not isinstance(filter_, Members) or not description.partial:
        return filter_
    profile = description.column(view.columns[0]).profile
    known = {"false", "true"} if profile.kind == "boolean" else set(profile.values)
    if set(filter_.values) <= known:
        return filter_
    if profile.distinct > len(profile.values):
        return None
    return filter_.model_copy(update={"values": tuple(each for each in filter_.values if each in known)})


def _in_sight(view: dict[str, Any], description: Description) -> dict[str, Any]:
    """A view, as JSON, with its scales cut to the values that somebody sees in its columns."""
    profiles = {column.name: column.profile for column in description.columns}
    pairs = zip(view["columns"], view["scales"], strict=True)
    return view | {"scales": [_cut(scale, profiles.get(column)) for column, scale in pairs]}


def _cut(scale: dict[str, Any], profile: Profile | None) -> dict[str, Any]:
    """The part of a scale in which there are values; where there are none, a scale like any other."""
    if scale["domain"] is None or profile is None:
        return scale
    if profile.minimum is None or profile.maximum is None:
        return scale | {"domain": None}
    whole = profile.integer or profile.kind == "time"
    end = max(nextafter(profile.maximum, inf), profile.maximum + whole)
    lo, hi = max(scale["domain"][0], profile.minimum), min(scale["domain"][1], end)
    return scale | {"domain": [lo, hi] if lo < hi else None}
