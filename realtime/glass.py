"""What somebody may see of what is said in a live session: views and values of theirs, nothing else."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from datasets.description import Description
from datasets.exploration import Exploration, Filter, View
from datasets.fitting import fitted, shown

Line = list[Any]
"""A moment in milliseconds, the name of what is said, and its data."""

_filter: TypeAdapter[Filter | None] = TypeAdapter(Filter | None)


class Glass:
    """Looks at lines in their order; ``before`` is the line of the state that was shown when they begin."""

    def __init__(self, description: Description, before: Line | None = None) -> None:
        self._description = description
        self._views: dict[str, View] = {}
        if before is not None:
            self.seen(before)

    def seen(self, line: Line) -> Line | None:
        """As much of a line as the reader may see; None if that is nothing."""
        at, name, data = line
        if name == "state":
            return [at, name, self._state(data)]
        if name == "active":
            return line if data["v"] is None or data["v"] in self._views else None
        samples = [sample for each in data["s"] if (sample := self._sample(name, each)) is not None]
        return [at, name, data | {"s": samples}] if samples else None

    def _state(self, data: dict[str, Any]) -> dict[str, Any]:
        exploration: Exploration = fitted(data["exploration"], self._description)[0]
        self._views = {view.id: view for view in exploration.views}
        top = data["top"] if data["top"] in self._views else None
        return data | {"exploration": exploration.model_dump(mode="json"), "top": top}

    def _sample(self, name: str, sample: list[Any]) -> list[Any] | None:
        view = self._views.get(sample[1])
        if name == "pointer":
            return sample if view or sample[1] is None else None
        if view is None:
            return None
        wanted = _filter.validate_python(sample[2])
        kept = wanted and shown(wanted, view, self._description)
        return sample if kept == wanted else None
