"""What is said in a live session: states, and samples of brush and pointer between them."""

from __future__ import annotations

import json
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from datasets.exploration import Exploration, Filter, Number, ViewId

MOST_SAMPLES = 200

Brushed = tuple[Number, Literal["b"], ViewId, Filter | None]
Pointed = tuple[Number, Literal["p"], ViewId | None, Number, Number]
Activated = tuple[Number, Literal["a"], ViewId | None]
Sample = Brushed | Pointed | Activated
"""Milliseconds after the first, and a brush, a pointer (in parts of the view), or which view is active."""


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class State(_Said):
    """An exploration as committed, the ``seq``-th of its session; ``rights``: its sender's.

    It is shown as of a ``mark`` of the session, or with the newest rows.
    """

    seq: Annotated[int, Field(ge=1, lt=2**31)]
    exploration: Exploration
    at: Number
    rights: Annotated[str, Field(max_length=64)] = ""
    mark: Annotated[int, Field(ge=0, lt=2**31)] | None = None


class Move(_Said):
    """What moved from ``t`` on; ``i`` are the milliseconds between messages."""

    t: Number
    i: Number
    s: Annotated[tuple[Sample, ...], Field(max_length=MOST_SAMPLES)]


SAID: dict[str, type[_Said]] = {"state": State, "move": Move}


def understood(name: object, data: object) -> State | Move | None:
    """What a message says; None if that is nothing we know."""
    kind = SAID.get(name) if isinstance(name, str) else None
    if kind is None:
        return None
    try:
        return kind.model_validate_json(json.dumps(data))  # type: ignore[return-value]
    except (ValidationError, TypeError, ValueError):
        return None
