"""What is said in a live session: states, and samples of brush and pointer between them."""

from __future__ import annotations

import json
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from datasets.exploration import Exploration, Filter, Number, ViewId

MOST_SAMPLES = 200


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class State(_Said):
    """An exploration as committed, the ``seq``-th of its session; ``top``: the first view in sight."""

    seq: Annotated[int, Field(ge=1, lt=2**31)]
    exploration: Exploration
    at: Number
    top: ViewId | None = None


class Brush(_Said):
    """A brush as it moved: (ms after ``t``, view, its filter or None)."""

    t: Number
    s: Annotated[tuple[tuple[Number, ViewId, Filter | None], ...], Field(max_length=MOST_SAMPLES)]


class Pointer(_Said):
    """A pointer as it moved: (ms after ``t``, view or None for nowhere, x and y in 0..1 of its plot)."""

    t: Number
    s: Annotated[
        tuple[tuple[Number, ViewId | None, Number | None, Number | None], ...],
        Field(max_length=MOST_SAMPLES),
    ]


class Active(_Said):
    """The view that the pointer has entered; None: it has left."""

    v: ViewId | None


SAID: dict[str, type[_Said]] = {"state": State, "brush": Brush, "pointer": Pointer, "active": Active}


def understood(name: object, data: object) -> State | Brush | Pointer | Active | None:
    """What a message says; None if that is nothing we know."""
    kind = SAID.get(name) if isinstance(name, str) else None
    if kind is None:
        return None
    try:
        return kind.model_validate_json(json.dumps(data))  # type: ignore[return-value]
    except (ValidationError, TypeError, ValueError):
        return None
