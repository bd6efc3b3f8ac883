"""From what a view shows of its rows to the measure an engine computes."""

from __future__ import annotations

from datasets.description import Description, UnknownColumnError
from datasets.exploration import View
from datasets.query.axes import MisfitError
from gpu import cubes


def measure(view: View, description: Description) -> cubes.Measure:
    """The view's measure as an engine has it.

    Raises:
        MisfitError: the dataset has no such column, or it holds no numbers.
    """
    name = view.measure.column
    if name is None:
        return cubes.Measure()
    try:
        column = description.column(name)
    except UnknownColumnError as error:
        raise MisfitError(f"views.{view.id}", str(error)) from error
    if column.profile.kind != "number":
        raise MisfitError(
            f"views.{view.id}", f"{name} holds no numbers, so it has no {view.measure.aggregate}"
        )
    return cubes.Measure(view.measure.aggregate, name)
