"""Opening an address: the dataset version it was made on, and as much of its exploration as fits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from pydantic import TypeAdapter, ValidationError

from datasets.address import Address, parse
from datasets.catalogue import UnknownDatasetError
from datasets.description import Description
from datasets.exploration import MAX_VIEWS, Exploration, Filter, Table, View, faults, require_fit
from datasets.explorations.suggest import suggest
from datasets.measures import measure
from datasets.query.axes import axes
from datasets.query.predicates import predicates

Describe = Callable[[str, str | None], Description]

_filter: TypeAdapter[Filter] = TypeAdapter(Filter)


@dataclass(frozen=True)
class Opened:
    """What an address opens, and sentences on what it could not."""

    description: Description
    suggested: Exploration
    exploration: Exploration
    problems: tuple[str, ...]


def open_address(slug: str, hash_: str, describe: Describe) -> Opened:
    """Open a dataset as a hash says: on the version it names while there is that, else on the newest.

    ``describe`` gives a version, or the newest for None, as the person who asks sees it.

    Raises:
        UnknownDatasetError: there is no such dataset.
    """
    address = parse(hash_)
    description, problems = _described(slug, address, describe)
    exploration, others = decode(address, description)
    return Opened(description, suggest(description), exploration, (*problems, *others))


def decode(address: Address | str, description: Description) -> tuple[Exploration, tuple[str, ...]]:
    """The exploration of an address on this version of a dataset; never raises.

    What is unknown, broken or does not fit is left out part by part, each with a sentence among the problems.
    An address without views stands for the suggested ones.
    """
    reader = _Reader(parse(address) if isinstance(address, str) else address, description)
    return reader.exploration(), tuple(reader.problems)


def _described(slug: str, address: Address, describe: Describe) -> tuple[Description, list[str]]:
    problems = []
    if address.parts.get("d", slug) != slug:
        problems.append(f"The address was made for another dataset, {address.parts['d']!r}.")
    if address.version is not None:
        try:
            return describe(slug, address.version), problems
        except UnknownDatasetError:
            problems.append("The data has changed since the address was made; this is the newest version.")
    return describe(slug, None), problems


@dataclass
class _Reader:
    """Reads the parts of an address one by one."""

    address: Address
    description: Description
    views: dict[str, View] = field(default_factory=dict)
    filters: dict[str, Filter] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def exploration(self) -> Exploration:
        self.problems = list(self.address.problems)
        suggested = suggest(self.description)
        parts = self.address.parts
        if "w" in parts:
            self._read_views(parts["w"])
        else:
            self.views = {view.id: view for view in suggested.views}
        self._read_filters(parts.get("f", {}))
        update = {
            "views": tuple(self.views.values()),
            "filters": self.filters,
            "active": self._active(parts.get("on")),
            "table": self._table(parts.get("t")),
        }
        return suggested.model_copy(update=update)

    def _read_views(self, raw: object) -> None:
        if not isinstance(raw, list):
            self.problems.append("The views of the address are damaged; they were left out.")
            return
        for number, each in enumerate(raw, start=1):
            id_ = each.get("id") if isinstance(each, dict) else None
            with self._leaving_out(f"View {id_!r}" if isinstance(id_, str) else f"View {number}"):
                self._add_view(each)

    def _add_view(self, raw: object) -> None:
        view = View.model_validate(_object(raw))
        axes(view, self.description)
        measure(view, self.description)
        if view.id in self.views:
            raise ValueError("there is another of this name")
        if len(self.views) == MAX_VIEWS:
            raise ValueError(f"there are {MAX_VIEWS} already")
        self.views[view.id] = view

    def _read_filters(self, raw: object) -> None:
        if not isinstance(raw, dict):
            self.problems.append("The filters of the address are damaged; they were left out.")
            return
        for id_, each in raw.items():
            with self._leaving_out(f"The filter of {id_!r}"):
                self._add_filter(id_, each)

    def _add_filter(self, id_: object, raw: object) -> None:
        if not isinstance(id_, str) or id_ not in self.views:
            raise ValueError("there is no such view")
        filter_ = _filter.validate_python(_object(raw))
        require_fit(self.views[id_], filter_)
        predicates(self.views[id_], filter_, self.description)
        self.filters[id_] = filter_

    def _active(self, id_: object) -> str | None:
        if id_ is None:
            return None
        if isinstance(id_, str) and id_ in self.views and self.views[id_].columns:
            return id_
        self.problems.append(f"There is no view {id_!r} to brush.")
        return None

    def _table(self, raw: object) -> Table | None:
        if raw is None:
            return None
        with self._leaving_out("The table of rows"):
            return self._sorted(Table.model_validate(_object(raw)))
        return None

    def _sorted(self, table: Table) -> Table:
        """The table or, where there is no column to sort it by, one of the rows as stored."""
        if table.sort is None:
            return table
        with self._leaving_out("The order of the rows"):
            self.description.column(table.sort)
            return table
        return Table()

    @contextmanager
    def _leaving_out(self, what: str) -> Iterator[None]:
        try:
            yield
        except ValidationError as error:
            where, message = faults(error)[0]
            reason = f"{where}: {message}" if where else message
            self.problems.append(f"{what} was left out: {reason}.")
        except ValueError as error:
            self.problems.append(f"{what} was left out: {error}.")


def _object(raw: object) -> dict[object, object]:
    if isinstance(raw, dict):
        return raw
    raise ValueError("it is damaged")
