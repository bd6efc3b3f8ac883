"""The Dash side of assets/explorer-component.js.

Charts and brushes live in the browser; a committed exploration comes back as a prop.
"""

from __future__ import annotations

from typing import ClassVar

from dash.development.base_component import Component


class Explorer(Component):  # type: ignore[misc]
    """The Explore page of one dataset.

    Args:
        id: of the component.
        dataset: slug from the path; None while there is no dataset.
        view: key of the saved view from the path; None elsewhere.
        live: key of the live session from the path; None elsewhere.
        address: hash of the URL; the browser sets it when the page opens and when someone types in another.
        attempt: how often the browser has asked while the answer was being prepared.
        opened: what the server makes of (address, dataset, view, live): ``description``, ``datasets``,
            ``exploration``, ``suggested``, ``problems``, ``view``, ``live``, ``may``; or ``error`` and
            ``datasets``; or ``preparing``, which says what is being prepared.
        exploration: the exploration as last committed in the browser.
    """

    _namespace = "dx"
    _type = "Explorer"
    _children_props: ClassVar[list[str]] = []
    _base_nodes: ClassVar[list[str]] = ["children"]

    def __init__(
        self,
        id: str,  # noqa: A002
        dataset: str | None = None,
        view: str | None = None,
        live: str | None = None,
    ) -> None:
        self._prop_names = ["id", "dataset", "view", "live", "address", "attempt", "opened", "exploration"]
        self._valid_wildcard_attributes: list[str] = []
        self.available_properties = self._prop_names
        self.available_wildcard_properties: list[str] = []
        super().__init__(id=id, dataset=dataset, view=view, live=live)
