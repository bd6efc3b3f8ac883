"""A device that stands in for a GPU: the kernels' own source compiled for the host, and arrays that keep to themselves."""
