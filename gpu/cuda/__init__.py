"""The engine of CUDA devices: resident data in the device's memory, counted by a few kernels."""
