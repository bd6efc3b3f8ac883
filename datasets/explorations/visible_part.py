"""The part of an exploration that a person may see."""

from __future__ import annotations

from math import inf, nextafter
from typing import Any

from datasets.description import Description, UnknownColumnError
from datasets.exploration import Exploration, Filter, Members, Table, View
from datasets.explorations.url import ParsedHash, decode_exploration
from datasets.query.axes import IncompatibleRequestError, resolve_axes, resolve_measure
from datasets.query.predicates import filter_predicates
from gpu.column_profile import ColumnProfile


def require_visible(exploration: Exploration, description: Description) -> None:
    """Check that an exploration uses only what the person sees of its dataset.

    Raises:
        IncompatibleRequestError: it uses something else.
    """
    for view in exploration.views:
        resolve_axes(view, description)
        resolve_measure(view, description)
    for id_, filter_ in exploration.filters.items():
        filter_predicates(exploration.get_view(id_), filter_, description)
    if exploration.table is not None:
        require_visible_column(exploration.table.sort, "table.sort", description)


def require_visible_column(name: str | None, where: str, description: Description) -> None:
    """Check that the person sees a column; no column (None) is fine.

    Raises:
        IncompatibleRequestError: they don't see it.
    """
    try:
        if name is not None:
            description.get_column(name)
    except UnknownColumnError as error:
        raise IncompatibleRequestError(where, str(error)) from error


def restrict_to_visible(stored: dict[str, Any], description: Description) -> tuple[Exploration, bool]:
    """Return the part of a stored exploration that a person sees, and whether that is all of it.

    What names a column or value that they don't see is left out, without saying what it was. Scales reach
    only as far as the values that they see, because hidden rows may have made them wider. The table starts at
    the top if the person sees only some rows, or not all filters: its position would reveal how many rows
    pass.

    Args:
        stored: the exploration as JSON.
        description: the dataset as the person sees it.
    """
    views = (
        [_restrict_view(view, description) for view in stored["views"]]
        if description.partial
        else stored["views"]
    )
    parts = {"w": views, "f": stored["filters"], "on": stored["active"], "t": stored.get("table")}
    parts["y"] = stored.get("value_axis", "all")
    fitting, problems = decode_exploration(ParsedHash(parts), description)
    restricted = {
        id_: restrict_filter(filter_, fitting.get_view(id_), description)
        for id_, filter_ in fitting.filters.items()
    }
    filters = {id_: filter_ for id_, filter_ in restricted.items() if filter_ is not None}
    whole = not problems and filters == fitting.filters
    same_rows = not description.partial and filters.keys() == stored["filters"].keys()
    table = fitting.table if same_rows else _reset_offset(fitting.table)
    return fitting.model_copy(update={"filters": filters, "table": table}), whole


def _reset_offset(table: Table | None) -> Table | None:
    return table and table.model_copy(update={"at": 0})


def restrict_filter(filter_: Filter, view: View, description: Description) -> Filter | None:
    """Return the filter without values that no visible row has; None if these can't be determined."""
    if not isinstance(filter_, Members) or not description.partial:
        return filter_
    profile = description.get_column(view.columns[0]).profile
    known = {"false", "true"} if profile.kind == "boolean" else set(profile.values)
    if set(filter_.values) <= known:
        return filter_
    if profile.distinct > len(profile.values):
        return None
    return filter_.model_copy(update={"values": tuple(value for value in filter_.values if value in known)})


def _restrict_view(view: dict[str, Any], description: Description) -> dict[str, Any]:
    """Return a view, as JSON, with its scales cut to the values that the person sees in its columns."""
    profiles = {column.name: column.profile for column in description.columns}
    pairs = zip(view["columns"], view["scales"], strict=True)
    return view | {"scales": [_restrict_scale(scale, profiles.get(column)) for column, scale in pairs]}


def _restrict_scale(scale: dict[str, Any], profile: ColumnProfile | None) -> dict[str, Any]:
    """Return the part of a scale that has visible values; without any, the scale gets the default domain."""
    if scale["domain"] is None or profile is None:
        return scale
    if profile.minimum is None or profile.maximum is None:
        return scale | {"domain": None}
    whole = profile.integer or profile.kind == "time"
    end = max(nextafter(profile.maximum, inf), profile.maximum + whole)
    lo, hi = max(scale["domain"][0], profile.minimum), min(scale["domain"][1], end)
    return scale | {"domain": [lo, hi] if lo < hi else None}
