"""The part of a live session's messages that somebody may see: only views and values of theirs."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from datasets.description import Description
from datasets.exploration import Exploration, Filter, View, require_compatible_filter
from datasets.explorations.visible_part import restrict_filter, restrict_to_visible
from datasets.query.predicates import filter_predicates

MessageLine = list[Any]
"""A moment in milliseconds, the name of a message, and its data."""

_filter_adapter: TypeAdapter[Filter | None] = TypeAdapter(Filter | None)


class VisibilityFilter:
    """Filters lines in their order; ``before`` is the line with the state that was shown before them."""

    def __init__(self, description: Description, before: MessageLine | None = None) -> None:
        self._description = description
        self._views: dict[str, View] = {}
        if before is not None:
            self.filter_line(before)

    def filter_line(self, line: MessageLine) -> MessageLine | None:
        """Return the part of a line that the reader may see; None if that is nothing."""
        at, name, data = line
        if name == "state":
            return [at, name, self._filter_state(data)]
        samples = [sample for sample in data["s"] if self._is_sample_visible(sample)]
        return [at, name, data | {"s": samples}] if samples else None

    def _filter_state(self, data: dict[str, Any]) -> dict[str, Any]:
        exploration: Exploration = restrict_to_visible(data["exploration"], self._description)[0]
        self._views = {view.id: view for view in exploration.views}
        return data | {"exploration": exploration.model_dump(mode="json")}

    def _is_sample_visible(self, sample: list[Any]) -> bool:
        view = self._views.get(sample[2])
        if sample[1] != "b":
            return view is not None or sample[2] is None
        if view is None:
            return False
        filter_ = _filter_adapter.validate_python(sample[3])
        return filter_ is None or self._is_filter_visible(view, filter_)

    def _is_filter_visible(self, view: View, filter_: Filter) -> bool:
        try:
            require_compatible_filter(view, filter_)
            filter_predicates(view, filter_, self._description)
        except ValueError:
            return False
        return restrict_filter(filter_, view, self._description) == filter_
