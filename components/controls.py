"""The Dash side of assets/controls.js: dialogs, form fields and formatted values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from dash.development.base_component import Component

FieldOptions = Sequence[tuple[str, str]]
"""Pairs of a value and its label."""


class _DashComponent(Component):  # type: ignore[misc]
    """A component of DataXchange; ``props`` are the names that Dash may set and read."""

    _namespace = "dx"
    _children_props: ClassVar[list[str]] = []
    _base_nodes: ClassVar[list[str]] = ["children"]
    props: ClassVar[list[str]] = []

    def __init__(self, **values: Any) -> None:  # noqa: ANN401
        self._prop_names = self.props
        self._valid_wildcard_attributes: list[str] = []
        self.available_properties = self._prop_names
        self.available_wildcard_properties: list[str] = []
        super().__init__(**{name: value for name, value in values.items() if value is not None})


class Dialog(_DashComponent):
    """A dialog over the page while ``open``; Escape and the cross close it."""

    _type = "Dialog"
    props: ClassVar[list[str]] = ["children", "id", "title", "open"]

    def __init__(self, id: str, title: str = "", children: Any = None) -> None:  # noqa: A002, ANN401
        super().__init__(id=id, title=title, open=False, children=children)


class Field(_DashComponent):
    """A labelled input; ``value`` is its text, the selected option or options, or whether it is checked.

    Args:
        id: of the component.
        label: its label; with ``quiet`` only screen readers get it.
        kind: an input type such as ``text`` or ``date``, or ``choice``, ``many``, ``yes``. A ``hidden`` one
            isn't drawn; its ``value`` comes back as it is.
        value: the initial value.
        options: those of a ``choice`` or ``many``.
        list: suggestions while typing.
        wait: milliseconds after the last key until ``value`` changes.
        fill: what password managers may fill in, as HTML's autocomplete names it.
    """

    _type = "Field"
    props: ClassVar[list[str]] = [
        *("id", "label", "kind", "value", "options", "list", "placeholder", "quiet", "wait", "fill", "error"),
    ]

    def __init__(  # noqa: PLR0913  (the props of an input)
        self,
        id: str | dict[str, Any],  # noqa: A002
        label: str,
        kind: str = "text",
        *,
        value: Any = None,  # noqa: ANN401
        options: FieldOptions | None = None,
        list: Sequence[str] | None = None,  # noqa: A002
        placeholder: str | None = None,
        quiet: bool = False,
        wait: int | None = None,
        fill: str | None = None,
    ) -> None:
        offered: Any = options and [dict(zip(("value", "label"), each, strict=True)) for each in options]
        super().__init__(
            id=id,
            label=label,
            kind=kind,
            value=value,
            options=offered,
            list=list,
            placeholder=placeholder,
            quiet=quiet,
            wait=wait,
            fill=fill,
        )


class Formatted(_DashComponent):
    """A value that the reader's browser formats: a ``moment`` (or ISO 8601), ``bytes``, a ``number``."""

    _type = "Formatted"
    props: ClassVar[list[str]] = ["value", "kind", "empty"]

    def __init__(self, value: Any, kind: str, empty: str | None = None) -> None:  # noqa: ANN401
        written = value.isoformat() if isinstance(value, datetime) else value
        super().__init__(value=written, kind=kind, empty=empty)


class Conditions(_DashComponent):
    """The editor of a share's conditions; ``value`` is a list of conditions on ``columns``, joined by and."""

    _type = "Conditions"
    props: ClassVar[list[str]] = ["id", "columns", "value"]

    def __init__(
        self,
        id: str | dict[str, Any],  # noqa: A002
        columns: list[dict[str, Any]],
        value: list[dict[str, Any]],
    ) -> None:
        super().__init__(id=id, columns=columns, value=value)
