"""What cuxfilter names of dask-cuDF: nothing is ever one of these."""


class DataFrame:
    pass


class Series:
    pass
