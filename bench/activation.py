"""What it costs in the browser to make a view active, by where its cubes come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bench.brushing import SimulatedUser
from bench.explore_page import ActivatedView, ExplorePage
from datasets.description import Description
from datasets.explorations.url import decode_exploration

NOT_CACHED = "cold"
CACHED_BY_SERVER = "kept by the server"
CACHED_BY_BROWSER = "kept by the browser"

CubeState = tuple[str, str]
"""An active view and the filters of the others: what cubes are of."""


@dataclass(frozen=True)
class Activation:
    """Milliseconds from the decision to activate until the frame that shows it has ended."""

    view: str
    filters: int
    source: str
    painted: float
    fetched: float
    """For the request: sent, computed, received. 0 if there was none."""
    wire: int
    """Bytes received, head included, for the first answer."""
    exact_wire: int
    """Bytes received for the exact densities after it."""


def get_cube_state(view: str, address: str, description: Description) -> tuple[CubeState, int]:
    """What the cubes asked for are of, and how many filters that has."""
    exploration, _ = decode_exploration(address.partition("#")[2], description)
    others = {id_: each.model_dump_json() for id_, each in exploration.filters.items() if id_ != view}
    return (view, str(sorted(others.items()))), len(others)


async def list_activations(
    explorer: ExplorePage, description: Description, server_states: set[CubeState]
) -> list[Activation]:
    """Every activation on this page so far. ``server_states``, the states the server has seen, grows."""
    timed: list[dict[str, float]] = await explorer.page.evaluate("dxProbe.activations")
    answers: list[dict[str, Any]] = await explorer.page.evaluate("dxProbe.answers")
    ends = [each["start"] for each in timed[1:]] + [float("inf")]
    here: set[CubeState] = set()
    found = []
    for view, address, index in explorer.activated_views:
        start, end = timed[index]["start"], ends[index]
        key, filters = get_cube_state(view, address, description)
        source = (
            CACHED_BY_BROWSER if key in here else CACHED_BY_SERVER if key in server_states else NOT_CACHED
        )
        here.add(key)
        server_states.add(key)
        asked = [each for each in answers if each["active"] == view and start <= each["start"] < end]
        first = [each for each in asked if each["detail"] == "coarse"][:1]
        fetched = sum(each["end"] - each["start"] for each in first)
        wire = sum(each["wire"] for each in first)
        exact = sum(each["wire"] for each in asked if each["detail"] == "exact")
        found.append(Activation(view, filters, source, timed[index]["painted"], fetched, wire, exact))
    return found


async def activate_views(user: SimulatedUser, rounds: int) -> None:
    """Filter one view anew, then look at two others, there and back."""
    views = list(user.kinds)
    for number in range(rounds):
        if number % 4 == 0:
            await user.explorer.clear_filters()
        filtered, first, second = user.random.sample(views, 3)
        await user.filter_view(filtered)
        for view in (first, second, first):
            await user.explorer.activate_view(view)


async def follow_links(explorer: ExplorePage, entered: list[ActivatedView]) -> None:
    """Follow links to what another page has shown, each once."""
    for address, view in {address: view for view, address, _ in entered}.items():
        await explorer.open_url(address)
        await explorer.activate_view(view)
