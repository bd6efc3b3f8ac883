"""What somebody may see of what is said in a live session: views and values of theirs, nothing else."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from datasets.description import Description
from datasets.exploration import Exploration, Filter, View, require_fit
from datasets.explorations.visible_part import fitted, shown
from datasets.query.predicates import predicates

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
        samples = [sample for sample in data["s"] if self._shows(sample)]
        return [at, name, data | {"s": samples}] if samples else None

    def _state(self, data: dict[str, Any]) -> dict[str, Any]:
        exploration: Exploration = fitted(data["exploration"], self._description)[0]
        self._views = {view.id: view for view in exploration.views}
        return data | {"exploration": exploration.model_dump(mode="json")}

    def _shows(self, sample: list[Any]) -> bool:
        view = self._views.get(sample[2])
        if sample[1] != "b":
            return view is not None or sample[2] is None
        if view is None:
            return False
        wanted = _filter.validate_python(sample[3])
        return wanted is None or self._passes(view, wanted)

    def _passes(self, view: View, wanted: Filter) -> bool:
        try:
            require_fit(view, wanted)
            predicates(view, wanted, self._description)
        except ValueError:
            return False
        return shown(wanted, view, self._description) == wanted
