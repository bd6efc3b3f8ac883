"""What a person does with brushes, and what the page's probe says of it."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from bench.explore_page import ExplorePage, Point, make_swing

FrameTimes = dict[str, float]


@dataclass(frozen=True)
class Brushing:
    """A view brushed for some seconds while other filters stood. Times are in milliseconds."""

    view: str
    filters: int
    address: str
    frames: list[FrameTimes]
    """Those in which the pointer moved and values were sliced and drawn."""
    frame_times_ms: list[float]
    long_tasks: list[float]
    isolated: bool

    def list_data_times(self) -> list[float]:
        return [frame["data"] for frame in self.frames]

    def list_drawing_times(self) -> list[float]:
        """In animation-frame callbacks, less the data work: recording what the canvases show."""
        return [frame["callbacks"] - frame["data"] for frame in self.frames]

    def list_handling_times(self) -> list[float]:
        """In listeners to the pointer's moves."""
        return [frame["handling"] for frame in self.frames]

    def list_waiting_times(self) -> list[float]:
        """From the delivery of the pointer's moves to the frame's first callback, less the handling."""
        return [frame["began"] - frame["delivered"] - frame["handling"] for frame in self.frames]

    def list_rendering_times(self) -> list[float]:
        """After the callbacks: style, layout, painting, handing over to the compositor."""
        return [frame["end"] - frame["began"] - frame["callbacks"] for frame in self.frames]

    def list_work_times(self) -> list[float]:
        """On the main thread, all but the waiting."""
        return [frame["handling"] + frame["end"] - frame["began"] for frame in self.frames]

    def list_latencies(self) -> list[float]:
        """From the pointer's last report before the frame to the end of the frame."""
        return [frame["end"] - frame["pointer"] for frame in self.frames]

    def list_frame_intervals(self) -> list[float]:
        return [
            after - before
            for before, after in zip(self.frame_times_ms, self.frame_times_ms[1:], strict=False)
        ]


@dataclass(frozen=True)
class SimulatedUser:
    """Brushes with more or less the same movements each time, never with the same filters."""

    explorer: ExplorePage
    kinds: dict[str, str]
    random: Random

    async def brush_view(self, view: str, filters: int, seconds: float) -> Brushing:
        """Make, move and resize a brush for a third of the time each; it stays."""
        page = self.explorer.page
        await self.explorer.activate_view(view)
        await page.evaluate("dxProbe.start()")
        await self._make_move_resize(view, seconds / 3)
        found: dict[str, Any] = await page.evaluate("dxProbe.stop()")
        await self.explorer.wait_until_exact()
        drawn = [frame for frame in found["frames"] if frame["slices"]]
        return Brushing(view, filters, page.url, drawn, found["beats"], found["tasks"], found["isolated"])

    async def filter_view(self, view: str) -> None:
        """Leave a filter like no other on a view, as quickly as a hand does."""
        await self.explorer.activate_view(view)
        start, end = await self._choose_ends(view)
        await self.explorer.drag_along(make_swing(start, end, 0.2, swings=1))
        await self.explorer.wait_until_exact()

    async def _make_move_resize(self, view: str, seconds: float) -> None:
        explorer = self.explorer
        start, end = await self._choose_ends(view)
        reached = await explorer.drag_along(make_swing(start, end, seconds))
        if self.kinds[view] == "bars":
            await explorer.drag_along(make_swing(end, start, seconds))
            await explorer.drag_along(make_swing(start, reached, seconds))
            return
        middle = ((start[0] + reached[0]) / 2, (start[1] + reached[1]) / 2)
        aside = (reached[0] - start[0]) / 2
        moved = await explorer.drag_along(make_swing(middle, (middle[0] + aside, middle[1]), seconds))
        shift = (moved[0] - middle[0], moved[1] - middle[1])
        handle = (reached[0] + shift[0], reached[1] + shift[1])
        await explorer.drag_along(make_swing(handle, (handle[0] - 0.7 * aside, handle[1]), seconds))

    async def _choose_ends(self, view: str) -> tuple[Point, Point]:
        box = await self.explorer.get_chart_box(view)
        kind = self.kinds[view]
        start = self._random_between(0.25, 0.35)
        if kind == "bars":
            parts = ((0.5, start), (0.5, start + self._random_between(0.2, 0.4)))
        elif kind == "density":
            parts = ((start, 0.4), (start + self._random_between(0.2, 0.35), self._random_between(0.6, 0.75)))
        else:
            parts = ((start, 0.5), (start + self._random_between(0.15, 0.3), 0.55))
        (x, y), (to_x, to_y) = parts
        width, height = box["width"], box["height"]
        return (box["x"] + x * width, box["y"] + y * height), (
            box["x"] + to_x * width,
            box["y"] + to_y * height,
        )

    def _random_between(self, low: float, high: float) -> float:
        return self.random.uniform(low, high)


async def brush_every_view(user: SimulatedUser, seconds: float) -> list[Brushing]:
    """Every view brushed in turn with none, one and two other filters standing."""
    found = []
    views = list(user.kinds)
    for filters in range(3):
        for number, view in enumerate(views):
            await user.explorer.clear_filters()
            for step in range(1, filters + 1):
                await user.filter_view(views[(number + 2 * step) % len(views)])
            found.append(await user.brush_view(view, filters, seconds))
            print(".", end="", flush=True)
    print()
    return found
