"""The engine of CUDA devices: resident codes in their memory, counted by a handful of kernels."""
