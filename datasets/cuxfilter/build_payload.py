"""Building the payload of an exploration from the rows and columns that a person may see, and no others."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from datasets import catalogue
from datasets.access.gateway import VisibleVersion
from datasets.cuxfilter.filters import UnsupportedByCuxfilterError
from datasets.cuxfilter.payload import DashboardPayload, PayloadWriter, supported_bars, view_title
from datasets.exploration import Exploration
from datasets.query.predicates import filter_predicates
from datasets.storage.store import Store
from errors import InvalidError
from gpu import cubes
from gpu.engine import Engine

Mask = npt.NDArray[np.bool_]


class TooManyRowsError(InvalidError):
    """There are more rows than a cuxfilter process may get."""

    def __init__(self, rows: int, most: int) -> None:
        super().__init__(f"{rows:,} rows are too many for cuxfilter; the maximum here is {most:,}.")


def build_payload(
    exploration: Exploration, visible: VisibleVersion, engine: Callable[[int], Engine], max_rows: int
) -> DashboardPayload:
    """Return the payload of an exploration: the views that cuxfilter can show, and the rows for them.

    The filters of views that cuxfilter can't show are applied to the rows. Only reading a view's values may
    show that cuxfilter can't represent them; its filter must then be applied too, so that the payload is
    written again.

    Raises:
        TooManyRowsError: there are more rows than ``max_rows``.
        IncompatibleRequestError: the exploration doesn't fit this dataset.
    """
    left_out = _unsupported_views(exploration, visible)
    while True:
        mask = engine(visible.snapshots.total_rows).compute_mask(
            _fixed_filters(exploration, visible, left_out), range(visible.snapshots.total_rows)
        )
        if (rows := int(mask.sum())) > max_rows:
            raise TooManyRowsError(rows, max_rows)
        before = len(left_out)
        payload = _write_payload(exploration, visible, mask, left_out)
        if len(left_out) == before:
            return payload


def _fixed_filters(
    exploration: Exploration, visible: VisibleVersion, left_out: dict[str, str]
) -> list[cubes.Filter | cubes.AnyOf]:
    """Return the filters that nobody can change in the dashboard: those of views left out, and row rights."""
    unsupported = {id_: filter_ for id_, filter_ in exploration.filters.items() if id_ in left_out}
    fixed: list[cubes.Filter | cubes.AnyOf] = [
        filter_predicates(exploration.get_view(id_), filter_, visible.description)
        for id_, filter_ in unsupported.items()
    ]
    return fixed if visible.access.row_rights is None else [*fixed, visible.access.row_rights]


def _write_payload(
    exploration: Exploration, visible: VisibleVersion, mask: Mask, left_out: dict[str, str]
) -> DashboardPayload:
    """Return the payload; views that turn out to be unsupported are added to ``left_out``."""
    store = catalogue.open_store(visible.description.slug, visible.description.version)
    writer = PayloadWriter(
        exploration, visible.description, lambda column: _read_passing(store, column, mask)
    )
    for view in exploration.views:
        try:
            if view.id not in left_out:
                writer.add_view(view)
        except UnsupportedByCuxfilterError as error:
            left_out[view.id] = str(error)
    for view in exploration.views:
        if view.id in left_out:
            writer.payload.left_out.append(f"{view_title(view, visible.description)}: {left_out[view.id]}.")
    return writer.payload


def _unsupported_views(exploration: Exploration, visible: VisibleVersion) -> dict[str, str]:
    """Return by id why views can't be shown."""
    reasons = {}
    for view in exploration.views:
        try:
            supported_bars(view, exploration.filters.get(view.id), visible.description)
        except UnsupportedByCuxfilterError as error:
            reasons[view.id] = str(error)
    return reasons


def _read_passing(store: Store, column: str, mask: Mask) -> Iterator[pa.Array]:
    """Yield the values of a column that the mask lets through; the store may have more rows than the mask."""
    row = 0
    for values in store.read_column(column):
        shown = pa.array(mask[row : row + len(values)])
        yield values.slice(0, len(shown)).filter(shown)
        row += len(shown)
        if row == mask.size:
            return
