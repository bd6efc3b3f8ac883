"""The one state object: which dataset, which views, what they filter by, and which one is being brushed."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from gpu.cubes import Aggregate
from gpu.scales import ScaleSpec

ORDERED = frozenset({"linear", "log", "time"})
MAX_VIEWS = 32
FARTHEST = 2**53
"""Of the numbers that rows have in a table: the last one that every browser counts to."""

Name = Annotated[str, Field(min_length=1, max_length=300)]
ViewId = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")]
Bins = Annotated[int, Field(ge=1, le=2000)]
Number = Annotated[float, Field(allow_inf_nan=False)]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Span(_Value):
    """``lo <= x < hi``; None is unbounded. Times are milliseconds since 1970, UTC."""

    lo: Number | None = None
    hi: Number | None = None

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        if self.lo is not None and self.hi is not None and not self.lo < self.hi:
            raise ValueError(f"lo {self.lo:g} must be less than hi {self.hi:g}")
        return self


class Interval(Span):
    """A span of a column on an ordered scale; rows without a value pass if ``nulls``."""

    type: Literal["interval"] = "interval"
    nulls: bool = False


class Nulls(_Value):
    """Only the rows without a value."""

    type: Literal["nulls"] = "nulls"


class Members(_Value):
    """Some of the values; ``other`` stands for all the values that the view has no bar for."""

    type: Literal["members"] = "members"
    values: tuple[str, ...] = Field(default=(), max_length=1000, strict=False)
    other: bool = False
    nulls: bool = False


class Box(_Value):
    """A rectangle in a density: x is the view's first column, y its second."""

    type: Literal["box"] = "box"
    x: Span
    y: Span


Filter = Annotated[Interval | Nulls | Members | Box, Field(discriminator="type")]


class Measure(_Value):
    """What is shown of the rows of a bin: their count, or a statistic of a number column."""

    aggregate: Aggregate = Field(default=Aggregate.COUNT, strict=False)
    column: Name | None = None

    @model_validator(mode="after")
    def _column_iff_needed(self) -> Self:
        if self.aggregate is Aggregate.COUNT and self.column is not None:
            raise ValueError("a count has no column")
        if self.aggregate is not Aggregate.COUNT and self.column is None:
            raise ValueError(f"a {self.aggregate} needs a column")
        return self


class View(_Value):
    """A key figure (no column), a distribution (one) or a density (two: x, y).

    ``bins`` is the number of bins wished for; the nearest number that gives nice bins is taken, and None
    takes every level of the scale. ``width`` counts columns of a 12-column grid, ``height`` rows of 120 px.
    """

    id: ViewId
    columns: tuple[Name, ...] = Field(default=(), max_length=2, strict=False)
    scales: tuple[ScaleSpec, ...] = Field(default=(), max_length=2, strict=False)
    bins: tuple[Bins | None, ...] = Field(default=(), max_length=2, strict=False)
    measure: Measure = Measure()
    title: Annotated[str, Field(max_length=200)] | None = None
    width: int = Field(default=4, ge=1, le=12)
    height: int = Field(default=2, ge=1, le=6)

    @model_validator(mode="after")
    def _one_scale_and_bins_a_column(self) -> Self:
        if not len(self.columns) == len(self.scales) == len(self.bins):
            raise ValueError(
                f"view {self.id!r} has {len(self.columns)} columns, {len(self.scales)} scales and "
                f"{len(self.bins)} bins; there must be as many of each"
            )
        if len(set(self.columns)) < len(self.columns):
            raise ValueError(f"view {self.id!r} has the column {self.columns[0]!r} on both axes")
        return self


class Dashboard(_Value):
    """Views, and at most one filter of each."""

    views: tuple[View, ...] = Field(max_length=MAX_VIEWS, strict=False)
    filters: dict[str, Filter] = Field(default_factory=dict, max_length=MAX_VIEWS)
    active: str | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        views = {view.id: view for view in self.views}
        for id_, times in Counter(view.id for view in self.views).items():
            if times > 1:
                raise ValueError(f"{times} views have the id {id_!r}")
        for id_, filter_ in self.filters.items():
            if id_ not in views:
                raise ValueError(f"there is a filter for {id_!r}, but no such view")
            require_fit(views[id_], filter_)
        if self.active is not None and self.active not in views:
            raise ValueError(f"the active view {self.active!r} does not exist")
        if self.active is not None and not views[self.active].columns:
            raise ValueError(f"the key figure {self.active!r} has no axis and cannot be active")
        return self

    def view(self, id_: str) -> View:
        """The view with this id.

        Raises:
            KeyError: there is none.
        """
        for view in self.views:
            if view.id == id_:
                return view
        raise KeyError(id_)


class Table(_Value):
    """The rows in a table: as stored (no ``sort``) or sorted by a column; ``at`` is the first on screen."""

    sort: Name | None = None
    descending: bool = False
    at: int = Field(default=0, ge=0, le=FARTHEST)


class Exploration(Dashboard):
    """What an address, a saved view, undo and a live session carry; docs/exploration.md shows it."""

    v: Literal[1] = 1
    dataset: Name
    version: Annotated[str, Field(pattern=r"^[0-9a-f]{1,64}$")]
    table: Table | None = None


class CubeRequest(Dashboard):
    """What the browser asks the cube route: its dashboard, and whether densities may be coarse for now."""

    views: tuple[View, ...] = Field(max_length=MAX_VIEWS + 1, strict=False)
    detail: Literal["coarse", "exact"] = "coarse"


class TableRequest(Dashboard):
    """What is asked of the rows that pass all filters: in which order, and which columns (None: all)."""

    views: tuple[View, ...] = Field(max_length=MAX_VIEWS + 1, strict=False)
    sort: Name | None = None
    descending: bool = False
    columns: tuple[Name, ...] | None = Field(default=None, min_length=1, strict=False)


class PageRequest(TableRequest):
    """Some of these rows: ``limit`` from number ``offset`` on."""

    offset: int = Field(default=0, ge=0, le=FARTHEST)
    limit: int = Field(default=100, ge=1, le=1000)


def require_fit(view: View, filter_: Filter) -> None:
    """Check that a view on these scales can filter like this.

    Raises:
        ValueError: it cannot; says why.
    """
    types = {scale.type for scale in view.scales}
    if isinstance(filter_, Box):
        if len(view.columns) != 2 or not types <= ORDERED:
            raise ValueError(f"a box filters a density of two ordered scales, which {view.id!r} is not")
        return
    if len(view.columns) != 1:
        raise ValueError(f"view {view.id!r} has {len(view.columns)} columns; its filter fits one")
    if isinstance(filter_, Interval) and not types <= ORDERED:
        raise ValueError(f"an interval needs an ordered scale; {view.id!r} has a {view.scales[0].type} scale")
    if isinstance(filter_, Members) and types <= ORDERED:
        raise ValueError(f"members need a category; {view.id!r} has a {view.scales[0].type} scale")


def faults(error: ValidationError) -> list[tuple[str, str]]:
    """What a model would not take: (where, such as ``views.3.width``; what is wrong with it), one a fault."""
    return [
        (".".join(str(part) for part in fault["loc"]), fault["msg"].removeprefix("Value error, "))
        for fault in error.errors(include_url=False, include_context=False, include_input=False)
    ]
