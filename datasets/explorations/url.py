"""The URL of an exploration: its hash is parsed, opened on a dataset version, and formatted again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, quote

import prison
from prison.decoder import ParserException
from pydantic import TypeAdapter, ValidationError

from datasets.catalogue import UnknownDatasetError
from datasets.description import Description
from datasets.exploration import (
    MAX_VIEWS,
    Exploration,
    Filter,
    Table,
    ValueAxis,
    View,
    list_validation_errors,
    require_compatible_filter,
)
from datasets.explorations.suggest import suggest_exploration
from datasets.query.axes import resolve_axes, resolve_measure
from datasets.query.predicates import filter_predicates

HASH_VERSION = "1"
MAX_HASH_LENGTH = 100_000
HASH_PARTS = ("d", "at", "f", "w", "on", "y", "t")
URL_SAFE_CHARACTERS = "-_.!~*'(),:@$/"
RISON_TOKEN = re.compile(r"'(?:![!']|[^!'])*'|[^'!:(),*@$ ]+")
RISON_PLAIN = re.compile(r"'|[-\w.]+\Z")

Describe = Callable[[str, str | None], Description]

_filter_adapter: TypeAdapter[Filter] = TypeAdapter(Filter)
_value_axis_adapter: TypeAdapter[ValueAxis] = TypeAdapter(ValueAxis)


@dataclass(frozen=True)
class ParsedHash:
    """The parts of a hash, unchecked; ``problems`` are messages about what couldn't be parsed."""

    parts: Mapping[str, object] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    @property
    def version(self) -> str | None:
        """The key of the dataset version that the URL was made on."""
        version = self.parts.get("at")
        return version if isinstance(version, str) else None


@dataclass(frozen=True)
class OpenedExploration:
    """What a URL opens, with messages about the parts that couldn't be opened."""

    description: Description
    suggested: Exploration
    exploration: Exploration
    problems: tuple[str, ...]


def parse_hash(hash_: str) -> ParsedHash:
    """Parse a hash; never raises. An empty hash has no parts."""
    text = hash_.removeprefix("#")
    if not text:
        return ParsedHash()
    if len(text) > MAX_HASH_LENGTH:
        return ParsedHash(problems=("The URL is too long; it was ignored.",))
    fields = parse_qs(text)
    if fields.get("v", [HASH_VERSION])[0] != HASH_VERSION:
        return ParsedHash(problems=("The URL was made by a newer version of DataXchange; it was ignored.",))
    try:
        parts = prison.loads(fields.get("x", ["()"])[0])
    except (ParserException, ValueError, TypeError, IndexError, RecursionError):
        parts = None
    if not isinstance(parts, dict):
        return ParsedHash(problems=("The URL is damaged; it was ignored.",))
    unknown = [
        f"The URL has an unknown part {name!r}; it was ignored." for name in parts if name not in HASH_PARTS
    ]
    return ParsedHash({name: part for name, part in parts.items() if name in HASH_PARTS}, tuple(unknown))


def open_hash(slug: str, hash_: str, describe: Describe) -> OpenedExploration:
    """Open a dataset as a hash says: on the version it names if that exists, else on the newest.

    ``describe`` returns a version, or the newest for None, as the person who asks sees it.

    Raises:
        UnknownDatasetError: there is no such dataset.
    """
    address = parse_hash(hash_)
    description, problems = _describe_version(slug, address, describe)
    exploration, others = decode_exploration(address, description)
    return OpenedExploration(description, suggest_exploration(description), exploration, (*problems, *others))


def decode_exploration(
    address: ParsedHash | str, description: Description
) -> tuple[Exploration, tuple[str, ...]]:
    """Return the exploration of a URL on a version of a dataset, and messages about problems; never raises.

    Each part that is unknown, damaged or doesn't fit is left out, with a message. A URL without views stands
    for the suggested ones.
    """
    reader = _HashReader(parse_hash(address) if isinstance(address, str) else address, description)
    return reader.read_exploration(), tuple(reader.problems)


def format_hash(exploration: Exploration, suggested: Exploration) -> str:
    """Return the hash of an exploration; views are left out if they are the suggested ones."""
    state = exploration.model_dump(mode="json")
    parts: dict[str, object] = {"d": state["dataset"], "at": state["version"]}
    if exploration.filters:
        parts["f"] = state["filters"]
    if exploration.views != suggested.views:
        parts["w"] = state["views"]
    if exploration.active is not None:
        parts["on"] = state["active"]
    if exploration.value_axis != "all":
        parts["y"] = state["value_axis"]
    if exploration.table is not None:
        parts["t"] = state["table"]
    return f"#v={HASH_VERSION}&x={quote(_format_rison(_shorten_numbers(parts)), safe=URL_SAFE_CHARACTERS)}"


def _describe_version(slug: str, address: ParsedHash, describe: Describe) -> tuple[Description, list[str]]:
    problems = []
    if address.parts.get("d", slug) != slug:
        problems.append(f"The URL was made for another dataset, {address.parts['d']!r}.")
    if address.version is not None:
        try:
            return describe(slug, address.version), problems
        except UnknownDatasetError:
            problems.append("The data has changed since the URL was made; this is the newest version.")
    return describe(slug, None), problems


@dataclass
class _HashReader:
    """Reads the parts of a URL one by one."""

    address: ParsedHash
    description: Description
    views: dict[str, View] = field(default_factory=dict)
    filters: dict[str, Filter] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def read_exploration(self) -> Exploration:
        self.problems = list(self.address.problems)
        suggested = suggest_exploration(self.description)
        parts = self.address.parts
        if "w" in parts:
            self._read_views(parts["w"])
        else:
            self.views = {view.id: view for view in suggested.views}
        self._read_filters(parts.get("f", {}))
        update = {
            "views": tuple(self.views.values()),
            "filters": self.filters,
            "active": self._read_active(parts.get("on")),
            "value_axis": self._read_value_axis(parts.get("y", "all")),
            "table": self._read_table(parts.get("t")),
        }
        return suggested.model_copy(update=update)

    def _read_views(self, raw: object) -> None:
        if not isinstance(raw, list):
            self.problems.append("The views of the URL are damaged; they were left out.")
            return
        for number, view in enumerate(raw, start=1):
            id_ = view.get("id") if isinstance(view, dict) else None
            with self._collecting_problem(f"View {id_!r}" if isinstance(id_, str) else f"View {number}"):
                self._add_view(view)

    def _add_view(self, raw: object) -> None:
        view = View.model_validate(_require_object(raw))
        resolve_axes(view, self.description)
        resolve_measure(view, self.description)
        if view.id in self.views:
            raise ValueError("there is another view with this id")
        if len(self.views) == MAX_VIEWS:
            raise ValueError(f"there are {MAX_VIEWS} already")
        self.views[view.id] = view

    def _read_filters(self, raw: object) -> None:
        if not isinstance(raw, dict):
            self.problems.append("The filters of the URL are damaged; they were left out.")
            return
        for id_, filter_ in raw.items():
            with self._collecting_problem(f"The filter of {id_!r}"):
                self._add_filter(id_, filter_)

    def _add_filter(self, id_: object, raw: object) -> None:
        if not isinstance(id_, str) or id_ not in self.views:
            raise ValueError("there is no such view")
        filter_ = _filter_adapter.validate_python(_require_object(raw))
        require_compatible_filter(self.views[id_], filter_)
        filter_predicates(self.views[id_], filter_, self.description)
        self.filters[id_] = filter_

    def _read_active(self, id_: object) -> str | None:
        if id_ is None:
            return None
        if isinstance(id_, str) and id_ in self.views and self.views[id_].columns:
            return id_
        self.problems.append(f"View {id_!r} can't be active: there is no such view, or it has no axis.")
        return None

    def _read_value_axis(self, raw: object) -> ValueAxis:
        with self._collecting_problem("The scale of the bars"):
            return _value_axis_adapter.validate_python(raw)
        return "all"

    def _read_table(self, raw: object) -> Table | None:
        if raw is None:
            return None
        with self._collecting_problem("The table of rows"):
            return self._with_known_columns(Table.model_validate(_require_object(raw)))
        return None

    def _with_known_columns(self, table: Table) -> Table:
        """Return the table without the columns that aren't there; nobody needs to know of a hidden one."""
        known = {column.name for column in self.description.columns}
        hidden = tuple(name for name in table.hidden if name in known)
        return self._with_known_sort(table.model_copy(update={"hidden": hidden}))

    def _with_known_sort(self, table: Table) -> Table:
        """Return the table or, if there is no such column to sort by, one in stored order."""
        if table.sort is None:
            return table
        with self._collecting_problem("The order of the rows"):
            self.description.get_column(table.sort)
            return table
        return Table(hidden=table.hidden)

    @contextmanager
    def _collecting_problem(self, what: str) -> Iterator[None]:
        try:
            yield
        except ValidationError as error:
            where, message = list_validation_errors(error)[0]
            reason = f"{where}: {message}" if where else message
            self.problems.append(f"{what} was left out: {reason}.")
        except ValueError as error:
            self.problems.append(f"{what} was left out: {error}.")


def _require_object(raw: object) -> dict[object, object]:
    if isinstance(raw, dict):
        return raw
    raise ValueError("it is damaged")


def _format_rison(value: object) -> str:
    """Return a value as Rison, with quotes around all that some reader may not take for a word or number."""
    return RISON_TOKEN.sub(
        lambda found: found[0] if RISON_PLAIN.match(found[0]) else f"'{found[0]}'", prison.dumps(value)
    )


def _shorten_numbers(value: object) -> object:
    """Return the value with whole numbers without their ``.0``."""
    if isinstance(value, dict):
        return {key: _shorten_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_shorten_numbers(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
