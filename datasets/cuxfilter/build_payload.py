"""From an exploration to a sheet of the rows and columns that somebody may see, and no others."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from datasets import catalogue
from datasets.access.gateway import Seen
from datasets.cuxfilter.filters import UnsupportedError
from datasets.cuxfilter.payload import Sheet, Writer, shown, title
from datasets.exploration import Exploration
from datasets.query.predicates import predicates
from datasets.storage.store import Store
from gpu import cubes
from gpu.engine import Engine

Mask = npt.NDArray[np.bool_]


class TooManyRowsError(ValueError):
    """There are more rows than a process is given."""

    def __init__(self, rows: int, most: int) -> None:
        super().__init__(f"These are {rows:,} rows; cuxfilter is given {most:,} at most here.")


def sheet(exploration: Exploration, seen: Seen, engine: Callable[[int], Engine], most: int) -> Sheet:
    """What cuxfilter gets of an exploration: the views that it can show, and what passes the others' filters.

    Raises:
        TooManyRowsError: these are more rows than ``most``.
        MisfitError: the exploration is not of this dataset.
    """
    left_out = _left_out(exploration, seen)
    while True:
        mask = engine(seen.states.total).mask(_held(exploration, seen, left_out), range(seen.states.total))
        if (rows := int(mask.sum())) > most:
            raise TooManyRowsError(rows, most)
        before = len(left_out)
        written = _written(exploration, seen, mask, left_out)
        if len(left_out) == before:
            return written


def _held(exploration: Exploration, seen: Seen, left_out: dict[str, str]) -> list[cubes.Filter | cubes.AnyOf]:
    """What lets a row be on the sheet: the filters that nobody can change there, and rights."""
    kept = {id_: filter_ for id_, filter_ in exploration.filters.items() if id_ in left_out}
    held: list[cubes.Filter | cubes.AnyOf] = [
        predicates(exploration.view(id_), filter_, seen.description) for id_, filter_ in kept.items()
    ]
    return held if seen.reach.rows is None else [*held, seen.reach.rows]


def _written(exploration: Exploration, seen: Seen, mask: Mask, left_out: dict[str, str]) -> Sheet:
    """The sheet; adds to what is left out."""
    store = catalogue.store(seen.description.slug, seen.description.version)
    writer = Writer(exploration, seen.description, lambda column: _passing(store, column, mask))
    for view in exploration.views:
        try:
            if view.id not in left_out:
                writer.write(view)
        except UnsupportedError as error:
            left_out[view.id] = str(error)
    for view in exploration.views:
        if view.id in left_out:
            writer.sheet.left_out.append(f"{title(view, seen.description)}: {left_out[view.id]}.")
    return writer.sheet


def _left_out(exploration: Exploration, seen: Seen) -> dict[str, str]:
    """Why views are not shown."""
    found = {}
    for view in exploration.views:
        try:
            shown(view, exploration.filters.get(view.id), seen.description)
        except UnsupportedError as error:
            found[view.id] = str(error)
    return found


def _passing(store: Store, column: str, mask: Mask) -> Iterator[pa.Array]:
    """The values of a column where the mask lets them through; the store may have more rows by now."""
    row = 0
    for values in store.read(column):
        shown = pa.array(mask[row : row + len(values)])
        yield values.slice(0, len(shown)).filter(shown)
        row += len(shown)
        if row == mask.size:
            return
