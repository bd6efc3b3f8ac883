"""What it costs in the browser to make a view active, by where its cubes come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bench.brushing import Person
from bench.explore_page import Entered, Explorer
from datasets.description import Description
from datasets.explorations.url import decode

COLD = "cold"
SERVER = "kept by the server"
BROWSER = "kept by the browser"

State = tuple[str, str]
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


def state(view: str, address: str, description: Description) -> tuple[State, int]:
    """What the cubes asked for are of, and how many filters that has."""
    exploration, _ = decode(address.partition("#")[2], description)
    others = {id_: each.model_dump_json() for id_, each in exploration.filters.items() if id_ != view}
    return (view, str(sorted(others.items()))), len(others)


async def activations(explorer: Explorer, description: Description, known: set[State]) -> list[Activation]:
    """Every activation on this page so far. ``known`` are the states that the server has seen; it grows."""
    timed: list[dict[str, float]] = await explorer.page.evaluate("dxProbe.activations")
    answers: list[dict[str, Any]] = await explorer.page.evaluate("dxProbe.answers")
    ends = [each["start"] for each in timed[1:]] + [float("inf")]
    here: set[State] = set()
    found = []
    for view, address, index in explorer.entered:
        start, end = timed[index]["start"], ends[index]
        key, filters = state(view, address, description)
        source = BROWSER if key in here else SERVER if key in known else COLD
        here.add(key)
        known.add(key)
        asked = [each for each in answers if each["active"] == view and start <= each["start"] < end]
        first = [each for each in asked if each["detail"] == "coarse"][:1]
        fetched = sum(each["end"] - each["start"] for each in first)
        wire = sum(each["wire"] for each in first)
        exact = sum(each["wire"] for each in asked if each["detail"] == "exact")
        found.append(Activation(view, filters, source, timed[index]["painted"], fetched, wire, exact))
    return found


async def wander(person: Person, rounds: int) -> None:
    """Filter one view anew, then look at two others, there and back."""
    views = list(person.kinds)
    for number in range(rounds):
        if number % 4 == 0:
            await person.explorer.clear()
        filtered, first, second = person.random.sample(views, 3)
        await person.filter(filtered)
        for view in (first, second, first):
            await person.explorer.enter(view)


async def revisit(explorer: Explorer, entered: list[Entered]) -> None:
    """Follow links to what another page has shown, each once."""
    for address, view in {address: view for view, address, _ in entered}.items():
        await explorer.open(address)
        await explorer.enter(view)
