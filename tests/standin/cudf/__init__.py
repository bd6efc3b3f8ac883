"""pandas in the place of cuDF, as far as cuxfilter goes: for tests on machines without a GPU.

datashader must not meet it: it would look for arrays on a device.
"""

import sys

own = sys.modules[__name__]
hidden = {name: sys.modules.pop(name, None) for name in ("cudf", "cupy", "dask_cudf")}
sys.modules |= dict.fromkeys(hidden)
import datashader
import datashader.reductions  # noqa: F401

for name in hidden:
    del sys.modules[name]
sys.modules[__name__] = own

import pandas as pd
from pandas import CategoricalDtype, RangeIndex, concat

__version__ = "26.06.00"
__all__ = ["CategoricalDtype", "DataFrame", "RangeIndex", "Series", "concat"]


class Series(pd.Series):
    @property
    def _constructor(self):
        return Series

    @property
    def _constructor_expanddim(self):
        return DataFrame


class DataFrame(pd.DataFrame):
    """As pandas' own; of scalars it is one row, as in cuDF."""

    def __init__(self, data=None, *others, **named):
        if isinstance(data, dict) and data and all(pd.api.types.is_scalar(value) for value in data.values()):
            named["index"] = [0]
        super().__init__(data, *others, **named)

    @property
    def _constructor(self):
        return DataFrame

    @property
    def _constructor_sliced(self):
        return Series

    @classmethod
    def from_arrow(cls, table):
        return cls(table.to_pandas())
