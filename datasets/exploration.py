"""The exploration: one object that says which dataset is shown, in which views, with which filters."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from gpu.cubes import Aggregate
from gpu.scales import ScaleSpec

ORDERED_SCALES = frozenset({"linear", "log", "time"})
MAX_VIEWS = 32
MAX_TABLE_COLUMNS = 10_000
MAX_CATEGORY_LENGTH = 2**20
"""How many characters the name of a category can have: as many as a request has bytes."""
MAX_ROW_NUMBER = 2**53
"""The greatest row number in a table: the largest integer up to which every browser counts exactly."""

Name = Annotated[str, Field(min_length=1, max_length=300)]
ViewId = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$", max_length=40)]
CategoryName = Annotated[str, Field(max_length=MAX_CATEGORY_LENGTH)]
Bins = Annotated[int, Field(ge=1, le=2000)]
Number = Annotated[float, Field(allow_inf_nan=False)]
BarOrder = Literal["descending", "ascending", "name"]
ValueAxis = Literal["all", "selection", "share"]
"""What bars are scaled to: all rows, the rows that pass the filters, or these as a share of each bin."""


class _FrozenModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Span(_FrozenModel):
    """The range ``lo <= x < hi``; None is unbounded. Times are milliseconds since 1970, UTC."""

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


class Nulls(_FrozenModel):
    """Only the rows without a value."""

    type: Literal["nulls"] = "nulls"


class Members(_FrozenModel):
    """A set of categories; ``other`` stands for all values for which the view has no bar."""

    type: Literal["members"] = "members"
    values: tuple[CategoryName, ...] = Field(default=(), max_length=1000, strict=False)
    other: bool = False
    nulls: bool = False


class Box(_FrozenModel):
    """A rectangle in a density: x is the view's first column, y its second."""

    type: Literal["box"] = "box"
    x: Span
    y: Span


Filter = Annotated[Interval | Nulls | Members | Box, Field(discriminator="type")]


class Measure(_FrozenModel):
    """What a view shows of the rows of a bin: their count, or a statistic of a number column."""

    aggregate: Aggregate = Field(default=Aggregate.COUNT, strict=False)
    column: Name | None = None

    @model_validator(mode="after")
    def _column_iff_needed(self) -> Self:
        if self.aggregate is Aggregate.COUNT and self.column is not None:
            raise ValueError("a count takes no column")
        if self.aggregate is not Aggregate.COUNT and self.column is None:
            raise ValueError(f"a {self.aggregate} needs a column")
        return self


class View(_FrozenModel):
    """A key figure (no column), a distribution (one column) or a density (two columns: x, y).

    ``bins`` is the requested number of bins; the nearest number that gives round bins is used, and None uses
    every level of the scale. ``order`` is that of the bars of categories: by the measure or by name; None is
    the column's own order. ``value_axis`` is what the bars are scaled to; None: as the exploration says.
    ``width`` counts columns of a 12-column grid, ``height`` counts rows of 120 px.
    """

    id: ViewId
    columns: tuple[Name, ...] = Field(default=(), max_length=2, strict=False)
    scales: tuple[ScaleSpec, ...] = Field(default=(), max_length=2, strict=False)
    bins: tuple[Bins | None, ...] = Field(default=(), max_length=2, strict=False)
    measure: Measure = Measure()
    order: BarOrder | None = None
    value_axis: ValueAxis | None = None
    title: Annotated[str, Field(max_length=200)] | None = None
    width: int = Field(default=4, ge=1, le=12)
    height: int = Field(default=2, ge=1, le=6)

    @model_validator(mode="after")
    def _one_scale_and_bins_a_column(self) -> Self:
        if not len(self.columns) == len(self.scales) == len(self.bins):
            raise ValueError(
                f"view {self.id!r} has {len(self.columns)} columns, {len(self.scales)} scales and "
                f"{len(self.bins)} bins; the numbers must be equal"
            )
        if len(set(self.columns)) < len(self.columns):
            raise ValueError(f"view {self.id!r} has the column {self.columns[0]!r} on both axes")
        return self


class RankedView(View):
    """A view whose bars are these categories, in this order. The service makes it; requests never have it."""

    categories: tuple[str, ...] = Field(exclude=True)


class Dashboard(_FrozenModel):
    """Views, and at most one filter for each."""

    views: tuple[View, ...] = Field(max_length=MAX_VIEWS, strict=False)
    filters: dict[str, Filter] = Field(default_factory=dict, max_length=MAX_VIEWS)
    active: ViewId | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        views = {view.id: view for view in self.views}
        for id_, times in Counter(view.id for view in self.views).items():
            if times > 1:
                raise ValueError(f"{times} views have the id {id_!r}")
        for id_, filter_ in self.filters.items():
            if id_ not in views:
                raise ValueError(f"there is a filter for {id_!r}, but no such view")
            require_compatible_filter(views[id_], filter_)
        if self.active is not None and self.active not in views:
            raise ValueError(f"the active view {self.active!r} does not exist")
        if self.active is not None and not views[self.active].columns:
            raise ValueError(f"the key figure {self.active!r} has no axis, so it can't be active")
        return self

    def get_view(self, id_: str) -> View:
        """Return the view with this id.

        Raises:
            KeyError: there is none.
        """
        for view in self.views:
            if view.id == id_:
                return view
        raise KeyError(id_)


class Table(_FrozenModel):
    """The table of rows: as stored (no ``sort``) or sorted by a column; ``at`` is the first row on screen.

    ``hidden`` are columns that the table doesn't show; an export has them all the same.
    """

    sort: Name | None = None
    descending: bool = False
    at: int = Field(default=0, ge=0, le=MAX_ROW_NUMBER)
    hidden: tuple[Name, ...] = Field(default=(), max_length=MAX_TABLE_COLUMNS, strict=False)


class Exploration(Dashboard):
    """The content of URLs, saved views, undo steps and live sessions; docs/exploration.md documents it."""

    v: Literal[1] = 1
    dataset: Name
    version: Annotated[str, Field(pattern=r"^[0-9a-f]{1,64}$", max_length=64)]
    value_axis: ValueAxis = "all"
    table: Table | None = None


class CubeRequest(Dashboard):
    """A request of the browser for cubes: its dashboard, and whether densities may be coarse for now."""

    views: tuple[View, ...] = Field(max_length=MAX_VIEWS + 1, strict=False)
    detail: Literal["coarse", "exact"] = "coarse"


class TableRequest(Dashboard):
    """A request for the rows that pass all filters: in which order, and with which columns (None: all)."""

    views: tuple[View, ...] = Field(max_length=MAX_VIEWS + 1, strict=False)
    sort: Name | None = None
    descending: bool = False
    columns: tuple[Name, ...] | None = Field(
        default=None, min_length=1, max_length=MAX_TABLE_COLUMNS, strict=False
    )

    @field_validator("columns")
    @classmethod
    def _each_once(cls, columns: tuple[str, ...] | None) -> tuple[str, ...] | None:
        for name, times in Counter(columns or ()).items():
            if times > 1:
                raise ValueError(f"the column {name!r} is listed {times} times; list each once")
        return columns


class PageRequest(TableRequest):
    """A request for some of these rows: ``limit`` rows from position ``offset`` on."""

    offset: int = Field(default=0, ge=0, le=MAX_ROW_NUMBER)
    limit: int = Field(default=100, ge=1, le=1000)


def require_compatible_filter(view: View, filter_: Filter) -> None:
    """Check that a filter of this type fits the columns and scales of a view.

    Raises:
        ValueError: it doesn't; the message says why.
    """
    types = {scale.type for scale in view.scales}
    if isinstance(filter_, Box):
        if len(view.columns) != 2 or not types <= ORDERED_SCALES:
            raise ValueError(f"a box needs a density with two ordered scales, which {view.id!r} isn't")
        return
    if len(view.columns) != 1:
        raise ValueError(f"view {view.id!r} has {len(view.columns)} columns, but its filter needs one")
    if isinstance(filter_, Interval) and not types <= ORDERED_SCALES:
        raise ValueError(f"an interval needs an ordered scale; {view.id!r} has a {view.scales[0].type} scale")
    if isinstance(filter_, Members) and types <= ORDERED_SCALES:
        raise ValueError(f"members need a category scale; {view.id!r} has a {view.scales[0].type} scale")


def list_validation_errors(error: ValidationError) -> list[tuple[str, str]]:
    """Return the errors of a model as pairs: a place, such as ``views.3.width``, and what is wrong there."""
    return [
        (".".join(str(part) for part in fault["loc"]), fault["msg"].removeprefix("Value error, "))
        for fault in error.errors(include_url=False, include_context=False, include_input=False)
    ]
