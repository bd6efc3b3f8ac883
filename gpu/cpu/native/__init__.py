"""The part of the CPU engine that is compiled to machine code."""
