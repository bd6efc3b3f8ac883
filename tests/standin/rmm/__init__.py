"""The memory resource that a process sets, for tests on machines without a GPU."""

from types import SimpleNamespace

current = []
mr = SimpleNamespace(
    CudaAsyncMemoryResource=lambda release_threshold: ("asynchronous", release_threshold),
    set_current_device_resource=current.append,
)
