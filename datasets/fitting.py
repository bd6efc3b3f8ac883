"""Whether an exploration fits what somebody sees of its dataset, and as much of it as does."""

from __future__ import annotations

from typing import Any

from datasets.address import Address
from datasets.axes import axes
from datasets.description import Description
from datasets.exploration import Exploration, Filter, Members, View
from datasets.measures import measure
from datasets.opening import decode
from datasets.predicates import predicates
from datasets.reach import EVERYTHING


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


def fitted(kept: dict[str, Any], description: Description) -> tuple[Exploration, bool]:
    """As much of an exploration, as JSON, as fits what somebody sees of its dataset; whether that is all.

    What names a column or a value that they don't see is left out, without saying what it was.
    """
    parts = {"w": kept["views"], "f": kept["filters"], "on": kept["active"]}
    fitting, problems = decode(Address(parts), description)
    seen = {id_: shown(each, fitting.view(id_), description) for id_, each in fitting.filters.items()}
    filters = {id_: each for id_, each in seen.items() if each is not None}
    whole = not problems and filters == fitting.filters
    return fitting.model_copy(update={"filters": filters}), whole


def shown(filter_: Filter, view: View, description: Description) -> Filter | None:
    """The filter without values that no visible row has; None where that can't be told."""
    if not isinstance(filter_, Members) or description.rights == EVERYTHING:
        return filter_
    profile = description.column(view.columns[0]).profile
    known = {"false", "true"} if profile.kind == "boolean" else set(profile.values)
    if set(filter_.values) <= known:
        return filter_
    if profile.distinct > len(profile.values):
        return None
    return filter_.model_copy(update={"values": tuple(each for each in filter_.values if each in known)})
