"""What a person does with brushes, and what the page's probe says of it."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from bench.explore_page import Explorer, Point, swing

Frame = dict[str, float]


@dataclass(frozen=True)
class Brushing:
    """A view brushed for some seconds while other filters stood. Times are in milliseconds."""

    view: str
    filters: int
    address: str
    frames: list[Frame]
    """Those in which the pointer moved and values were sliced and drawn."""
    beats: list[float]
    tasks: list[float]
    isolated: bool

    def data(self) -> list[float]:
        return [frame["data"] for frame in self.frames]

    def drawing(self) -> list[float]:
        """In animation-frame callbacks, less the data work: recording what the canvases show."""
        return [frame["callbacks"] - frame["data"] for frame in self.frames]

    def handling(self) -> list[float]:
        """In listeners to the pointer's moves."""
        return [frame["handling"] for frame in self.frames]

    def waiting(self) -> list[float]:
        """From the delivery of the pointer's moves to the frame's first callback, less the handling."""
        return [frame["began"] - frame["delivered"] - frame["handling"] for frame in self.frames]

    def rendering(self) -> list[float]:
        """After the callbacks: style, layout, painting, handing over to the compositor."""
        return [frame["end"] - frame["began"] - frame["callbacks"] for frame in self.frames]

    def work(self) -> list[float]:
        """On the main thread, all but the waiting."""
        return [frame["handling"] + frame["end"] - frame["began"] for frame in self.frames]

    def latency(self) -> list[float]:
        """From the pointer's last report before the frame to the end of the frame."""
        return [frame["end"] - frame["pointer"] for frame in self.frames]

    def intervals(self) -> list[float]:
        return [after - before for before, after in zip(self.beats, self.beats[1:], strict=False)]


@dataclass(frozen=True)
class Person:
    """Brushes with more or less the same movements each time, never with the same filters."""

    explorer: Explorer
    kinds: dict[str, str]
    random: Random

    async def brush(self, view: str, filters: int, seconds: float) -> Brushing:
        """Make, move and resize a brush for a third of the time each; it stays."""
        page = self.explorer.page
        await self.explorer.enter(view)
        await page.evaluate("dxProbe.start()")
        await self._make_move_resize(view, seconds / 3)
        found: dict[str, Any] = await page.evaluate("dxProbe.stop()")
        await self.explorer.settled()
        drawn = [frame for frame in found["frames"] if frame["slices"]]
        return Brushing(view, filters, page.url, drawn, found["beats"], found["tasks"], found["isolated"])

    async def filter(self, view: str) -> None:
        """Leave a filter like no other on a view, as quickly as a hand does."""
        await self.explorer.enter(view)
        start, end = await self._ends(view)
        await self.explorer.drag(swing(start, end, 0.2, swings=1))
        await self.explorer.settled()

    async def _make_move_resize(self, view: str, seconds: float) -> None:
        explorer = self.explorer
        start, end = await self._ends(view)
        reached = await explorer.drag(swing(start, end, seconds))
        if self.kinds[view] == "bars":
            await explorer.drag(swing(end, start, seconds))
            await explorer.drag(swing(start, reached, seconds))
            return
        middle = ((start[0] + reached[0]) / 2, (start[1] + reached[1]) / 2)
        aside = (reached[0] - start[0]) / 2
        moved = await explorer.drag(swing(middle, (middle[0] + aside, middle[1]), seconds))
        shift = (moved[0] - middle[0], moved[1] - middle[1])
        handle = (reached[0] + shift[0], reached[1] + shift[1])
        await explorer.drag(swing(handle, (handle[0] - 0.7 * aside, handle[1]), seconds))

    async def _ends(self, view: str) -> tuple[Point, Point]:
        box = await self.explorer.place(view)
        kind = self.kinds[view]
        start = self._somewhere(0.25, 0.35)
        if kind == "bars":
            parts = ((0.5, start), (0.5, start + self._somewhere(0.2, 0.4)))
        elif kind == "density":
            parts = ((start, 0.4), (start + self._somewhere(0.2, 0.35), self._somewhere(0.6, 0.75)))
        else:
            parts = ((start, 0.5), (start + self._somewhere(0.15, 0.3), 0.55))
        (x, y), (to_x, to_y) = parts
        width, height = box["width"], box["height"]
        return (box["x"] + x * width, box["y"] + y * height), (
            box["x"] + to_x * width,
            box["y"] + to_y * height,
        )

    def _somewhere(self, low: float, high: float) -> float:
        return self.random.uniform(low, high)


async def brushings(person: Person, seconds: float) -> list[Brushing]:
    """Every view brushed in turn with none, one and two other filters standing."""
    found = []
    views = list(person.kinds)
    for filters in range(3):
        for number, view in enumerate(views):
            await person.explorer.clear()
            for step in range(1, filters + 1):
                await person.filter(views[(number + 2 * step) % len(views)])
            found.append(await person.brush(view, filters, seconds))
            print(".", end="", flush=True)
    print()
    return found
