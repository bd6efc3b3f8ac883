"""The Explore page: an address comes in, what it opens goes out; commits are mirrored to a store."""

from __future__ import annotations

from typing import Any

from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback

from accounts.guard import requires
from accounts.permissions import Permission
from components import ids
from datasets import catalogue
from datasets.catalogue import UnknownDatasetError
from datasets.opening import open_address
from datasets.protection import UnreadableError


def register() -> None:
    """Wire the page; the browser sets ``address`` when it has mounted, and when someone types in another."""
    callback(
        Output(ids.EXPLORER, "opened"),
        Input(ids.EXPLORER, "address"),
        State(ids.EXPLORER, "dataset"),
        prevent_initial_call=True,
    )(open_dataset)
    clientside_callback(
        ClientsideFunction("dx", "mirror"),
        Output(ids.EXPLORATION, "data"),
        Input(ids.EXPLORER, "exploration"),
        prevent_initial_call=True,
    )


@requires(Permission.EXPLORE)
def open_dataset(hash_: str, slug: str | None) -> dict[str, Any]:
    """What the explorer shows for an address: ``Explorer.opened``."""
    datasets = [entry.model_dump() for entry in catalogue.entries()]
    if slug is None:
        return {"error": "Choose a dataset.", "datasets": datasets}
    try:
        opened = open_address(slug, hash_)
        catalogue.store(slug, opened.description.version)
    except UnknownDatasetError:
        return {"error": f"There is no dataset “{slug}” here.", "datasets": datasets}
    except UnreadableError as error:
        return {"error": str(error), "datasets": datasets}
    return {
        "description": opened.description.outline,
        "datasets": datasets,
        "exploration": opened.exploration.model_dump(mode="json"),
        "suggested": opened.suggested.model_dump(mode="json"),
        "problems": opened.problems,
    }
