"""Row conditions of a share: which rows of a dataset it shows, by values, whatever is viewed and how."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from datasets.description import Column, Description
from datasets.exploration import Interval, Members, Name, Nulls
from datasets.query.axes import MisfitError
from datasets.query.predicates import among, within
from gpu import cubes
from gpu.cubes import AnyOf, Predicate
from gpu.scales import Boolean, Category, Edges

MOST_CONDITIONS = 32

ValueFilter = Annotated[Interval | Nulls | Members, Field(discriminator="type")]


class Condition(BaseModel):
    """A filter of one column; it means the same on every version and beside every view."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    column: Name
    filter: ValueFilter


Conditions = Annotated[tuple[Condition, ...], Field(min_length=1, max_length=MOST_CONDITIONS, strict=False)]
"""Rows meet all of them. There is at least one: a share of every row has no conditions at all, not none."""

stored: TypeAdapter[tuple[Condition, ...]] = TypeAdapter(Conditions)
"""Reads and writes them as the JSON that a share keeps."""


def compiled(conditions: Sequence[Condition], description: Description) -> cubes.Filter:
    """The rows that meet all conditions, as an engine has it; equal however they are ordered.

    Raises:
        MisfitError: this version has no such column, or the column is of another kind.
    """
    found = [_predicate(each, description) for each in sorted(conditions, key=_canonical)]
    return tuple(dict.fromkeys(each for each in found if each.ranges != ((0, each.scale.codes),)))


def reach(shares: Iterable[Sequence[Condition] | None], description: Description) -> AnyOf:
    """The rows that any of the shares shows; one of None shows every row.

    A share whose conditions don't fit the version, as where a column has vanished, shows no row of it.
    """
    alternatives = set()
    for conditions in shares:
        try:
            alternatives.add(() if conditions is None else compiled(conditions, description))
        except MisfitError:
            continue
    return AnyOf(frozenset({()} if () in alternatives else alternatives))


def digest(conditions: Iterable[Condition]) -> str:
    """A name for the conditions, the same for the same ones however they are ordered."""
    return sha256("\n".join(sorted(set(map(_canonical, conditions)))).encode()).hexdigest()


def _canonical(condition: Condition) -> str:
    filter_ = condition.filter.model_dump()
    if isinstance(condition.filter, Members):
        filter_["values"] = sorted(set(condition.filter.values))
    if isinstance(condition.filter, Interval):
        filter_ |= {end: bound + 0.0 for end in ("lo", "hi") if (bound := filter_[end]) is not None}  # no -0
    return json.dumps([condition.column, filter_], sort_keys=True)


def _predicate(condition: Condition, description: Description) -> Predicate:
    try:
        return _fitting(description.column(condition.column), condition.filter)
    except ValueError as error:
        raise MisfitError(f"conditions.{condition.column}", str(error)) from error


def _fitting(column: Column, filter_: Interval | Nulls | Members) -> Predicate:
    """The filter on a scale that has just its own bounds or values."""
    kind, name = column.profile.kind, column.name
    match filter_:
        case Interval() | Nulls() if kind in ("number", "time"):
            scale = Edges(values=(0.0,), temporal=kind == "time")
            if isinstance(filter_, Interval):
                return within(name, scale, filter_, filter_.nulls)
            return Predicate(name, scale, ((scale.codes - 1, scale.codes),))
        case Members() | Nulls() if kind in ("category", "boolean"):
            members = Members(nulls=True) if isinstance(filter_, Nulls) else filter_
            if members.other:
                raise ValueError(f"{name} has no other values where no view shows some")
            own = Category(values=tuple(sorted(set(members.values))))
            return among(name, Boolean() if kind == "boolean" else own, members)
    raise ValueError(f"{name} is a {kind}, which can't be filtered by {filter_.type}")
