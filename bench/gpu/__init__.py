"""That the kernels count right, and how fast: NumPy, and CuPy or what stands in for it, is all it needs."""
