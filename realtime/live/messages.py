"""The messages of a live session: committed states, and the movements of brush and pointer between them."""

from __future__ import annotations

import json
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from datasets.exploration import Exploration, Filter, Number, ViewId

MAX_SAMPLES = 200
"""The number of samples that one message has at most."""

BrushSample = tuple[Number, Literal["b"], ViewId, Filter | None]
PointerSample = tuple[Number, Literal["p"], ViewId | None, Number, Number]
ActivationSample = tuple[Number, Literal["a"], ViewId | None]
Sample = BrushSample | PointerSample | ActivationSample
"""Milliseconds after the first, and a brush, a pointer (as fractions of the view), or the active view."""


class _LiveMessage(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StateMessage(_LiveMessage):
    """An exploration as committed, the ``seq``-th of its session; ``rights`` are those of its sender.

    It is shown as of a ``mark`` of the session, or with the newest rows.
    """

    seq: Annotated[int, Field(ge=1, lt=2**31)]
    exploration: Exploration
    at: Number
    rights: Annotated[str, Field(max_length=64)] = ""
    mark: Annotated[int, Field(ge=0, lt=2**31)] | None = None


class MoveMessage(_LiveMessage):
    """Samples of movements from ``t`` on, with ``i`` milliseconds between messages."""

    t: Number
    i: Number
    s: Annotated[tuple[Sample, ...], Field(max_length=MAX_SAMPLES)]


MESSAGE_TYPES: dict[str, type[_LiveMessage]] = {"state": StateMessage, "move": MoveMessage}


def parse_message(name: object, data: object) -> StateMessage | MoveMessage | None:
    """Return the parsed message; None if it is not a valid message of a live session."""
    kind = MESSAGE_TYPES.get(name) if isinstance(name, str) else None
    if kind is None:
        return None
    try:
        return kind.model_validate_json(json.dumps(data))  # type: ignore[return-value]
    except (ValidationError, TypeError, ValueError):
        return None
