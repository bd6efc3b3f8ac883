"""Loads cuxfilter, which takes some seconds."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager


def load() -> None:
    """Import cuxfilter and what draws for it.

    Raises:
        ImportError: it isn't installed, or lacks something.
    """
    with quiet():
        import cudf  # noqa: F401, PLC0415  (first: it tells the others which allocator to use)

        _load_datashader()
        import holoviews  # noqa: PLC0415

        holoviews.extension("bokeh")
        _load_cuxfilter()
        _load_panel()


def _load_datashader() -> None:
    """Without what bundles the edges of graphs: compiling that takes longer than all the rest together."""
    import datashader  # noqa: PLC0415
    from numba import config  # noqa: PLC0415

    config.DISABLE_JIT = True
    import datashader.bundling  # noqa: F401, PLC0415

    config.DISABLE_JIT = False


def _load_cuxfilter() -> None:
    """Without the tool of its graphs, written in TypeScript, which each page would have Node compile."""
    from cuxfilter.charts.datashader.custom_extensions import CustomInspectTool  # noqa: PLC0415

    del CustomInspectTool.__implementation__


def _load_panel() -> None:
    """Without its font, which each page would fetch from elsewhere."""
    from panel.theme.fast import Fast, FastStyle  # noqa: PLC0415

    del Fast._resources["font"]
    FastStyle.font_url = ""


@contextmanager
def quiet() -> Iterator[None]:
    """Warn of nothing until the end of the block, and as before after it: cuxfilter would go on for good."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
