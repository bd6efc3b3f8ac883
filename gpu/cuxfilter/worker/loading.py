"""Loads cuxfilter, which takes some seconds."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

LOAD_ERRORS = (ImportError, OSError, RuntimeError, MemoryError, ValueError, AttributeError)
"""What loading can raise: a package is missing or was built for another one's version, a cache folder can't
be created, or there is no device that works."""
_KEPT_BYTES = 256 << 20
"""The unused bytes of the device's memory that a process keeps: other processes use the same device."""


def load_packages() -> None:
    """Import cuxfilter and the libraries with which it draws.

    Raises one of ``LOAD_ERRORS``.
    """
    with suppress_warnings():
        import cudf  # noqa: F401, PLC0415  (first, because it sets the others' memory allocator)

        _set_memory_pool()
        _load_datashader()
        import holoviews  # noqa: PLC0415

        holoviews.extension("bokeh")
        _load_cuxfilter()
        _load_panel()


def _set_memory_pool() -> None:
    """Let memory come from a pool of the driver; cuDF would wait for the device at each allocation."""
    import rmm  # noqa: PLC0415

    rmm.mr.set_current_device_resource(rmm.mr.CudaAsyncMemoryResource(release_threshold=_KEPT_BYTES))


def _load_datashader() -> None:
    """Load datashader without compiling its edge bundling, which takes longer than all the rest together."""
    import datashader  # noqa: PLC0415
    from numba import config  # noqa: PLC0415

    config.DISABLE_JIT = True
    import datashader.bundling  # noqa: F401, PLC0415

    config.DISABLE_JIT = False


def _load_cuxfilter() -> None:
    """Load cuxfilter without the tool of its graphs, whose TypeScript each page would compile with Node."""
    from cuxfilter.charts.datashader.custom_extensions import CustomInspectTool  # noqa: PLC0415

    del CustomInspectTool.__implementation__


def _load_panel() -> None:
    """Load Panel without its font, which each page would fetch from another server."""
    from panel.theme.fast import Fast, FastStyle  # noqa: PLC0415

    del Fast._resources["font"]
    FastStyle.font_url = ""


@contextmanager
def suppress_warnings() -> Iterator[None]:
    """Suppress warnings until the block ends, and restore the filters; cuxfilter would keep them changed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
