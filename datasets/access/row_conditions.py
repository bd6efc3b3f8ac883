"""The row conditions of a share: which rows of a dataset it shows, by values and whatever the view."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from datasets.description import Column, Description
from datasets.exploration import Interval, Members, Name, Nulls
from datasets.query.axes import IncompatibleRequestError
from datasets.query.predicates import members_predicate, span_predicate
from gpu import cubes
from gpu.cubes import AnyOf, Predicate
from gpu.scales import BooleanScale, CategoryScale, EdgesScale

MAX_CONDITIONS = 32

ValueFilter = Annotated[Interval | Nulls | Members, Field(discriminator="type")]


class Condition(BaseModel):
    """A filter of one column; it means the same on every version and in every view."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    column: Name
    filter: ValueFilter


Conditions = Annotated[tuple[Condition, ...], Field(min_length=1, max_length=MAX_CONDITIONS, strict=False)]
"""Rows must meet all conditions. There is at least one; a share of all rows has None instead."""

conditions_adapter: TypeAdapter[tuple[Condition, ...]] = TypeAdapter(Conditions)
"""Reads and writes conditions as the JSON that a share stores."""


def load_conditions(stored: list[dict[str, Any]] | None) -> tuple[Condition, ...] | None:
    """Return conditions from the JSON that a share stores; None stays None."""
    return None if stored is None else conditions_adapter.validate_python(stored)


def dump_conditions(conditions: tuple[Condition, ...] | None) -> list[dict[str, Any]] | None:
    """Return conditions as the JSON that a share stores; None stays None."""
    return None if conditions is None else conditions_adapter.dump_python(conditions, mode="json")


def compile_conditions(conditions: Sequence[Condition], description: Description) -> cubes.Filter:
    """Return the rows that meet all conditions as a filter for engines, whatever the order of the conditions.

    Raises:
        IncompatibleRequestError: this version has no such column, or it has another kind.
    """
    found = [
        _compile_condition(condition, description) for condition in sorted(conditions, key=_canonical_json)
    ]
    return tuple(dict.fromkeys(p for p in found if p.ranges != ((0, p.scale.code_count),)))


def find_misfit(conditions: Sequence[Condition], description: Description) -> IncompatibleRequestError | None:
    """Return why conditions don't fit a version; None if they do."""
    try:
        compile_conditions(conditions, description)
    except IncompatibleRequestError as error:
        return error
    return None


def compile_row_rights(shares: Iterable[Sequence[Condition] | None], description: Description) -> AnyOf:
    """Return the rows that at least one of the shares shows; None instead of conditions shows all rows.

    A share whose conditions don't fit the version, for example because a column no longer exists, shows no
    row.
    """
    alternatives = set()
    for conditions in shares:
        try:
            alternatives.add(() if conditions is None else compile_conditions(conditions, description))
        except IncompatibleRequestError:
            continue
    return AnyOf(frozenset({()} if () in alternatives else alternatives))


def hash_conditions(conditions: Iterable[Condition]) -> str:
    """Return a digest of the conditions that doesn't depend on their order."""
    return sha256("\n".join(sorted(set(map(_canonical_json, conditions)))).encode()).hexdigest()


def _canonical_json(condition: Condition) -> str:
    filter_ = condition.filter.model_dump()
    if isinstance(condition.filter, Members):
        filter_["values"] = sorted(set(condition.filter.values))
    if isinstance(condition.filter, Interval):
        filter_ |= {end: bound + 0.0 for end in ("lo", "hi") if (bound := filter_[end]) is not None}  # no -0
    return json.dumps([condition.column, filter_], sort_keys=True)


def _compile_condition(condition: Condition, description: Description) -> Predicate:
    try:
        return _value_predicate(description.get_column(condition.column), condition.filter)
    except ValueError as error:
        raise IncompatibleRequestError(f"conditions.{condition.column}", str(error)) from error


def _value_predicate(column: Column, filter_: Interval | Nulls | Members) -> Predicate:
    """Return a filter on a scale that has only the filter's own bounds or values."""
    kind, name = column.profile.kind, column.name
    match filter_:
        case Interval() | Nulls() if kind in ("number", "time"):
            scale = EdgesScale(values=(0.0,), temporal=kind == "time")
            if isinstance(filter_, Interval):
                return span_predicate(name, scale, filter_, filter_.nulls)
            return Predicate(name, scale, ((scale.code_count - 1, scale.code_count),))
        case Members() | Nulls() if kind in ("category", "boolean"):
            members = Members(nulls=True) if isinstance(filter_, Nulls) else filter_
            if members.other:
                raise ValueError(f"{name} can't be filtered by other values, which only a view defines")
            own = CategoryScale(values=tuple(sorted(set(members.values))))
            return members_predicate(name, BooleanScale() if kind == "boolean" else own, members)
    raise ValueError(f"{name} is a {kind}, which can't be filtered by {filter_.type}")
