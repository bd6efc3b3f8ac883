"""What stands in for a GPU: the kernels compiled for the host, and arrays that keep to themselves."""
